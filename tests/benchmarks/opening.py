"""How long a browser works until the report of a long night stands: 10 h, 3,000 events, no films."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.events.state import ACTIVE, AWAKE, QUIET
from detector.truth.simulated import SimulatedNight, simulate_night
from detector.views.report import write_report
from tests.benchmarks.bench import Bench, Row, middle
from tests.benchmarks.review import OPTIONS, find_browser

MOST_S, MOST_MB = 2.0, 3.0
BUSY = SimulatedNight(hours=10.0, twitch_bouts_per_hour={QUIET: 31.0, ACTIVE: 124.0, AWAKE: 0.0})


def opening(bench: Bench) -> Iterator[Row]:
    """Time until the timeline is drawn, and the size of the file; nothing where there is no browser."""
    browser = find_browser()
    if browser is None:
        return
    night = simulate_night(SimulatedNight(hours=1.0) if bench.is_quick else BUSY, seed=3)
    path = bench.folder / "many.html"
    write_report(night, path, with_footage=False)
    opened = [opened_s(browser, path) for _ in range(bench.n_repeats)]
    cpu_s, wall_s = ([pair[place] for pair in opened] for place in (0, 1))
    n_events, size_mb = len(night.decision.events), path.stat().st_size / 1e6
    yield Row(
        f"opening a report of {n_events:,} events in Chromium",
        f"{middle(cpu_s)} s of its main thread, {middle(wall_s)} s in all; {size_mb:.1f} MB",
        f"less than {MOST_S:g} s and {MOST_MB:g} MB",
        min(cpu_s) < MOST_S and size_mb < MOST_MB,
    )


def opened_s(browser: str, path: Path) -> tuple[float, float]:
    """Processor time of the page's main thread until its timeline is drawn, and the time that took, s."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=OPTIONS)
        page = opened.new_page()
        probe = page.context.new_cdp_session(page)
        probe.send("Performance.enable", {"timeDomain": "threadTicks"})
        began_s = time.perf_counter()
        page.goto(path.as_uri())
        page.wait_for_selector("html.is-drawn")
        wall_s = time.perf_counter() - began_s
        metrics: list[dict[str, Any]] = probe.send("Performance.getMetrics")["metrics"]
        opened.close()
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"), wall_s
