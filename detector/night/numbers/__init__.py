"""Numbers of a night: rates, bouts, series, statistics, and what chance alone would give."""

from __future__ import annotations
