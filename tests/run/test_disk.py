"""The disk under a night: full, read-only or gone, for real. What was measured stays, and the next run goes on."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from detector.errors import NightFolderError
from detector.run.analyze import Progress, analyze
from tests.fault_tools import SHORT_SPANS, after_first_part, complaints, content, finish, parts

pytestmark = pytest.mark.slow

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_folder_that_vanishes_is_one_sentence(footage: Path, reference: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "night"
    with pytest.raises(NightFolderError, match="cannot write the night here") as caught:
        analyze(
            footage,
            out=folder,
            params=SHORT_SPANS,
            workers=2,
            progress=after_first_part(folder, lambda: folder.rename(tmp_path / "gone")),
        )
    assert "\n" not in str(caught.value)
    assert not folder.exists()
    finish_anew = analyze(footage, out=folder, params=SHORT_SPANS, workers=2)
    assert finish_anew.folder == folder
    assert content(folder) == reference


def test_full_disk_keeps_what_fitted(footage: Path, reference: dict[str, bytes], mount: Callable[[str], Path]) -> None:
    sizes = [len(data) for name, data in reference.items() if name.endswith(".npz")]
    folder = mount(f"size={sum(sizes[:4]) // 1024}k") / "night"
    with pytest.raises(NightFolderError, match="No space left on device") as caught:
        analyze(footage, out=folder, params=SHORT_SPANS, workers=2)
    assert "\n" not in str(caught.value)
    kept = content(folder)
    assert any(name.endswith(".npz") for name in kept)
    assert all(data == reference[name] for name, data in kept.items()), "a part is corrupt or a file half-written"
    mount("size=64m")
    finish(footage, folder, reference)


def test_disk_that_fills_up_at_the_results_keeps_the_parts(
    footage: Path, reference: dict[str, bytes], mount: Callable[[str], Path]
) -> None:
    folder = mount("size=8m") / "night"
    filler = folder.parent / "filler"

    def fill(step: Progress) -> None:
        if step.stage == "deciding":
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

    with pytest.raises(NightFolderError, match="No space left on device"):
        analyze(footage, out=folder, params=SHORT_SPANS, workers=2, progress=fill)
    assert {path.name for path in folder.iterdir()} == {"motion"}
    assert len(parts(folder)) == 8
    filler.unlink()
    finish(footage, folder, reference)


def test_disk_that_becomes_read_only_keeps_the_parts(
    footage: Path, reference: dict[str, bytes], mount: Callable[[str], Path]
) -> None:
    folder = mount("size=64m") / "night"
    motion = str(folder / "motion")

    def forbid() -> None:
        # A read-only view laid over the folder: a file system with open files cannot be made read-only as a whole.
        view = folder.parent / "view"
        view.mkdir()
        for command in (["--bind", motion, view], ["-o", "remount,ro,bind", view], ["--bind", view, motion]):
            subprocess.run(["mount", *command], check=True)

    with pytest.raises(NightFolderError, match="Read-only file system") as caught:
        analyze(footage, out=folder, params=SHORT_SPANS, workers=2, progress=after_first_part(folder, forbid))
    subprocess.run(["umount", motion], check=True)
    assert "\n" not in str(caught.value)
    assert all(data == reference[name] for name, data in content(folder).items() if "writing" not in name)
    finish(footage, folder, reference)


@pytest.fixture(scope="module")
def night(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished night; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    analyze(footage, out=folder, params=SHORT_SPANS, workers=2)
    return folder


def test_commands_on_a_full_disk_say_so_and_leave_nothing_half(
    footage: Path, night: Path, mount: Callable[[str], Path], command: Command
) -> None:
    # As full as it takes for one file after the other to find no room: parts, tables, pictures.
    sizes = sorted(path.stat().st_size for path in night.rglob("*") if path.is_file())
    whole_kb = sum(size // 4096 + 1 for size in sizes) * 4
    disk = mount(f"size={2 * whole_kb}k")
    for share in (0.1, 0.8):
        disk = mount(f"size={int(share * whole_kb)}k")
        done = command("decide", night, "--out", disk / "night")
        assert done.returncode == 1, (share, done.stdout)
        assert len(complaints(done.stderr)) == 1, done.stderr
        assert "No space left on device" in done.stderr
        assert not (disk / "night" / "night.json").exists()
        assert all(
            data == (night / name).read_bytes()
            for name, data in content(disk / "night").items()
            if name.endswith("npz")
        )
    mount(f"size={3 * whole_kb}k")
    assert command("decide", night, "--out", disk / "night").returncode == 0
    written = content(disk / "night")
    mount(f"size={whole_kb + 8}k")
    for words in (("report", disk / "night"), ("synth", disk / "drawn.mp4", "--duration", 30)):
        done = command(*words)
        assert done.returncode == 1, (words, done.stdout)
        assert len(complaints(done.stderr)) == 1, done.stderr
        assert content(disk / "night") == written
