"""Hardware that decodes, on machines with and without it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.errors import FootageError, ParameterError
from detector.footage import device
from detector.footage.container import open_video
from detector.footage.device import CHOICES, DEVICES, OFF, Decoding, choose_decoding, on_device, try_device
from detector.footage.luma import luma_of
from detector.footage.recording import read_recording
from detector.footage.video import iter_luma, probe

import av  # isort: skip - OpenCV has to be loaded before PyAV

Writer = Callable[..., Path]


ASKED = [pytest.param(name, marks=pytest.mark.slow) if name == "auto" else name for name in CHOICES if name != OFF]


def test_software_is_the_rule(video: Writer) -> None:
    assert choose_decoding([probe(video("a.mp4", 5))], OFF) == Decoding("", "")
    assert Decoding().words == "software"


@pytest.mark.parametrize("asked", ASKED)
def test_each_choice_is_a_device_that_works_or_software_and_why(asked: str, video: Writer) -> None:
    info = probe(video("a.mp4", 5, size=(320, 240)))
    chosen = choose_decoding([info], asked)
    if chosen.device:
        assert chosen.device in (DEVICES if asked == "auto" else (asked,))
        assert chosen.note == ""
        return
    tried = DEVICES if asked == "auto" else (asked,)
    assert chosen.note.startswith(f"{asked} was asked for, but ")
    assert all(name in chosen.note for name in tried)
    assert str(info.path.parent) not in chosen.note
    assert "\n" not in chosen.note
    assert chosen.words == f"software ({chosen.note})"


def test_unknown_hardware_is_refused(video: Writer) -> None:
    with pytest.raises(ParameterError, match=r"expected one of off, auto, cuda, .* but 'nvidia' came"):
        choose_decoding([probe(video("a.mp4", 5))], "nvidia")


def test_a_device_without_a_driver_says_why(video: Writer) -> None:
    path = video("a.mp4", 5)
    working = [name for name in DEVICES if not try_device(path, 10**6, name)]
    for name in set(DEVICES) - set(working):
        with pytest.raises(FootageError, match=f"{name} cannot decode this"), open_video(path, 10**6, name):
            pass


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.kill(os.getpid(), 11)", "cuda ended the process that tried it (code -11)"),
        ("import time; time.sleep(60)", "cuda hung for 1 s"),
    ],
)
@pytest.mark.slow
def test_a_driver_that_crashes_or_hangs_is_left_alone(
    program: str, reason: str, video: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_TRIAL", program)
    monkeypatch.setattr(device, "TRIAL_S", 1.0)
    chosen = choose_decoding([probe(video("a.mp4", 5))], "cuda")
    assert chosen == Decoding("", f"cuda was asked for, but {reason}")


def test_a_device_that_works_is_used(video: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_TRIAL", "import sys; print(); print('no' if sys.argv[3] == 'cuda' else '', end='')")
    assert choose_decoding([probe(video("a.mp4", 5))], "auto") == Decoding("qsv")


def test_one_of_each_codec_and_size_is_tried(video: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(device, "_try_apart", lambda info, _: tried.append(info.path.name) or "")
    names = ["a.mp4", "b.mp4", "c.mkv", "d.mp4"]
    options: list[dict[str, object]] = [{}, {}, {"codec": "mpeg4"}, {"size": (64, 48)}]
    infos = [probe(video(name, 3, **more)) for name, more in zip(names, options, strict=True)]
    assert choose_decoding(infos, "cuda") == Decoding("cuda")
    assert sorted(tried) == ["a.mp4", "c.mkv", "d.mp4"]


def test_footage_for_a_device_is_not_decoded_by_software_under_its_name(video: Writer) -> None:
    recording = on_device(read_recording([video("a.mp4", 5)]), Decoding("videotoolbox"))
    info = recording.clips[0].info
    assert info.device == "videotoolbox"
    if try_device(info.path, 10**6, "videotoolbox"):
        with pytest.raises(FootageError, match="videotoolbox cannot decode this"):
            list(iter_luma(info))


@pytest.mark.parametrize(("software", "hardware"), [("yuv420p", "nv12"), ("yuv420p10le", "p010le")])
def test_pictures_as_devices_give_them_have_the_same_luma(software: str, hardware: str) -> None:
    random = np.random.default_rng(0)
    deep = random.integers(0, 65536, (98, 130), np.uint16)
    picture = av.VideoFrame.from_ndarray(deep, format="gray16le").reformat(format=software)
    downloaded = picture.reformat(format=hardware)
    assert downloaded.format.name == hardware
    np.testing.assert_array_equal(luma_of(downloaded), luma_of(picture))
    np.testing.assert_array_equal(luma_of(downloaded, 1), np.rot90(luma_of(picture), -1))
