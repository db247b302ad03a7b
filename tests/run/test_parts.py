"""Parts: what names them, and how they become one trace."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from detector.errors import FootageError, NightFolderError
from detector.footage.recording import Recording, read_recording
from detector.footage.spans import cut_spans
from detector.night.files.stored_trace import read_part
from detector.params import Params, with_values
from detector.run.analyze import analyze
from detector.run.parts import Job, hash_file, is_measured, join_parts, measure_part, plan_jobs, still_to_measure

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})


def jobs_of(recording: Recording, motion: Path, params: Params = SHORT_SPANS) -> tuple[Job, ...]:
    hashes = [hash_file(clip.info.path) for clip in recording.clips]
    return plan_jobs(recording, cut_spans(recording, params.footage), hashes, params, motion)


def names(path: Path, params: Params = SHORT_SPANS) -> list[str]:
    return [job.path.name for job in jobs_of(read_recording([path], params.footage), Path("motion"), params)]


def test_jobs_hold_every_frame_and_second_once(cot: Path) -> None:
    recording = read_recording([cot], SHORT_SPANS.footage)
    jobs = jobs_of(recording, Path("motion"))
    assert [job.index for job in jobs] == list(range(len(jobs)))
    assert sum(job.n_frames for job in jobs) == 450
    assert sum(job.files_s for job in jobs) == pytest.approx(recording.files_s)


def test_name_follows_the_content_and_not_the_place(cot: Path, write_cot: Callable[..., Path], tmp_path: Path) -> None:
    moved = Path(shutil.copy(cot, tmp_path / "renamed.mp4"))
    assert names(moved) == names(cot)
    other = write_cot(tmp_path / "other.mp4", 45.0, seed=1)
    assert not set(names(other)) & set(names(cot))


def test_name_follows_the_parameters_of_measuring_only(cot: Path) -> None:
    assert names(cot, with_values(SHORT_SPANS, {"burst.threshold": 9.0})) == names(cot)
    for name, value in {"motion.short_lag_s": 0.2, "noise.quantile": 0.9, "footage.max_gap_s": 2.0}.items():
        assert not set(names(cot, with_values(SHORT_SPANS, {name: value}))) & set(names(cot)), name


def test_another_release_measures_anew(cot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(cot)
    monkeypatch.setattr("detector.run.parts.__version__", "99.0")
    assert not set(names(cot)) & set(before)


def test_part_is_measured_once_it_can_be_read(cot: Path, tmp_path: Path) -> None:
    recording = read_recording([cot], SHORT_SPANS.footage)
    job = jobs_of(recording, tmp_path)[1]
    assert not is_measured(job)
    measure_part(recording, job, SHORT_SPANS)
    assert is_measured(job)
    assert [path.name for path in tmp_path.iterdir()] == [job.path.name]
    job.path.write_bytes(job.path.read_bytes()[:100])
    assert not is_measured(job)
    assert not job.path.exists()


def test_part_of_another_number_and_time_is_taken_over_once_it_can_be_read(cot: Path, tmp_path: Path) -> None:
    recording = read_recording([cot], SHORT_SPANS.footage)
    later = replace(recording, clips=tuple(replace(clip, offset_s=clip.offset_s + 71.3) for clip in recording.clips))
    (tmp_path / "motion").mkdir()
    old, new = jobs_of(recording, tmp_path / "motion")[1], jobs_of(later, tmp_path / "motion")[1]
    new = replace(new, path=new.path.with_name(new.path.name.replace("0002", "0007")))
    measure_part(recording, old, SHORT_SPANS)
    whole = old.path.read_bytes()
    old.path.write_bytes(whole[:100])
    assert still_to_measure([new]) == (new,)
    old.path.write_bytes(whole)
    assert still_to_measure([new]) == ()
    assert is_measured(new)
    assert old.path.read_bytes() == whole
    taken = new.path.read_bytes()
    measure_part(later, new, SHORT_SPANS)
    assert new.path.read_bytes() == taken
    assert read_part(new.path).frames.time_s == pytest.approx(read_part(old.path).frames.time_s + 71.3, abs=1e-9)


def test_part_at_another_time_is_not_that_of_the_job(cot: Path, tmp_path: Path) -> None:
    recording = read_recording([cot], SHORT_SPANS.footage)
    job = jobs_of(recording, tmp_path)[1]
    measure_part(recording, job, SHORT_SPANS)
    assert not is_measured(replace(job, span=replace(job.span, start_s=job.span.start_s + 1.0)))
    assert job.path.exists()


def test_part_that_vanished_is_one_sentence(cot: Path, tmp_path: Path) -> None:
    jobs = jobs_of(read_recording([cot], SHORT_SPANS.footage), tmp_path)
    with pytest.raises(NightFolderError, match="span-0001"):
        join_parts(jobs)


def test_nothing_to_join_is_no_trace() -> None:
    assert join_parts([]) == (None, {})


def test_clip_of_another_size_is_scaled_and_named(cot: Path, write_cot: Callable[..., Path], tmp_path: Path) -> None:
    small = write_cot(tmp_path / "small.mp4", 12.0, size=(96, 64))
    night = analyze([cot, small], params=SHORT_SPANS, workers=1)
    assert night.coverage.observed_s == pytest.approx(57.0)
    assert "small.mp4: its pictures of 96 x 64 were scaled to 160 x 120." in night.provenance.notes


def test_file_that_vanished_cannot_be_hashed(tmp_path: Path) -> None:
    with pytest.raises(FootageError, match=r"gone\.mp4: cannot read this file"):
        hash_file(tmp_path / "gone.mp4")
