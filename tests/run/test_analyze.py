"""From a file to a night folder, and everything that must not change the result."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detector
from detector.errors import NightFolderError, NoFootageError, ParameterError, UsageError
from detector.night.night import Night
from detector.params import Params, with_values
from detector.run.analyze import Progress, analyze, save_night
from tests.fault_tools import NIGHT_FILES, content

# Spans of 10 s, so that 45 s of footage are several parts.
SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})


def parts(folder: Path) -> dict[str, int]:
    """Motion parts and when they were written, ns."""
    return {path.name: path.stat().st_mtime_ns for path in sorted((folder / "motion").glob("*.npz"))}


@pytest.fixture(scope="module")
def result(cot: Path, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """What one worker gives in an undisturbed run."""
    return analyze(cot, out=tmp_path_factory.mktemp("nights") / "reference", params=SHORT_SPANS, workers=1)


@pytest.fixture(scope="module")
def reference(result: Night) -> Path:
    """The folder that it wrote."""
    assert result.folder is not None
    return result.folder


def test_folder_is_the_designed_one(reference: Path) -> None:
    assert {path.name for path in reference.iterdir()} == NIGHT_FILES
    assert len(parts(reference)) >= 4


def test_planted_jerks_are_events(reference: Path) -> None:
    starts = Night.load(reference).events.start_s.to_numpy()
    for planted_s in (7.0, 19.5, 33.2):
        assert np.abs(starts - planted_s).min() < 0.5


def test_result_and_folder_are_the_same_night(result: Night, reference: Path) -> None:
    pd.testing.assert_frame_equal(result.events, Night.load(reference).events)
    assert result.coverage.files_s == pytest.approx(45.0)
    assert result.coverage.observed_s == pytest.approx(45.0)
    assert not result.is_partial


@pytest.mark.parametrize("workers", [2, pytest.param(5, marks=pytest.mark.slow)])
def test_bytes_do_not_depend_on_the_workers(cot: Path, reference: Path, tmp_path: Path, workers: int) -> None:
    analyze(cot, out=tmp_path / "night", params=SHORT_SPANS, workers=workers)
    assert content(tmp_path / "night") == content(reference)


@pytest.mark.slow
def test_night_in_memory_equals_the_written_one(cot: Path, reference: Path) -> None:
    night = analyze(cot, params=SHORT_SPANS, workers=2)
    assert night.folder is None
    assert night.trace is not None
    pd.testing.assert_frame_equal(night.events, Night.load(reference).events)


@pytest.mark.slow
def test_missing_and_damaged_parts_are_measured_again(cot: Path, tmp_path: Path) -> None:
    folder = tmp_path / "night"
    analyze(cot, out=folder, params=SHORT_SPANS, workers=1)
    whole, before = content(folder), parts(folder)
    first, second, third, *_ = sorted(before)
    (folder / "motion" / first).unlink()
    (folder / "motion" / second).write_bytes(b"PK")
    (folder / "motion" / third).write_bytes(whole[f"motion/{third}"][:-50])
    seen: list[Progress] = []
    analyze(cot, out=folder, params=SHORT_SPANS, workers=1, progress=seen.append)
    assert content(folder) == whole
    assert {name for name, written in parts(folder).items() if written != before[name]} == {first, second, third}
    measuring = [step for step in seen if step.stage == "measuring"]
    assert measuring[0].done_frames == measuring[0].resumed_frames > 0
    assert measuring[-1].done_frames == measuring[-1].total_frames == 450


@pytest.mark.slow
def test_progress_goes_through_all_stages(cot: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    analyze(cot, out=tmp_path / "night", params=SHORT_SPANS, workers=1, progress=seen.append)
    assert list(dict.fromkeys(step.stage for step in seen)) == ["reading", "measuring", "deciding", "writing"]
    done = [step.done_frames for step in seen if step.stage == "measuring"]
    assert done == sorted(done)
    assert done[0] == 0


@pytest.mark.slow
def test_other_measuring_parameters_replace_the_parts_when_asked(cot: Path, tmp_path: Path) -> None:
    folder = tmp_path / "night"
    analyze(cot, out=folder, params=SHORT_SPANS, workers=1)
    before = parts(folder)
    other = with_values(SHORT_SPANS, {"motion.short_lag_s": 0.2})
    with pytest.raises(UsageError, match=r"motion\.short_lag_s was 0\.13 and not 0\.2"):
        analyze(cot, out=folder, params=other, workers=1)
    assert parts(folder) == before
    analyze(cot, out=folder, params=other, workers=1, overwrite=True)
    assert not parts(folder).keys() & before.keys()
    assert Night.load(folder).params.motion.short_lag_s == 0.2


@pytest.mark.slow
def test_another_night_is_never_overwritten_unasked(
    cot: Path, write_cot: Callable[..., Path], reference: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "night"
    other = write_cot(tmp_path / "other.mp4", 12.0, seed=5)
    analyze(other, out=folder, params=SHORT_SPANS, workers=1)
    before = content(folder)
    with pytest.raises(UsageError, match="another night"):
        analyze(cot, out=folder, params=SHORT_SPANS, workers=1)
    assert content(folder) == before
    analyze(cot, out=folder, params=SHORT_SPANS, workers=1, overwrite=True)
    assert content(folder) == content(reference)


def test_folder_with_other_files_is_refused_before_footage_is_read(cot: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    seen: list[Progress] = []
    with pytest.raises(UsageError, match=r"thesis\.tex"):
        analyze(cot, out=tmp_path, progress=seen.append)
    assert seen == []


@pytest.mark.slow
def test_interrupt_before_the_first_part_leaves_nothing(cot: Path, tmp_path: Path) -> None:
    def interrupt(step: Progress) -> None:
        if step.stage == "measuring":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="Interrupted before anything was kept"):
        analyze(cot, out=tmp_path / "night", progress=interrupt)
    assert not (tmp_path / "night").exists()


def test_footage_that_cannot_be_read_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video")
    with pytest.raises(NoFootageError):
        analyze(tmp_path / "notes.mp4", out=tmp_path / "night")
    assert not (tmp_path / "night").exists()


@pytest.mark.slow
def test_unreadable_file_beside_a_good_one_is_partial(cot: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video")
    night = analyze([cot, tmp_path / "notes.mp4"], params=SHORT_SPANS, workers=1)
    assert night.is_partial
    assert night.coverage.observed_s == pytest.approx(45.0)
    assert [Path(path).name for path, _ in night.provenance.unreadable] == ["notes.mp4"]


@pytest.mark.slow
def test_file_cut_off_in_the_middle_is_partial(cot: Path, write_cot: Callable[..., Path], tmp_path: Path) -> None:
    whole = write_cot(tmp_path / "whole.mkv", 20.0)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    night = analyze(tmp_path / "cut.mkv", workers=1)
    assert night.is_partial
    assert 5 < night.coverage.observed_s < 15
    assert any("cut off" in reason for _, reason in night.provenance.damage)


@pytest.mark.slow
def test_repaired_times_are_told_but_nothing_was_unreadable(write_cot: Callable[..., Path], tmp_path: Path) -> None:
    night = analyze(write_cot(tmp_path / "bare.h264", 12.0), workers=1)
    assert not night.is_partial
    assert night.provenance.damage == ()
    assert any("bare.h264: The file holds no time stamps" in note for note in night.provenance.notes)


@pytest.mark.parametrize("workers", [0, -1])
def test_impossible_number_of_workers_is_refused(cot: Path, workers: int) -> None:
    with pytest.raises(ParameterError, match="workers: expected 1 or more"):
        analyze(cot, workers=workers)


@pytest.mark.slow
def test_quiet_footage_gives_the_same_files(write_cot: Callable[..., Path], tmp_path: Path) -> None:
    quiet = write_cot(tmp_path / "quiet.mp4", 11.0)
    night = analyze(quiet, out=tmp_path / "night", workers=1)
    assert len(night.events) == 0
    assert {path.name for path in (tmp_path / "night").iterdir()} == NIGHT_FILES
    assert len((tmp_path / "night" / "events.csv").read_text().splitlines()) == 1


@pytest.mark.slow
def test_deciding_again_gives_the_same_events_and_can_be_saved(reference: Path, tmp_path: Path) -> None:
    night = Night.load(reference)
    again = night.decide(night.params)
    pd.testing.assert_frame_equal(again.events, night.events)
    saved = save_night(again, tmp_path / "again")
    assert saved.folder == tmp_path / "again"
    assert content(tmp_path / "again") == content(reference)


@pytest.mark.slow
def test_night_in_memory_can_be_saved_and_resaved_in_place(cot: Path, tmp_path: Path) -> None:
    night = analyze(cot, params=SHORT_SPANS, workers=1)
    folder = tmp_path / "night"
    save_night(night, folder)
    loaded = Night.load(folder)
    pd.testing.assert_frame_equal(loaded.events, night.events)
    before = content(folder)
    save_night(loaded.decide(loaded.params), folder)
    assert content(folder) == before


@pytest.mark.slow
def test_night_without_a_trace_cannot_be_saved(reference: Path, tmp_path: Path) -> None:
    import dataclasses

    bare = dataclasses.replace(Night.load(reference), trace=None, parts=())
    with pytest.raises(NightFolderError, match="no motion trace"):
        save_night(bare, tmp_path / "bare")
    assert not (tmp_path / "bare").exists()


@pytest.mark.slow
def test_script_without_a_main_guard_works(cot: Path, tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(f"import detector\nprint(len(detector.analyze({str(cot)!r}, workers=2).events))\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 3


def test_public_name_is_this_function() -> None:
    assert detector.analyze is analyze
