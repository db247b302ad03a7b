"""BIDS, EDF+ and ELAN as other programs see them: signals, sidecars, tiers, and the BIDS validator's own word."""

from __future__ import annotations

import dataclasses
import gzip
import json
import shutil
import subprocess
import sysconfig
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.errors import UsageError
from detector.events.state import ACTIVE, AWAKE, QUIET, UNKNOWN
from detector.night.night import Night
from detector.night.provenance import Subject
from detector.views.exchange.bids import RECORDING
from detector.views.exchange.labels import with_kinds
from detector.views.exchange.reading import read_scoring
from detector.views.exchange.signals import is_near, peaks_at
from detector.views.exchange.writing import export


@pytest.fixture(scope="session")
def moving(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Night:
    """45.5 s of footage, really analyzed, with jerks at 7, 19.5 and 33.2 s."""
    import detector

    video = write_cot(tmp_path_factory.mktemp("moving") / "cot.mp4", 45.5, (7.0, 19.5, 33.2))
    return detector.analyze(video, workers=1)  # no pictures are drawn


def named(night: Night, code: str, session: str) -> Night:
    return dataclasses.replace(
        night, provenance=dataclasses.replace(night.provenance, subject=Subject(code, session, "12 weeks"))
    )


@pytest.mark.slow
def test_bids_has_its_places_and_describes_every_column(moving: Night, tmp_path: Path) -> None:
    paths = export(named(moving, "A-1", "night 2"), "bids", tmp_path / "set")
    names = {path.relative_to(tmp_path / "set").as_posix() for path in paths}
    stem = "sub-A1/ses-night2/beh/sub-A1_ses-night2_task-sleep"
    assert f"{stem}_events.tsv" in names
    assert f"{stem}_recording-motion_physio.tsv.gz" in names
    events = tmp_path / "set" / f"{stem}_events.tsv"
    header = events.read_text().splitlines()[0].split("\t")
    assert header[:3] == ["onset", "duration", "trial_type"]
    assert {*header, RECORDING} == set(json.loads(events.with_suffix(".json").read_text()))
    assert (tmp_path / "set" / "participants.tsv").read_text().splitlines() == [
        "participant_id\tage_in_words", "sub-A1\t12 weeks",
    ]  # fmt: skip


def test_motion_in_bids_rises_where_the_jerks_are(moving: Night, tmp_path: Path) -> None:
    paths = export(moving, "bids", tmp_path / "set")
    (motion,) = (path for path in paths if path.name.endswith("recording-motion_physio.tsv.gz"))
    packed = motion.read_bytes()
    assert packed[3] == 0, "no name in the gzip header"
    assert packed[4:8] == b"\0\0\0\0", "no date in the gzip header"
    rows = np.array([line.split("\t") for line in gzip.decompress(packed).decode().splitlines()], float)
    assert len(rows) == 455
    assert rows[:, 1].mean() > 0.95
    at_jerks = [rows[round(10 * t) : round(10 * t) + 4, 0].max() for t in (7.0, 19.5, 33.2)]
    assert min(at_jerks) > 20 * max(np.median(rows[:, 0]), 0.5)


def test_a_second_night_joins_the_data_set_and_the_first_stays(moving: Night, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    export(named(moving, "A", "1"), "bids", folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    export(named(moving, "B", "1"), "bids", folder)
    people = folder / "participants.tsv"
    assert people.read_text().splitlines()[1:] == ["sub-A\t12 weeks", "sub-B\t12 weeks"]
    assert all(path.read_bytes() == data for path, data in before.items() if path != people)
    with pytest.raises(UsageError, match="exists already"):
        export(named(moving, "A", "1"), "bids", folder)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_night_never_takes_the_place_of_another(
    night: Night, three_files: Night, tmp_path: Path, overwrite: bool
) -> None:
    folder = tmp_path / "set"
    first = export(night, "bids", folder)
    before = {path: path.read_bytes() for path in first}
    with pytest.raises(UsageError, match=r"sub-01, ses-20260314 is another night; .*--subject and --session") as told:
        export(three_files, "bids", folder, overwrite=overwrite)
    assert "overwrite" not in str(told.value)
    assert {path: path.read_bytes() for path in first} == before
    # The night itself may be written again, and the other one beside it.
    with pytest.raises(UsageError, match=r"exists already; .*overwrite=True"):
        export(night, "bids", folder)
    assert export(night, "bids", folder, overwrite=True) == [path for path in first if "ses-" in path.name]
    assert export(named(three_files, "", "2"), "bids", folder)
    assert (folder / "sub-01" / "ses-2").is_dir()
    # What an earlier version wrote, or somebody else, does not say whose it is.
    next(path for path in first if path.name.endswith("_events.json")).write_text("{}")
    with pytest.raises(UsageError, match="does not say which night it is; take it away, or give this one"):
        export(night, "bids", folder, overwrite=overwrite)


def test_a_folder_of_something_else_is_no_data_set(moving: Night, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"it holds other files \(such as thesis.txt\)"):
        export(moving, "bids", tmp_path)


def test_edf_has_signals_that_can_be_trusted(moving: Night, tmp_path: Path) -> None:
    import edfio

    (path,) = export(moving, "edf", tmp_path / "n.edf")
    edf = edfio.read_edf(path)
    assert edf.labels[:2] == ("motion", "motion valid")
    assert edf.duration == 46
    motion, valid = edf.get_signal("motion"), edf.get_signal("motion valid")
    assert (motion.sampling_frequency, motion.physical_dimension) == (10.0, "lg(1+x)")
    assert valid.data[455:].max() == pytest.approx(0.0, abs=1e-4)
    strongest = float(np.argmax(motion.data)) / 10
    assert min(abs(strongest - t) for t in (7.0, 19.5, 33.2)) < 0.6


def test_edf_says_what_was_not_filmed(three_files: Night, tmp_path: Path) -> None:
    import edfio

    (path,) = export(three_files, "edf", tmp_path / "n.edf")
    edf = edfio.read_edf(path)
    gaps = [(note.onset, note.duration) for note in edf.annotations if note.text == "gap"]
    assert gaps == [(110.5, 89.5)]
    assert edf.starttime.isoformat() == "22:15:00"
    assert edf.get_signal("observed").data[150] == pytest.approx(0.0, abs=1e-4)


def test_elan_tiers_are_by_kind_and_site(night: Night, tmp_path: Path) -> None:
    import pympi

    (path,) = export(night, "elan", tmp_path / "n.eaf")
    eaf = pympi.Elan.Eaf(str(path))
    assert set(eaf.get_tier_names()) == {
        "twitch | left hand", "twitch", "movement", "movement | 2", "rhythmic | =HYPERLINK(1)", "gross",
    }  # fmt: skip
    assert eaf.get_linked_files()[0]["RELATIVE_MEDIA_URL"] == "./clip 1.mp4"
    assert eaf.get_annotation_data_for_tier("twitch | left hand") == [(7000, 7300, "e0001")]


@pytest.mark.parametrize(("name", "data"), [("a.edf", b"0 no edf"), ("a.eaf", b"<no xml"), ("a.eaf", b"<a/>")])
def test_damaged_files_are_refused_in_one_sentence(night: Night, tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=r"a row looks like this: ") as refused:
        read_scoring(night, tmp_path / name)
    assert "\n" not in str(refused.value)


def test_states_go_to_every_format(with_states: Night, tmp_path: Path) -> None:
    import edfio

    (edf,) = export(with_states, "edf", tmp_path / "n.edf")
    texts = {note.text for note in edfio.read_edf(edf).annotations}
    states = {epoch.state for epoch in with_states.decision.epochs}
    assert states <= texts


def test_a_hypnogram_has_a_stage_for_every_epoch_and_is_read_as_states(with_states: Night, tmp_path: Path) -> None:
    import edfio

    (path,) = export(with_states, "edf", tmp_path / "n.edf", hypnogram=True)
    stages = [note for note in edfio.read_edf(path).annotations if note.text.startswith("Sleep stage ")]
    epochs = with_states.decision.epochs
    assert [(note.onset, note.duration) for note in stages] == [(e.start_s, e.stop_s - e.start_s) for e in epochs]
    names = {QUIET: "Sleep stage N", ACTIVE: "Sleep stage R", AWAKE: "Sleep stage W"}
    assert [note.text for note in stages] == [names.get(e.state, "Sleep stage ?") for e in epochs]
    labeled = with_kinds(read_scoring(with_states, path))
    assert labeled.unknown == {}
    scored = [(e.state if e.state in names else UNKNOWN, e.start_s) for e in epochs]
    assert [(state, one.start_s) for state, one in labeled.states] == scored


def test_each_step_keeps_its_largest_value() -> None:
    grid = np.array([0.0, 0.1, 0.2, 0.3])
    assert peaks_at(grid, np.zeros(0), np.zeros(0), 0.1).tolist() == [0.0] * 4
    assert is_near(grid, np.array([0.0]), 0.05).tolist() == [True, True, False, False]


VALIDATOR = shutil.which("bids-validator-deno", path=sysconfig.get_path("scripts"))


@pytest.mark.slow
@pytest.mark.skipif(VALIDATOR is None, reason="bids-validator-deno is not installed")
def test_a_data_set_of_two_nights_passes_the_validator(moving: Night, with_states: Night, tmp_path: Path) -> None:
    assert VALIDATOR
    export(named(moving, "A", "1"), "bids", tmp_path / "set", artifacts=True)
    export(named(with_states, "B", "1"), "bids", tmp_path / "set")
    done = subprocess.run(
        [VALIDATOR, str(tmp_path / "set"), "--json"], capture_output=True, text=True, timeout=300, check=False
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert {issue["code"] for issue in issues} <= {
        "JSON_KEY_RECOMMENDED",
        "SIDECAR_KEY_RECOMMENDED",
        "TOO_FEW_AUTHORS",
        "NO_AUTHORS",
    }


@pytest.mark.slow
def test_mne_opens_the_file(moving: Night, tmp_path: Path) -> None:
    mne = pytest.importorskip("mne")
    (path,) = export(moving, "edf", tmp_path / "n.edf")
    raw = mne.io.read_raw_edf(path, verbose="error")
    assert raw.ch_names[0] == "motion"
    found = [(note["onset"], note["description"].split(" | ")[0]) for note in raw.annotations]
    twitches = [onset for onset, kind in found if kind == "twitch"]
    columns = moving.event_columns()
    ours = [s for s, kind in zip(columns["start_s"], columns["kind"], strict=True) if kind == "twitch"]
    assert twitches == pytest.approx(ours, abs=0.002)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_yasa_reads_the_states_as_a_hypnogram(with_states: Night, tmp_path: Path) -> None:
    mne = pytest.importorskip("mne")
    yasa = pytest.importorskip("yasa")
    (path,) = export(with_states, "edf", tmp_path / "n.edf", hypnogram=True)
    notes = mne.io.read_raw_edf(path, verbose="error").annotations
    stages = [note["description"].rpartition(" ")[2] for note in notes if note["description"].startswith("Sleep stage")]
    hypnogram = yasa.Hypnogram(
        [{"N": "NREM", "?": "UNS"}.get(stage, stage) for stage in stages], n_stages=3, freq="30s"
    )
    counts = Counter(epoch.state for epoch in with_states.decision.epochs)
    found = hypnogram.sleep_statistics()
    assert found["REM"] == pytest.approx(counts[ACTIVE] * 0.5)
    assert found["NREM"] == pytest.approx(counts[QUIET] * 0.5)
    assert found["TIB"] == pytest.approx(120.0)
