"""Many nights: each as `analyze` writes it, on a crew or a cluster."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import UsageError
from detector.night.night import Night
from detector.params import with_values
from detector.run.analyze import analyze
from detector.run.batch import batch
from detector.run.batch_night import BatchRow, rows_as_csv
from detector.run.sources import Privacy
from tests.fault_tools import (
    SHORT_SPANS,
    content,
    descendants_of,
    everything,
)
from tests.run.batches import distributed, quiet_dask, written


@pytest.fixture(scope="module")
def lab(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nights of 22 s in folders of their own, one of them in two clips, and a folder without a readable video."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("anna 1", "berta", "broken"):
        (folder / name).mkdir()
    write_cot(folder / "anna 1" / "clip.mp4", 22.0, (7.0, 15.5))
    write_cot(folder / "berta" / "2026-03-14_22-00-00.mp4", 11.0, (4.0,), seed=2)
    write_cot(folder / "berta" / "2026-03-14_22-00-11.mp4", 11.0, (6.0,), seed=2)
    (folder / "broken" / "x.mp4").write_text("no video")
    return folder


@pytest.fixture(scope="module")
def alone(lab: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """What `analyze` writes of each."""
    root = tmp_path_factory.mktemp("alone")
    for name in ("anna 1", "berta"):
        analyze(lab / name, out=root / name, params=SHORT_SPANS, workers=1)
    return {name: content(root / name) for name in ("anna 1", "berta")}


def table(root: Path) -> list[dict[str, str]]:
    with (root / "batch.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def crewed(lab: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab analyzed by the crew."""
    root = tmp_path_factory.mktemp("results")
    batch(lab, root, params=SHORT_SPANS, engine="crew", workers=2)
    return root


@pytest.mark.slow
def test_each_night_is_as_analyze_writes_it(crewed: Path, alone: dict[str, dict[str, bytes]]) -> None:
    assert {name: written(crewed / name) for name in alone} == alone


@pytest.mark.slow
def test_one_bad_night_never_stops_the_rest(crewed: Path) -> None:
    rows = table(crewed)
    assert [(row["night"], row["status"]) for row in rows] == [
        ("anna 1", "done"),
        ("berta", "done"),
        ("broken", "failed"),
    ]
    assert rows[0]["observed_s"] == "22"
    assert float(rows[0]["judged_s"]) == Night.load(crewed / "anna 1").summary()["judged_s"] <= 22
    assert rows[0]["coverage_fraction"] == "1"
    assert int(rows[0]["n_events"]) == len(Night.load(crewed / "anna 1").events)
    assert "expected a video file" in rows[2]["error"]
    assert rows[2]["observed_s"] == rows[2]["n_events"] == ""
    assert not (crewed / "broken").exists()


@pytest.mark.slow
def test_whole_nights_are_left_alone_and_new_ones_done(lab: Path, crewed: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(crewed, tmp_path / "results"))
    before = {path: path.stat().st_mtime_ns for path in root.glob("*/**/*") if path.is_file()}
    rows = batch(lab, root, params=SHORT_SPANS, engine="crew", workers=1)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [row.status for row in rows] == ["done", "done", "failed"]


@pytest.mark.slow
def test_other_parameters_are_refused_night_by_night(lab: Path, crewed: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(crewed, tmp_path / "results"))
    other = with_values(SHORT_SPANS, {"burst.threshold": 20})
    rows = batch(lab, root, params=other, engine="crew", workers=1)
    assert [row.status for row in rows] == ["failed"] * 3
    assert "burst.threshold was" in rows[0].error
    assert written(root / "berta") == written(crewed / "berta")


@pytest.mark.slow
def test_nothing_tells_a_name_or_keeps_a_pixel(lab: Path, tmp_path: Path) -> None:
    from detector.night.files.stored_trace import read_part

    root = tmp_path / "results"
    rows = batch(lab, root, params=SHORT_SPANS, engine="crew", privacy=Privacy(pictures=False, names=False))
    assert [row.status for row in rows] == ["done", "done", "failed"]
    assert len({row.night for row in rows}) == 3
    for name, data in everything(root).items():
        for secret in ("anna 1", "berta", "broken", "clip.mp4", "2026-03-14_22", lab.name):
            assert secret not in name
            assert secret.encode() not in data, (name, secret)
    assert not any(read_part(part).reference.size for part in root.rglob("span-*.npz"))
    again = batch(lab, root, params=SHORT_SPANS, engine="crew", privacy=Privacy(pictures=False, names=False))
    assert [row.night for row in again] == [row.night for row in rows]


