"""The bench repeats footage exactly, compares lines and draws its plot."""

import re
import sys
from pathlib import Path

import pytest

from detector.footage.video import probe
from tests.benchmarks.__main__ import costs, replaced, table
from tests.benchmarks.bench import Line, Point, Row, long, middle
from tests.benchmarks.cost import run, run_task
from tests.benchmarks.footage import FPS, clips, lengthen
from tests.benchmarks.plot import svg

POINTS = [Point(600.0, 40.0, 20.0), Point(36_000.0, 25.0, 20.0)]
SAMPLE = Path(__file__).parents[2] / "sample_videos" / "rhythmic.mp4"


class TestFootage:
    def test_repeated_packets_follow_each_other_evenly(self, tmp_path: Path) -> None:
        info = probe(lengthen(SAMPLE, tmp_path / "long.mp4", 150.0))
        assert len(info.packet_times_s) == 150 * FPS
        assert info.packet_durations_s == pytest.approx(1.0 / FPS)
        assert info.damage == ()

    def test_clips_follow_each_other(self, tmp_path: Path) -> None:
        folder = clips(SAMPLE, tmp_path / "clips", 3, 20)
        assert [path.name for path in sorted(folder.iterdir())] == [
            "20260314_200000.mp4",
            "20260314_200020.mp4",
            "20260314_200040.mp4",
        ]


class TestCosts:
    def test_a_line_parts_the_start_from_the_rest(self) -> None:
        line = Line.through((60.0, 5.0), (120.0, 8.0))
        assert line.start_s == pytest.approx(2.0)
        assert line.at(3600.0) == pytest.approx(182.0)

    def test_decoding_costs_time(self) -> None:
        cost = run_task("floor", SAMPLE)
        assert 0.0 < cost.cpu_s < 60.0

    @pytest.mark.slow
    def test_memory_is_told(self) -> None:
        # As below: it is looked at while it is there.
        held = "import time\nroom = bytearray(40_000_000)\ntime.sleep(1.5)"
        assert 40.0 < run([sys.executable, "-c", held]).peak_mb < 200.0

    @pytest.mark.slow
    def test_children_are_told_apart(self) -> None:
        # What it used can only be looked at while it is there: on a busy machine that may be late.
        busy = "import time\nwhile time.process_time() < 0.6: pass\ntime.sleep(1.5)"
        cost = run([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"])
        assert 0.4 < cost.child_s <= cost.cpu_s
        assert run([sys.executable, "-c", busy]).child_s == 0.0

    def test_a_task_that_fails_is_told(self) -> None:
        with pytest.raises(RuntimeError, match="no-such-file"):
            run_task("floor", "no-such-file.mp4")


class TestWords:
    def test_lengths(self) -> None:
        assert [long(length_s) for length_s in (20.0, 90.0, 36_000.0)] == ["20 s", "1.5 min", "10 h"]

    def test_repeats_are_told_by_their_median(self) -> None:
        assert middle([1.0, 3.0, 2.0]) == "2.00 (1.00 to 3.00)"
        assert middle([1.0]) == "1.00"

    def test_the_table_marks_what_misses_its_goal(self) -> None:
        text = table([Row("one", "1", "at most 2", is_met=True), Row("two", "3", "at most 2", is_met=False)], 60.0, 0.0)
        assert "| one | 1 | at most 2 | yes |" in text
        assert "| two | 3 | at most 2 | **no** |" in text

    def test_rows_measured_again_take_the_place_of_theirs(self) -> None:
        rows = [Row("one", "1", "at most 2", is_met=True), Row("two", "3", "at most 2", is_met=False)]
        text = replaced(table(rows, 60.0, 0.0) + costs(POINTS), [Row("two", "1", "at most 2", is_met=True)], ["pair"])
        assert "| one | 1 | at most 2 | yes |\n| two | 1 | at most 2 | yes |\n\nMeasured again" in text
        assert "3 | at most 2" not in text
        assert text.endswith(costs(POINTS))

    def test_a_new_measure_is_put_below_the_others(self) -> None:
        rows = [Row("one", "1", "at most 2", is_met=True)]
        text = replaced(table(rows, 60.0, 0.0), [Row("new", "7", "at most 8", is_met=True)], ["new"])
        assert "| one | 1 | at most 2 | yes |\n| new | 7 | at most 8 | yes |\n\nMeasured again" in text

    def test_costs_by_length(self) -> None:
        assert "| 10 min | 40.0 | 20.0 | 2.00 |" in costs(POINTS)
        assert costs([]) == ""


class TestPlot:
    def test_it_is_a_picture_with_a_point_for_each_cost(self) -> None:
        assert svg(POINTS).count("<circle ") == 2 * len(POINTS)
        assert svg(POINTS).endswith("</svg>\n")

    def test_the_axis_reaches_from_zero_over_the_highest(self) -> None:
        words = re.findall(r"<text [^>]*>([^<]+)</text>", svg(POINTS))
        assert {"0", "40", "10 min", "10 h", "analyze", "decoding"} <= set(words)
