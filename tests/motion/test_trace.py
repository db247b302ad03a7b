"""The stored trace: what is rounded, saving and loading, joining spans."""

import zipfile
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import NightFolderError
from detector.motion import trace_file
from detector.motion.layer import Layer, choose_stride, coarse, keep_stride
from detector.motion.packing import read_arrays, write_arrays
from detector.motion.trace import Frames, MotionTrace, join_traces
from detector.motion.trace_file import copy_trace, load_trace, save_trace
from tests.drawing import Film, Sketch
from tests.traces import cut_trace, with_columns


def assert_equal(one: MotionTrace, other: MotionTrace) -> None:
    assert one.grid == other.grid
    for name in ("frames", "fast", "slow", "noise"):
        theirs = getattr(other, name).arrays()
        for field, array in getattr(one, name).arrays().items():
            assert array.dtype == theirs[field].dtype, field
            assert np.array_equal(array, theirs[field]), f"{name}.{field}"
    assert np.array_equal(one.reference, other.reference)
    assert one.lost_s == other.lost_s


class TestCoarse:
    @given(st.floats(-50000, 50000, width=32), st.integers(1, 9))
    def test_what_is_left_is_near(self, value: float, bits: int) -> None:
        found = float(coarse(np.array([value], np.float32), bits)[0])
        # The first rounding, to half precision, may add a little; numbers near 0 have an absolute step.
        assert abs(found - value) <= abs(value) * (2.0 ** -(bits + 1) + 2.0**-11) * 1.001 + 2.0 ** -(14 + bits)

    @given(st.floats(-60000, 60000, width=32), st.integers(1, 9))
    def test_once_is_enough(self, value: float, bits: int) -> None:
        once = coarse(np.array([value], np.float32), bits)
        assert np.array_equal(coarse(once.astype(np.float32), bits), once)

    @given(st.floats(-60000, 60000, width=32), st.floats(-60000, 60000, width=32), st.integers(1, 9))
    def test_order_and_sign_stay(self, one: float, other: float, bits: int) -> None:
        low, high = coarse(np.array(sorted([one, other]), np.float32), bits)
        assert low <= high
        assert np.array_equal(coarse(np.array([-one], np.float32), bits), -coarse(np.array([one], np.float32), bits))

    def test_few_values_remain(self) -> None:
        values = np.linspace(1.0, 2.0, 1000, endpoint=False, dtype=np.float32)
        assert len(np.unique(coarse(values, 4))) == 2**4 + 1

    def test_the_largest_stay_finite(self) -> None:
        assert np.isfinite(coarse(np.array([65025.0, -65025.0, 1e9, np.inf], np.float32), 5)).all()

    def test_nothing_stays_nothing(self) -> None:
        assert len(coarse(np.zeros(0, np.float32), 5)) == 0
        assert coarse(np.zeros(3, np.float32), 5).tolist() == [0.0, 0.0, 0.0]


class TestLayer:
    @given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 65535)), max_size=40, unique=True))
    def test_rows_come_back(self, entries: list[tuple[int, int]]) -> None:
        ordered = np.array(sorted(entries), np.int64).reshape(-1, 2)
        ones = np.ones(len(ordered), np.float32)
        layer = Layer.from_rows(10, ordered[:, 0], ordered[:, 1], ones, -ones)
        assert np.array_equal(layer.frame, ordered[:, 0])
        assert np.array_equal(layer.cell, ordered[:, 1])
        assert len(layer.first) == 11
        assert layer.first[-1] == len(entries)
        assert (layer.signed == -1).all()

    def test_the_empty_one(self) -> None:
        layer = Layer.empty(3)
        assert layer.first.tolist() == [0, 0, 0, 0]
        assert len(layer.frame) == len(layer.cell) == len(layer.energy) == len(layer.signed) == 0