@pytest.mark.slow
def test_a_table_says_what_is_special_about_a_night(lab: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[burst]\nthreshold = 9\n")
    (tmp_path / "nights.csv").write_text(
        "id,paths,start,time_zone,params,subject,session,age,region\n"
        f"A 1,{lab}/anna 1/clip.mp4,2026-03-14T21:30:00,Europe/Berlin,burst.threshold=8,S1,2,12 weeks,"
        '"cot=0,0 160,0 160,120 0,120"\n'
        f"B,{lab}/berta/2026-03-14_22-00-00.mp4|{lab}/berta/2026-03-14_22-00-11.mp4,,,own.toml,,,,\n"
    )
    rows = batch(tmp_path / "nights.csv", tmp_path / "r", engine="crew", workers=2)
    assert [(row.night, row.status) for row in rows] == [("A 1", "done"), ("B", "done")]
    first, second = Night.load(tmp_path / "r" / "A 1"), Night.load(tmp_path / "r" / "B")
    assert (first.params.burst.threshold, second.params.burst.threshold) == (8, 9)
    assert str(first.start_at) == "2026-03-14 21:30:00+01:00"
    subject = first.provenance.subject
    assert (subject.code, subject.session, subject.age) == ("S1", "2", "12 weeks")
    assert len(second.provenance.inputs) == 2
    assert "cot" in (tmp_path / "r" / "A 1" / "regions.toml").read_text()


def test_rows_are_csv_with_empty_cells_for_what_is_missing() -> None:
    rows = [BatchRow("a", "done", 10.0, 9.5, 1 / 3, 4), BatchRow("b", "failed", error='no "video", sorry')]
    assert rows_as_csv(rows).splitlines()[1:] == [
        "a,done,10,9.5,0.3333,4,",
        'b,failed,,,,,"no ""video"", sorry"',
    ]


def test_what_cannot_be_is_refused(lab: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="engine: expected dask, or crew"):
        batch(lab, tmp_path / "r", engine="spark")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="this is a file"):
        batch(lab, tmp_path / "file", engine="crew")
    with pytest.raises(UsageError, match="no night was found"):
        batch(tmp_path / "absent*", tmp_path / "r", engine="crew")


@pytest.fixture
def no_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `pip install '.[review]'`."""
    monkeypatch.setitem(sys.modules, "distributed", None)


@pytest.mark.usefixtures("no_dask")
def test_without_dask_it_is_one_night_after_the_other_and_said_so(lab: Path, tmp_path: Path) -> None:
    said: list[str] = []
    rows = batch(lab / "broken", tmp_path / "r", workers=1, notice=said.append)
    assert [row.status for row in rows] == ["failed"]  # of itself, and not for want of Dask
    assert "x.mp4" in rows[0].error
    assert sum("Without Dask the nights are done one after the other" in line for line in said) == 1
    for asked in ({"engine": "dask"}, {"scheduler": "tcp://127.0.0.1:9"}):
        with pytest.raises(UsageError, match=r"needs Dask .*\[dask\].*--engine crew"):
            batch(lab / "broken", tmp_path / "r", workers=1, **asked)


@pytest.mark.slow
@pytest.mark.usefixtures("no_dask")
def test_without_dask_the_results_are_the_same(lab: Path, crewed: Path, tmp_path: Path) -> None:
    batch(lab, tmp_path / "r", params=SHORT_SPANS, workers=2)
    assert {name: written(tmp_path / "r" / name) for name in ("anna 1", "berta")} == {
        name: written(crewed / name) for name in ("anna 1", "berta")
    }


@distributed
@quiet_dask
@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes(lab: Path, alone: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    rows = batch(lab, tmp_path / "r", params=SHORT_SPANS, workers=2)
    assert [row.status for row in rows] == ["done", "done", "failed"]
    assert {name: written(tmp_path / "r" / name) for name in alone} == alone


@distributed
@quiet_dask
@pytest.mark.slow
def test_it_listens_on_this_machine_only(lab: Path, tmp_path: Path) -> None:
    del lab, tmp_path
    script = (
        "import sys\nfrom detector.run.cluster import dask_cluster\n"
        "if __name__ == '__main__':\n"
        "    with dask_cluster(None, 1, 4000.0) as cluster:\n"
        "        print(cluster.dashboard, flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline().startswith("http://127.0.0.1:")
        inodes = {
            str(link.readlink()).partition("[")[2].rstrip("]")
            for pid in [run.pid, *descendants_of(run.pid)]
            for link in Path(f"/proc/{pid}/fd").iterdir()
            if "socket:" in str(link.readlink())
        }
        listening = [
            fields[1]
            for name in ("tcp", "tcp6")
            for fields in map(str.split, Path(f"/proc/net/{name}").read_text().splitlines()[1:])
            if fields[3] == "0A" and fields[9] in inodes
        ]
        run.communicate("")
    assert listening
    assert all(address.startswith("0100007F:") for address in listening), listening


@pytest.mark.slow
@distributed
@quiet_dask
def test_no_scheduler_at_an_address_is_said(lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del monkeypatch
    with pytest.raises(UsageError, match=r"tcp://127\.0\.0\.1:9: expected a running Dask scheduler"):
        batch(lab, tmp_path / "r", scheduler="tcp://127.0.0.1:9")
