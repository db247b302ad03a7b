from __future__ import annotations

import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from detector.events.classify import EVENT_KINDS
from detector.night.files.store import write_night
from detector.night.layout import REGIONS_FILE, REVIEWS_FOLDER
from detector.night.night import Night
from detector.night.people.review import append_decision, read_reviews
from detector.views.plots.courses import motion_envelope
from detector.views.report.timeline import reading


def test_the_page_knows_the_night(page: Any) -> None:
    night = page.ask("night").json()
    assert night["title"] == "cot_20241112_223010.mp4"
    assert [event["kind"] for event in night["events"]] == list(EVENT_KINDS)[:6]
    assert night["events"][0]["id"] == "e0001"
    assert (night["width_px"], night["height_px"]) == (320, 180)
    assert night["clock"] == [[0.0, 22 * 3600 + 30 * 60 + 10]]
    assert night["frame_s"] == pytest.approx(0.125, abs=0.002)
    assert page.ask("").headers["content-type"].startswith("text/html")
    assert page.ask("reference.png").content.startswith(b"\x89PNG")


def test_an_empty_night_opens(open_page: Callable[..., Any], empty: Path) -> None:
    page = open_page(empty)
    assert page.ask("night").json()["events"] == []
    state = page.ask("state").json()
    assert (state["n_decided"], state["on"], state["precision"]) == (0, {}, {})
    assert page.ask("night").json()["samples"]


def test_a_decision_is_on_disk_before_it_is_answered(page: Any) -> None:
    state = page.decide("confirm", event=0)
    [entry] = read_reviews(page.folder)["Ana"]
    assert (entry.action, entry.kind, entry.start_s, entry.event_id) == ("confirm", "twitch", 3.0, "e0001")
    assert state["changed"]["0"]["word"] == "confirmed"
    assert (state["n_decided"], state["last"]) == (1, 0)
    assert state["precision"]["twitch"]["n"] == 1


def test_a_night_that_was_reviewed_before_keeps_its_names(folder: Path, open_page: Callable[..., Any]) -> None:
    open_page(folder).decide("reject", event=0)
    reviewed = Night.load(folder).reviewed()
    write_night(reviewed, folder)
    page = open_page(folder, "Ben")
    assert page.ask("night").json()["events"][0]["id"] == "e0002"
    page.decide("confirm", event=0)
    assert read_reviews(folder)["Ben"][0].event_id == "e0002"


def test_edit_reject_add_and_undo(page: Any) -> None:
    page.decide("change", event=0, kind="movement")
    moved = page.decide("change", event=0, start_s=2.5, stop_s=3.2)
    now = moved["changed"]["0"]
    assert (now["word"], now["kind"], now["start_s"], now["stop_s"]) == ("changed", "movement", 2.5, 3.2)
    assert page.decide("reject", event=1)["changed"]["1"]["is_event"] is False
    added = page.decide("add", kind="twitch", start_s=50.0, stop_s=50.3, x_px=20.0, y_px=30.0)["added"]
    assert [each["word"] for each in added] == ["added"]
    changed = page.decide("change", added=added[0]["mark"], kind="movement")["added"]
    assert changed[0]["kind"] == "movement"
    page.decide("undo")
    assert page.decide("undo")["added"] == []
    undone = page.decide("undo")
    assert (undone["undone"], undone["changed"]) == (1, {"1": None})
    assert (page.folder / REVIEWS_FOLDER / "Ana.jsonl").read_text().count("\n") == 8
    reviewed = Night.load(page.folder).reviewed()
    assert [event.kind for event in reviewed.decision.events][:2] == ["movement", "rhythmic"]


def test_the_next_run_goes_on_where_this_one_stopped(page: Any, open_page: Callable[..., Any]) -> None:
    page.decide("confirm", event=3)
    page.decide("reject", event=4)
    state = open_page(page.folder).ask("state").json()
    assert (state["n_decided"], state["last"]) == (2, 4)
    assert state["on"]["4"]["word"] == "rejected"
    other = open_page(page.folder, "Ben").ask("state").json()
    assert other["n_decided"] == 0


