"""Nothing leaves the machine, and nothing is read but what was named: watched at the border to the system."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")
DIARY = "diary.mp4"
"""A file that nobody names, but that hostile ones point to."""

OPENED = re.compile(rf'"([^"]*/)?{re.escape(DIARY)}", O_RDONLY.*= [0-9]')

NAMES = (
    "http:evil.example.mp4",
    "https:evil.example.ts",
    "udp:127.0.0.1:1234.mp4",
    "tcp:127.0.0.1:1.mp4",
    "rtsp:evil.mkv",
    "ftp:evil.mp4",
    "concat:diary.mp4|diary.mp4",
    "subfile,,start,0,end,0,,:diary.mp4",
    "pipe:0.mp4",
    "data:video.mp4",
    "file:evil.mp4",
    "2026-03-14T01:00:00.mp4",
    "frame%03d.mp4",
    "-i.mp4",
    "$(touch pwned).mp4",
    "`touch pwned`.mp4",
)
ADDRESSES = (
    "http://127.0.0.1:9/a.mp4",
    "https://localhost:9/a.mp4",
    "rtmp://127.0.0.1/live",
    "rtsp://127.0.0.1:9/cam",
    "udp://127.0.0.1:9",
    "srt://127.0.0.1:9",
    "s3://bucket/a.mp4",
    "file:///etc/passwd",
    "concat:diary.mp4",
)
POINTERS = {
    "hls.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
    "hls_local.ts": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{secret}\n#EXT-X-ENDLIST\n",
    "concat.mp4": "ffconcat version 1.0\nfile '{secret}'\nfile 'http://127.0.0.1:9/a.mp4'\n",
    "dash.mp4": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><BaseURL>'
    "http://127.0.0.1:9/</BaseURL><Period><AdaptationSet><Representation id='0' bandwidth='1'>"
    "<BaseURL>a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "sdp.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n"
    "a=rtpmap:96 H264/90000\n",
    "pls.mp4": "[playlist]\nFile1=http://127.0.0.1:9/a.mp4\nNumberOfEntries=1\n",
    "asx.wmv": '<asx version="3.0"><entry><ref href="http://127.0.0.1:9/a.wmv"/></entry></asx>',
    "rtsp.mov": "rtsptextRTSP://127.0.0.1:9/a.mov",
}


@pytest.fixture(scope="module")
def hostile(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of footage with hostile names, files that only point elsewhere, and the secret beside it."""
    folder = tmp_path_factory.mktemp("hostile")
    good = write_cot(folder / DIARY, 3.0, (1.5,))
    inside = folder / "clips"
    inside.mkdir()
    for number, name in enumerate(NAMES):
        # Each with other content, or all but one would be the same clip twice.
        (inside / name).write_bytes(good.read_bytes() + bytes([0, 0, 0, 9]) + b"free" + bytes([number]))
    for name, text in POINTERS.items():
        (inside / name).write_text(text.format(secret=good))
    referring = bytearray(good.read_bytes())
    place = referring.index(b"url \x00\x00\x00\x01")
    referring[place + 7] = 0  # the pictures are claimed to lie in another file
    (inside / "elsewhere.mov").write_bytes(referring)
    return folder


@pytest.fixture(scope="module")
def stranger(hostile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night folder from somebody else, whose footage is said to lie at an address and at a file of this machine."""
    folder = tmp_path_factory.mktemp("nights") / "stranger"
    for path in sorted((hostile / "clips").glob("2026*")):
        subprocess.run([PROGRAM, "analyze", path, "--out", folder, "--quiet"], check=True)
    document = json.loads((folder / "night.json").read_text())
    source = document["inputs"][0]
    document["inputs"] = [
        {**source, "path": "http://127.0.0.1:9/a.mp4"},
        {**source, "path": str(hostile / DIARY), "sha256": "00" * 32, "offset_s": 1.0},
    ]
    (folder / "night.json").write_text(json.dumps(document))
    return folder


def watched(folder: Path, *words: object, log: Path) -> "tuple[subprocess.CompletedProcess[str], list[str]]":
    """Run a command and what it asked of the system: sockets, connections, files and programs."""
    trace = ["strace", "-f", "-qq", "-s", "400", "-e", "trace=socket,connect,open,openat,execve", "-o", str(log)]
    command = [*trace, PROGRAM, *(str(word) for word in words)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    return done, log.read_text(errors="replace").splitlines()


def check(asked: list[str], folder: Path) -> None:
    """No network, no file that nobody named, no program but this one's own processes."""
    assert len(asked) > 100, "nothing was watched"
    assert [line for line in asked if "AF_INET" in line] == []
    assert [line for line in asked if OPENED.search(line)] == []
    started = {re.findall(r'execve\("([^"]*)"', line)[0] for line in asked if "execve(" in line and "= 0" in line}
    assert {Path(path).name for path in started} <= {"twitch-detector", Path(sys.executable).name, "python3"}
    assert not list(folder.rglob("pwned"))


def test_a_socket_would_be_seen(tmp_path: Path) -> None:
    script = "import socket; socket.socket().connect_ex(('127.0.0.1', 9)); open('diary.mp4')"
    (tmp_path / DIARY).touch()
    trace = ["strace", "-f", "-qq", "-e", "trace=socket,openat", "-o", str(tmp_path / "log")]
    subprocess.run([*trace, sys.executable, "-c", script], check=True, cwd=tmp_path)
    asked = (tmp_path / "log").read_text()
    assert "AF_INET" in asked
    assert OPENED.search(asked)


@pytest.mark.parametrize(
    "words", [("probe",), pytest.param(("analyze", "--workers", 1, "--out"), marks=pytest.mark.slow)]
)
def test_hostile_files_in_a_folder(hostile: Path, tmp_path: Path, words: tuple[object, ...]) -> None:
    out = (tmp_path / "night",) if words[0] == "analyze" else ()
    done, asked = watched(hostile, *words, *out, "--", "clips", log=tmp_path / "log")
    check(asked, hostile)
    assert done.returncode in {2, 3}, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_hostile_names_one_by_one(hostile: Path, tmp_path: Path) -> None:
    inside = hostile / "clips"
    done, asked = watched(inside, "probe", "--json", "--", *NAMES, log=tmp_path / "log")
    check(asked, hostile)
    result = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout[:2000]
    assert len(result["clips"]) == len(NAMES), "each is a file like any other"


@pytest.mark.slow
@pytest.mark.parametrize("words", [("probe",), ("analyze", "--out", "night")])
def test_addresses_are_no_footage(hostile: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    done, asked = watched(hostile, *words, "--", *ADDRESSES, log=tmp_path / "log")
    check(asked, hostile)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert not (hostile / "night").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["decide", "report"])
def test_a_night_of_a_stranger(stranger: Path, hostile: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(stranger, tmp_path / "night")
    done, asked = watched(tmp_path, name, folder, log=tmp_path / "log")
    check(asked, hostile)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 2}, done.stderr
