"""The review page in a real browser: names are text, and no page elsewhere gets anything from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from detector.night.layout import REGIONS_FILE, REVIEWS_FOLDER
from detector.run.analyze import analyze
from tests.browser.conftest import visiting
from tests.review_nights import Server, draw_footage, save, serving, spread

pytestmark = pytest.mark.slow


def test_a_file_name_is_text_and_nothing_else(browser: Any, tmp_path: Path) -> None:
    name = """<img src=x onerror=alert(1)>"'<script>alert(2)<!--.mp4"""
    found = analyze(draw_footage(tmp_path / name.replace("/", "_"), 8), workers=1)
    folder = save(found, tmp_path / "night", spread(found, 2))
    with serving(folder, "--reviewer", "Ana") as server, visiting(browser, server.url) as visit:
        assert visit.text("#title") == name
        assert visit.page.locator("#title *").count() == 0
        visit.press("t")
        visit.page.keyboard.type("<b onclick=alert(3)>'\"")
        visit.press("Enter")
        visit.settle()
        assert "<b onclick=alert(3)>'\"" in visit.text("#verdict")


def test_a_page_elsewhere_can_decide_nothing(browser: Any, night: Any, shared: Server) -> None:
    """Even one that knows the whole address, from another port of this very machine."""
    folder = night(1)
    with serving(folder, "--reviewer", "Ana") as server:
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.goto(shared.url)
        answers = page.evaluate(ATTACKS, server.url)
        context.close()
    assert answers["read"] == "refused"
    assert answers["json"] == "refused"
    assert answers["image"] == "refused"
    assert not (folder / REVIEWS_FOLDER).exists()
    assert not (folder / REGIONS_FILE).exists()


ATTACKS = """async (url) => {
  const told = {};
  const body = JSON.stringify({action: "reject", event: 0});
  const headers = {"Content-Type": "application/json"};
  const attempt = async (name, run) => { try { told[name] = await run(); } catch { told[name] = "refused"; } };
  await attempt("read", async () => (await fetch(url + "night")).text());
  await attempt("json", async () => (await fetch(url + "decisions", {method: "POST", body, headers})).text());
  await attempt("blind", async () => (await fetch(url + "decisions", {method: "POST", body, mode: "no-cors"})).type);
  await attempt("put", async () => (await fetch(url + "regions", {method: "PUT", body: "{}", headers})).text());
  await attempt("image", () => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("refused");
    image.src = url + "reference.png";
  }));
  const frame = document.createElement("iframe");
  frame.name = "trap";
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: url + "decisions", enctype: "text/plain", target: "trap"});
  const field = document.createElement("input");
  Object.assign(field, {name: '{"action": "reject", "event": 0, "note": "', value: '"}'});
  form.append(field);
  document.body.append(frame, form);
  form.submit();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return told;
}"""