class TestThinning:
    """Frames in which much of the picture moves keep each second or fourth cell both ways."""

    @pytest.mark.parametrize(("share", "stride"), [(0.0, 1), (0.05, 1), (0.1, 2), (0.3, 2), (0.35, 4), (1.0, 4)])
    def test_the_more_moves_the_fewer_are_kept(self, share: float, stride: int) -> None:
        assert choose_stride(np.array([share])).tolist() == [stride]

    @given(st.integers(1, 70), st.integers(1, 130), st.sampled_from([1, 2, 4]))
    def test_what_is_kept_stands_for_the_picture(self, rows: int, columns: int, stride: int) -> None:
        cells = np.arange(rows * columns)
        kept = cells[keep_stride(cells, np.uint8(stride), columns)]
        assert len(kept) == -(-rows // stride) * -(-columns // stride)
        ones, frame = np.ones(len(kept), np.float32), np.zeros(len(kept), np.int64)
        layer = Layer.from_rows(1, frame, kept, ones, ones, np.array([stride], np.uint8))
        assert layer.share(rows * columns) == pytest.approx(1.0)

    def test_each_frame_has_its_own(self) -> None:
        frame, cell = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 2])
        ones = np.ones(4, np.float32)
        layer = Layer.from_rows(3, frame, cell, ones, ones, np.array([1, 2, 1], np.uint8))
        assert layer.share(100) == pytest.approx([0.02, 0.08, 0.0])