def test_two_reviewers_see_how_far_they_agree(page: Any, open_page: Callable[..., Any]) -> None:
    ben = open_page(page.folder, "Ben")
    for event, action in enumerate(("confirm", "confirm", "reject")):
        page.decide(action, event=event)
        ben.decide("confirm", event=event)
    [agreement] = ben.ask("state").json()["agreement"]
    assert (agreement["reviewers"], agreement["n"], agreement["n_same"]) == (["Ana", "Ben"], 3, 2)
    assert 0 < agreement["kappa"] < 1


NO_DECISIONS: list[Any] = [
    {},
    [],
    "confirm",
    {"action": "delete", "event": 0},
    {"action": "confirm"},
    {"action": "confirm", "event": 6},
    {"action": "confirm", "event": -1},
    {"action": "confirm", "event": "0; rm"},
    {"action": "confirm", "event": 0, "x": 1},
    {"action": "confirm", "added": {"kind": "twitch", "start_s": 1, "stop_s": 2}},
    {"action": "change", "event": 0, "kind": "seizure"},
    {"action": "change", "event": 0, "stop_s": 1.0},
    {"action": "add", "kind": "twitch", "start_s": 5.0},
    {"action": "add", "kind": "twitch", "start_s": 1e9, "stop_s": 2e9},
    {"action": "note", "event": 0, "note": "x" * 3000},
]


@pytest.mark.parametrize("document", NO_DECISIONS)
def test_what_is_no_decision_is_refused_and_nothing_written(page: Any, document: Any) -> None:
    response = page.ask("decisions", "POST", json=document)
    assert response.status_code == 422
    assert response.json()["error"].endswith(".")
    assert read_reviews(page.folder) == {}


def test_a_full_disk_is_said_and_nothing_counts(page: Any) -> None:
    (page.folder / REVIEWS_FOLDER).write_text("in the way")
    response = page.ask("decisions", "POST", json={"action": "confirm", "event": 0})
    assert response.status_code == 500
    assert "cannot be written" in response.json()["error"]
    (page.folder / REVIEWS_FOLDER).unlink()
    assert page.ask("state").json()["n_decided"] == 0


def test_blind_tells_nothing_of_what_was_decided(folder: Path, open_page: Callable[..., Any]) -> None:
    append_decision(folder, {"reviewer": "Ben", "action": "confirm", "kind": "twitch", "start_s": 3.0, "stop_s": 3.4})
    page = open_page(folder, "Ana", is_blind=True)
    facts = page.ask("night").json()
    assert all(set(event) == {"id", "start_s", "stop_s", "at"} for event in facts["events"])
    told = [
        page.decide("change", event=0, kind="twitch"),
        page.decide("change", event=1, kind="twitch"),
        page.decide("reject", event=2),
    ]
    assert [told[n]["changed"][str(n)]["word"] for n in range(3)] == ["decided", "decided", "rejected"]
    assert told[2]["changed"]["2"]["kind"] is None
    state = page.ask("state").json()
    assert (state["agreement"], state["precision"], state["recall"], state["unplaced"]) == ([], {}, {}, [])
    assert "rhythmic" not in json.dumps(state)
    assert [entry.action for entry in read_reviews(folder)["Ana"]] == ["confirm", "change", "reject"]


def test_samples_estimate_what_was_missed(page: Any) -> None:
    samples = page.ask("night").json()["samples"]
    start_s, stop_s = samples[0]
    assert page.ask("state").json()["recall"]["share"] is None
    page.decide("sample", start_s=start_s, stop_s=stop_s)
    recall = page.decide("add", kind="twitch", start_s=start_s + 1.0, stop_s=start_s + 1.3)["recall"]
    assert (recall["n_missed"], recall["sampled_s"]) == (1, pytest.approx(10.0))
    assert 0 < recall["low"] < recall["share"] < recall["high"] < 1
    assert recall["is_sure"] is False


def test_states_of_epochs_are_kept(page: Any) -> None:
    state = page.decide("state", start_s=30.0, stop_s=60.0, state="awake or handled")
    assert state["epochs"] == {"30": "awake or handled"}


