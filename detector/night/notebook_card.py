"""A night as a small HTML card, for notebooks."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

N_NAMES = 3


def write_card(summary: Mapping[str, Any], input_names: Sequence[str]) -> str:
    """HTML of a night's summary, every text escaped.

    Args:
        summary: as `Night.summary` gives it.
        input_names: names of the analyzed files.
    """
    coverage = summary["coverage"]
    counts = summary["counts"]
    head = [f"<h4>Night{_text(' from ' + summary['start_at']) if summary['start_at'] else ''}</h4>"]
    head += [f"<p>{_text(_names(input_names))}</p>"]
    head += [f"<p>{_hours(coverage['observed_s'])} observed of {_hours(coverage['files_s'])} in the files.</p>"]
    if summary["is_partial"]:
        head += ["<p>Some of the footage could not be read.</p>"]
    rows = [_row(kind, count, summary["rates_per_hour"][kind]) for kind, count in counts.items() if count]
    unseen = [kind for kind, count in counts.items() if not count]
    foot = [f"<p>Not seen in the observed time: {', '.join(unseen)}.</p>"] if unseen else []
    return "".join(["<div>", *head, *(_table(rows) if rows else []), *foot, "</div>"])


def write_line(summary: Mapping[str, Any]) -> str:
    """A night's summary in one line.

    Args:
        summary: as `Night.summary` gives it.
    """
    coverage = summary["coverage"]
    head = f"Night{' from ' + summary['start_at'] if summary['start_at'] else ''}"
    observed = f"{_hours(coverage['observed_s'])} observed of {_hours(coverage['files_s'])}"
    seen = [f"{count} {kind}" for kind, count in summary["counts"].items() if count]
    return f"{head}: {observed}; events: {', '.join(seen) or 'none'}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - N_NAMES
    return ", ".join(names[:N_NAMES]) + (f" and {more} more" if more > 0 else "")


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def _row(kind: str, count: int, rate: float) -> str:
    return f"<tr><td>{kind}</td><td>{count}</td><td>{f'{rate:.1f}' if math.isfinite(rate) else ''}</td></tr>"


def _table(rows: Sequence[str]) -> list[str]:
    head = "<thead><tr><th>kind</th><th>events</th><th>per observed hour</th></tr></thead>"
    return ["<table>", head, "<tbody>", *rows, "</tbody></table>"]


def _text(raw: str) -> str:
    return html.escape(raw)
