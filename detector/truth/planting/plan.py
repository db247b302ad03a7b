"""Movements scattered at random over real footage: apart in time, where the picture has something to move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.truth.known import KINDS, REFERENCE_WIDTH_PX, KnownMovement, require_one_of
from detector.truth.scatter import between, spread


def scatter_plantings(
    counts: Mapping[str, int], picture: NDArray[np.uint8], interval_s: tuple[float, float], seed: int
) -> tuple[KnownMovement, ...]:
    """Choose plantings at random.

    Args:
        counts: kind to number; `"bout"` is three to six twitches of one place, 1 to 4 s apart.
        picture: a picture of the footage, shape (height, width): places are drawn where its detail is strong.
        interval_s: from when to when the footage goes; the first and last 5 s (or a tenth) are left alone.
        seed: of the random choice.

    Raises:
        ParameterError: a kind is unknown, or so many do not fit.
    """
    rng = np.random.default_rng([seed, 12])
    groups = [_group(rng, kind, picture, seed * 1000 + k) for kind, n in counts.items() for k in range(n)]
    margin_s = min(5.0, 0.1 * (interval_s[1] - interval_s[0]))
    return spread(rng, groups, (interval_s[0] + margin_s, interval_s[1] - margin_s), 3.0)


def _group(rng: np.random.Generator, kind: str, picture: NDArray[np.uint8], seed: int) -> list[KnownMovement]:
    """One movement, or a bout of them at one place, from 0 s on."""
    first = _draw(rng, "twitch" if kind == "bout" else kind, picture, seed)
    group = [first]
    for _ in range(int(rng.integers(2, 6)) if kind == "bout" else 0):
        onset_s = round(group[-1].stop_s + float(rng.uniform(1.0, 4.0)), 3)
        again = _draw(rng, "twitch", picture, seed)
        group.append(replace(again, onset_s=onset_s, x_px=first.x_px, y_px=first.y_px))
    return group


def _draw(rng: np.random.Generator, kind: str, picture: NDArray[np.uint8], seed: int) -> KnownMovement:
    require_one_of("plan", "kind", kind, (*KINDS, "bout"))
    usual, scale = KINDS[kind], picture.shape[1] / REFERENCE_WIDTH_PX
    sigma_px = float(rng.uniform(*usual.sigma_px)) * scale
    x_px, y_px = find_place(rng, picture, sigma_px)
    return KnownMovement(
        kind,
        0.0,
        round(between(rng, usual.duration_s, 0.7, 1.5), 3),
        amp_px=round(float(rng.uniform(usual.amp_px[0], usual.amp_px[2])) * scale, 2),
        x_px=x_px,
        y_px=y_px,
        sigma_px=round(sigma_px, 2),
        angle_rad=round(float(rng.uniform(0, 2 * np.pi)), 3),
        rate_hz=round(float(rng.uniform(0.7, 3.0)), 2) if kind == "rhythmic" else 0.0,
        seed=seed,
    )


def find_place(rng: np.random.Generator, picture: NDArray[np.uint8], sigma_px: float) -> tuple[float, float]:
    """A place in the middle of the picture where there is detail to be moved."""
    detail = detail_of(picture, sigma_px)
    height, width = picture.shape
    inner = detail[int(0.22 * height) : int(0.85 * height), int(0.12 * width) : int(0.88 * width)]
    rows, columns = np.nonzero(inner >= np.quantile(inner, 0.75))
    k = int(rng.integers(rows.size))
    return float(columns[k] + int(0.12 * width)), float(rows[k] + int(0.22 * height))


def detail_of(picture: NDArray[np.uint8], sigma_px: float) -> NDArray[np.float32]:
    """How much there is to be moved around each pixel: mean slope over a patch of this extent, grey levels a px."""
    import cv2

    soft = cv2.GaussianBlur(picture, (0, 0), 1.5).astype(np.float32)
    slope = np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    return np.asarray(cv2.GaussianBlur(slope, (0, 0), max(sigma_px / 2, 1.0)), np.float32)
