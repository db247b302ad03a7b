"""The cost of an hour of footage against the length of the recording, as a small picture in text (SVG)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.benchmarks.bench import Point, long

WIDTH, HEIGHT = 640, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 96, 16, 46
# Of the palette of Okabe and Ito.
_WHOLE, _FLOOR = "#0072B2", "#666666"
_ACROSS = "processor time an hour of footage, s"
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
    'font-family="sans-serif" font-size="12" fill="#333333">'
)


def svg(points: Sequence[Point]) -> str:
    """Draw the points, in order of length; two or more."""
    highest = max(max(point.each_s, point.floor_s) for point in points)
    step = _step(highest)
    top = step * math.ceil(highest / step)
    shortest, longest = math.log(points[0].length_s), math.log(points[-1].length_s)

    def x(point: Point) -> float:
        return _LEFT + (math.log(point.length_s) - shortest) / (longest - shortest) * (WIDTH - _LEFT - _RIGHT)

    def y(each_s: float) -> float:
        return HEIGHT - _BOTTOM - each_s / top * (HEIGHT - _TOP - _BOTTOM)

    lines = [_HEAD, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for tick in range(round(top / step) + 1):
        at = y(tick * step)
        lines += [
            f'<path d="M{_LEFT} {at:.1f}H{WIDTH - _RIGHT}" stroke="#dddddd"/>',
            f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tick * step:g}</text>',
        ]
    for point in points:
        words = long(point.length_s)
        lines.append(f'<text x="{x(point):.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">{words}</text>')
    for name, color, values in (
        ("analyze", _WHOLE, [point.each_s for point in points]),
        ("decoding", _FLOOR, [point.floor_s for point in points]),
    ):
        places = [(x(point), y(value)) for point, value in zip(points, values, strict=True)]
        path = "L".join(f"{across:.1f} {down:.1f}" for across, down in places)
        lines.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        lines += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" fill="{color}"/>' for across, down in places]
        across, down = places[-1]
        lines.append(f'<text x="{across + 10:.1f}" y="{down + 4:.1f}" fill="{color}">{name}</text>')
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    lines += [
        f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">length of the recording (log scale)</text>',
        f'<text transform="translate(16 {HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">{_ACROSS}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _step(highest: float) -> float:
    """A round step that parts the axis into four to ten."""
    power = 10.0 ** math.floor(math.log10(highest / 4.0))
    return max(power * factor for factor in (1.0, 2.0, 2.5, 5.0) if power * factor <= highest / 4.0)