class TestSaveAndLoad:
    @pytest.mark.parametrize("name", ["twitching", "still", "spanned"])
    def test_nothing_is_lost_and_bytes_repeat(self, name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
        trace = request.getfixturevalue(name)
        first, second = tmp_path / "first.npz", tmp_path / "second.npz"
        save_trace(first, trace)
        loaded = load_trace(first)
        assert_equal(loaded, trace)
        save_trace(second, loaded)
        assert first.read_bytes() == second.read_bytes()

    def test_a_trace_without_frames(self, film: Film, tmp_path: Path) -> None:
        trace = film.measure([], 10.0)
        save_trace(tmp_path / "none.npz", trace)
        assert_equal(load_trace(tmp_path / "none.npz"), trace)
        assert trace.lost_s == 10.0

    def test_the_scalars_keep_their_types(self, spanned: MotionTrace, tmp_path: Path) -> None:
        save_trace(tmp_path / "trace.npz", spanned)
        loaded = load_trace(tmp_path / "trace.npz")
        assert type(loaded.grid.rows) is int
        assert type(loaded.lost_s) is float
        assert type(loaded.grid.cell_px) is tuple

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(NightFolderError, match=r"gone\.npz: expected a motion trace, but it cannot be read"):
            load_trace(tmp_path / "gone.npz")

    @pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + bytes(40)])
    def test_another_file_is_refused(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "part.npz").write_bytes(content)
        with pytest.raises(NightFolderError, match=r"part\.npz: expected a motion trace"):
            load_trace(tmp_path / "part.npz")

    def test_a_damaged_file_is_refused(self, spanned: MotionTrace, tmp_path: Path) -> None:
        path = tmp_path / "part.npz"
        save_trace(path, spanned)
        whole = path.read_bytes()
        for kept in (10, len(whole) // 2, len(whole) - 5):
            path.write_bytes(whole[:kept])
            with pytest.raises(NightFolderError, match="analyze the footage again"):
                load_trace(path)

    def test_a_flipped_byte_is_noticed(self, spanned: MotionTrace, tmp_path: Path) -> None:
        path = tmp_path / "part.npz"
        save_trace(path, spanned)
        with zipfile.ZipFile(path) as archive:
            place = archive.getinfo("frames.time_s:<f8.npy").header_offset + 200
        damaged = bytearray(path.read_bytes())
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with pytest.raises(NightFolderError, match="cannot be read"):
            load_trace(path)

    def test_a_part_that_lacks_a_field_is_refused(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "part.npz", version=trace_file.TRACE_VERSION, **{"grid.rows": 3})
        with pytest.raises(NightFolderError, match="cannot be read"):
            load_trace(tmp_path / "part.npz")

    @pytest.mark.parametrize("offset_s", [0.0, 3.7, 40_000.1])
    def test_an_offset_is_added_to_all_times_and_can_be_changed(
        self, twitching: MotionTrace, tmp_path: Path, offset_s: float
    ) -> None:
        first, copied, written = (tmp_path / f"{name}.npz" for name in ("first", "copied", "written"))
        save_trace(first, twitching, 12.0)
        copy_trace(first, copied, offset_s)
        save_trace(written, twitching, offset_s)
        assert copied.read_bytes() == written.read_bytes()
        loaded = load_trace(copied)
        for name in ("frames.time_s", "noise.blocks.start_s", "noise.spans.start_s", "breathing.start_s"):
            assert np.array_equal(attrgetter(name)(loaded), attrgetter(name)(twitching) + offset_s), name
        assert np.array_equal(loaded.fast.energy, twitching.fast.energy)

    @pytest.mark.parametrize("offset_s", [np.nan, np.inf])
    def test_an_offset_that_is_no_time_is_refused(self, spanned: MotionTrace, tmp_path: Path, offset_s: float) -> None:
        save_trace(tmp_path / "part.npz", spanned, offset_s)
        with pytest.raises(NightFolderError, match="expected a finite offset"):
            load_trace(tmp_path / "part.npz")

    def test_a_trace_of_the_version_without_offset_is_read(self, spanned: MotionTrace, tmp_path: Path) -> None:
        save_trace(tmp_path / "new.npz", spanned)
        with (tmp_path / "new.npz").open("rb") as file:
            arrays = read_arrays(file)
        del arrays["offset_s"]
        with (tmp_path / "old.npz").open("wb") as file:
            write_arrays(file, {**arrays, "version": np.array(8)})
        assert_equal(load_trace(tmp_path / "old.npz"), spanned)

    def test_another_version_is_refused(
        self, spanned: MotionTrace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "part.npz"
        monkeypatch.setattr(trace_file, "TRACE_VERSION", 99)
        save_trace(path, spanned)
        monkeypatch.undo()
        with pytest.raises(NightFolderError, match="version 99 came"):
            load_trace(path)


class TestJoin:
    @pytest.mark.parametrize("time_s", [4.0, 8.0])
    def test_a_trace_cut_in_two_is_whole_again(self, spanned: MotionTrace, time_s: float) -> None:
        assert_equal(join_traces(cut_trace(spanned, time_s)), spanned)

    def test_three_parts_in_any_grouping(self, spanned: MotionTrace) -> None:
        one, rest = cut_trace(spanned, 4.0)
        two, three = cut_trace(rest, 8.0)
        assert_equal(join_traces([one, two, three]), spanned)
        assert_equal(join_traces([join_traces([one, two]), three]), spanned)
        assert_equal(join_traces([one, join_traces([two, three])]), spanned)

    def test_one_part_is_itself(self, twitching: MotionTrace) -> None:
        assert_equal(join_traces([twitching]), twitching)

    def test_an_empty_part_changes_nothing_but_what_was_lost(self, film: Film, twitching: MotionTrace) -> None:
        joined = join_traces([twitching, film.measure([], 5.0, start_s=24.0)])
        assert joined.lost_s == 5.0
        assert len(joined.noise.spans.start_s) == 2
        assert np.array_equal(joined.frames.time_s, twitching.frames.time_s)
        assert np.array_equal(joined.fast.first, twitching.fast.first)

    def test_no_part_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one trace"):
            join_traces([])

    def test_another_picture_size_is_refused(self, twitching: MotionTrace) -> None:
        with pytest.raises(ValueError, match="one size"):
            join_traces([twitching, with_columns(twitching, width_px=640)])


def changed(array: Any, place: int, value: Any) -> Any:
    array = array.copy()
    array[place] = value
    return array


class TestChecks:
    """A trace that cannot be is refused when it is made, with the column and what was wrong with it."""

    @pytest.mark.parametrize(
        ("column", "spoil", "words"),
        [
            ("time_s", lambda a: changed(a, 3, 0.0), "time_s: expected ascending times"),
            ("time_s", lambda a: changed(a, 3, np.nan), "time_s: expected numbers"),
            ("time_s", lambda a: a[:-1], r"duration_s: expected the shape \(119,\), but \(120,\) came"),
            ("time_s", lambda a: a.astype(np.float32), "time_s: expected numbers of type float64, but float32 came"),
            ("time_s", list, "time_s: expected numbers of type float64, but list came"),
            ("duration_s", lambda a: changed(a, 0, -1.0), "duration_s: expected numbers from 0"),
            ("gain", lambda a: changed(a, 5, 0.5), "gain: expected numbers from 1"),
            ("moved_fraction", lambda a: changed(a, 5, 1.5), "moved_fraction: expected numbers from 0 to 1"),
            ("shift_px", lambda a: a[:, :1], r"shift_px: expected the shape \(120, 2\)"),
            ("floor", lambda a: changed(a, 0, np.nan), "floor: expected numbers"),
            ("floor", lambda a: a[:, :-1], r"duty: expected the shape \(6, 575\)"),
            ("tick", lambda a: a[:, :, None], "tick: expected the shape"),
        ],
    )
    def test_a_column_that_cannot_be(self, spanned: MotionTrace, column: str, spoil: Any, words: str) -> None:
        tables = (spanned.frames, spanned.noise.blocks, spanned.noise.spans)
        (table,) = (table for table in tables if column in table.arrays() and column != "start_s")
        with pytest.raises(ValueError, match=words):
            replace(table, **{column: spoil(getattr(table, column))})

    def test_layers_that_cannot_be(self, spanned: MotionTrace) -> None:
        layer = spanned.fast
        for name, spoilt in (
            ("first", layer.first[:-1]),
            ("first", changed(layer.first, 0, 1)),
            ("first", changed(layer.first, 20, 0)),
            ("cell", layer.cell[:-1]),
            ("stride", changed(layer.stride, 0, 0)),
            ("energy", changed(layer.energy, 0, -1.0)),
        ):
            with pytest.raises(ValueError, match="expected"):
                replace(layer, **{name: spoilt})

    def test_parts_that_do_not_fit_each_other(self, spanned: MotionTrace, sketch: type[Sketch]) -> None:
        shorter = sketch(5.0, 10.0).trace()
        for name, part in (
            ("fast", shorter.fast),
            ("slow", shorter.slow),
            ("frames", replace(spanned.frames, has_slow=~spanned.frames.has_slow)),
            ("grid", replace(spanned.grid, rows=4)),
            ("grid", replace(spanned.grid, rows=40)),
            ("reference", np.zeros((3, 3), np.float32)),
            ("lost_s", -1.0),
        ):
            with pytest.raises(ValueError, match="expected"):
                replace(spanned, **{name: part})

    @pytest.mark.parametrize("field", ["rows", "columns", "width_px", "height_px"])
    def test_a_grid_has_a_cell(self, spanned: MotionTrace, field: str) -> None:
        with pytest.raises(ValueError, match="at least one cell"):
            replace(spanned.grid, **{field: 0})

    def test_a_stored_part_with_a_column_that_cannot_be_is_told_in_one_sentence(
        self, spanned: MotionTrace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "part.npz"
        monkeypatch.setattr(Frames, "__post_init__", lambda _: None)
        save_trace(path, with_columns(spanned, gain=np.zeros(120, np.float32)))
        monkeypatch.undo()
        with pytest.raises(NightFolderError, match=r"part\.npz: .*gain: expected numbers from 1 to inf, but 0"):
            load_trace(path)