def test_the_original_comes_in_ranges(page: Any) -> None:
    where = page.ask("media?start=2&stop=6").json()
    assert where["url"] == "originals/0"
    assert where["mime"].startswith('video/mp4; codecs="avc1')
    whole = Path(page.night.provenance.inputs[0].path).read_bytes()
    part = page.ask("originals/0", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert page.ask("originals/0", headers={"Range": "bytes=-50"}).content == whole[-50:]
    assert page.ask("originals/0", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_film_is_made_where_the_original_cannot_be_played(page: Any) -> None:
    where = page.ask("media?start=2&stop=6&as=film").json()
    assert where["offset_s"] == pytest.approx(2.0, abs=0.13)
    film = page.ask(where["url"])
    with av.open(io.BytesIO(film.content)) as container:
        frames = [frame.time for frame in container.decode(video=0)]
    assert len(frames) == 32
    assert frames[-1] == pytest.approx(31 / 8, abs=0.01)
    assert page.ask(where["url"], headers={"Range": "bytes=10-19"}).content == film.content[10:20]
    assert page.ask(where["url"], headers={"Range": "bytes=-7"}).content == film.content[-7:]
    assert page.ask(where["url"], headers={"Range": f"bytes={len(film.content)}-"}).status_code == 416
    for odd in ("bytes=a-b", "lines=1-2", "bytes=1-2,4-5", "bytes=-"):
        assert page.ask(where["url"], headers={"Range": odd}).content == film.content


@pytest.mark.parametrize(
    "query", ["", "start=1", "start=a&stop=b", "start=3&stop=2", "start=nan&stop=3", "start=0&stop=inf"]
)
def test_a_stretch_that_is_none_is_refused(page: Any, query: str) -> None:
    for path in ("media", "films"):
        response = page.ask(f"{path}?{query}")
        assert response.status_code == 422
        assert response.json()["error"].startswith("Expected")
    assert page.ask("films?start=1e6&stop=2e6").status_code == 422


def test_footage_that_is_gone_says_so(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.night.files.originals._size", lambda _: None)
    response = page.ask("media?start=2&stop=6")
    assert response.status_code == 404
    assert "--footage" in response.json()["error"]


def test_the_motion_of_a_stretch_and_of_the_night(page: Any) -> None:
    part = page.ask("signal?start=2&stop=6").json()
    assert len(part["time_s"]) == len(part["strength"]) == 32
    whole = page.ask("signal").json()
    assert 100 < len(whole["time_s"]) <= 1600


def test_the_motion_of_the_night_is_what_the_report_draws(page: Any) -> None:
    whole = page.ask("signal").json()
    drawn = motion_envelope(Night.load(page.folder), 1600)
    assert drawn is not None
    assert whole["time_s"] == pytest.approx(drawn.edges_s[:-1], abs=1e-3)
    for name, shares in (("most", drawn.most), ("usual", drawn.usual)):
        np.testing.assert_allclose(np.array(whole[name], float), shares, atol=1e-4)
    told = page.ask("night").json()["motion_words"]
    assert told in " ".join(reading(Night.load(page.folder)))


def test_regions_are_drawn_saved_and_never_overwritten_unseen(page: Any) -> None:
    before = page.ask("regions").json()
    assert before["region"] == []
    cot = {"name": "cot", "use": "only", "polygon_px": [[10, 10], [300, 10], [300, 170]]}
    saved = page.ask("regions", "PUT", json={"region": [cot], "version": before["version"]})
    assert saved.json()["region"][0]["name"] == "cot"
    stored = tomllib.loads((page.folder / REGIONS_FILE).read_text())
    assert stored["region"][0]["polygon_px"] == [[10, 10], [300, 10], [300, 170]]
    late = page.ask("regions", "PUT", json={"region": [], "version": before["version"]})
    assert late.status_code == 422
    assert "changed elsewhere" in late.json()["error"]
    outside = cot | {"polygon_px": [[10, 10], [999, 10], [300, 170]]}
    refused = page.ask("regions", "PUT", json={"region": [outside], "version": saved.json()["version"]})
    assert "lies outside the picture of 320 x 180 px" in refused.json()["error"]
    assert tomllib.loads((page.folder / REGIONS_FILE).read_text()) == stored
