"""The report in a real browser: it shows itself from one file, loads nothing, and its table sorts and filters."""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from detector.run.analyze import analyze
from detector.views.report import render_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# First thing on the page: remember what goes wrong.
LISTENER = """<script>
window.wrong = [];
addEventListener("error", (event) => wrong.push(String(event.message)), true);
addEventListener("securitypolicyviolation", (event) => wrong.push(event.blockedURI));
</script>"""
# Last thing: use the page as a hand would, and leave what was seen in the title.
VISITOR = """<script>
addEventListener("load", () => {
  const rows = () => [...document.querySelectorAll("#events tbody tr")];
  const shown = () => rows().filter((row) => row.getClientRects().length > 0);
  const numbers = () => shown().map((row) => Number(row.cells[0].textContent));
  const seen = {at_first: numbers()};
  document.querySelector("#events thead button").click();
  seen.after_click = numbers();
  document.querySelector("input[data-kind=twitch]").click();
  seen.without_twitches = shown().map((row) => row.dataset.kind);
  seen.broken_pictures = [...document.images].filter((image) => !image.complete || !image.naturalWidth).length;
  seen.pictures = document.images.length;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  seen.loaded = loaded.filter((name) => !name.startsWith("data:"));
  seen.too_wide_px = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  seen.wrong = wrong;
  document.title = JSON.stringify(seen);
});
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("TWITCH_DETECTOR_BROWSER") == "required":
            pytest.fail(f"none of {', '.join(NAMES)} is installed")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of the sample with rhythmic movement: four twitches, two sustained rhythmic movements."""
    video = Path(__file__).parents[2] / "sample_videos" / "rhythmic.mp4"
    return render_report(analyze(video, workers=1))


def open_page(browser: str, page: str, folder: Path, *options: str) -> str:
    """The page's title after it was loaded and its scripts ran."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    words = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    words += [
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=10000",
        *options,
        "--dump-dom",
        path.as_uri(),
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=180, check=True, stdin=subprocess.DEVNULL)
    match = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert match, done.stderr
    return unescape(match[1])


@pytest.mark.parametrize("width_px", [1280, 500])
def test_report_works_from_one_file(browser: str, page: str, tmp_path: Path, width_px: int) -> None:
    visited = page.replace("<title>", f"{LISTENER}<title>", 1).replace("</body>", f"{VISITOR}</body>")
    seen = json.loads(open_page(browser, visited, tmp_path, f"--window-size={width_px},900"))
    assert seen["wrong"] == []
    assert seen["loaded"] == []
    assert seen["pictures"] >= 5
    assert seen["broken_pictures"] == 0
    assert seen["at_first"] == sorted(seen["at_first"])
    assert len(seen["at_first"]) >= 6
    assert seen["after_click"] == seen["at_first"][::-1]
    assert seen["without_twitches"]
    assert "twitch" not in seen["without_twitches"]
    assert seen["too_wide_px"] <= 0, "the page scrolls sideways"
