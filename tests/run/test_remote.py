"""Footage that lies elsewhere: real S3-compatible, SSH and web servers, the last with ranges, all on loopback."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote
from urllib.request import Request, urlopen

import pytest

from detector.errors import UsageError
from detector.params import Params, with_values
from detector.run.analyze import analyze
from detector.run.batch import batch
from detector.run.remote import is_address, join
from tests.fault_tools import everything, wait_for

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("upath") is None, reason="needs the extra remote"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two nights of 12 s, one of them with much in it that is no picture."""
    folder = tmp_path_factory.mktemp("footage")
    for name, twitch_s in (("n1", 4.0), ("n2", 6.0)):
        (folder / name).mkdir()
        write_cot(folder / name / "clip.mp4", 12.0, (twitch_s,))
    return folder


@pytest.fixture(scope="module")
def tables(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Tables and motion that `analyze` gives for each."""
    root = tmp_path_factory.mktemp("alone")
    for name in ("n1", "n2"):
        analyze(footage / name, out=root / name, params=SHORT_SPANS, workers=1)
    return {name: results(root / name) for name in ("n1", "n2")}


def results(folder: Path) -> dict[str, bytes]:
    """What does not say where the footage lies."""
    files = [path for path in folder.rglob("*") if path.suffix in {".npz", ".csv"}]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(files)}


class Ranges(BaseHTTPRequestHandler):
    """Serves files of a folder, whole or in ranges, and lists folders, as a web server does; counts what it sends."""

    folder = Path()
    sent: ClassVar[list[tuple[str, int]]]
    failures: ClassVar[list[int]]
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:  # the library's name
        self._answer(with_body=False)

    def do_GET(self) -> None:  # the library's name
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        if self.failures and with_body:
            self.failures.pop()
            self.send_error(503)
            return
        path = self.folder / unquote(self.path).lstrip("/")
        if path.is_dir():
            names = (f"{one.name}/" if one.is_dir() else one.name for one in sorted(path.iterdir()))
            data = "".join(f'<a href="{name}">{name}</a>\n' for name in names).encode()
            self._send(200, data, "text/html", with_body=with_body)
        elif path.is_file():
            data = path.read_bytes()
            wanted = re.fullmatch(r"bytes=([0-9]+)-([0-9]*)", self.headers.get("Range", ""))
            if wanted is None:
                self._send(200, data, "video/mp4", with_body=with_body)
                return
            first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
            place = f"bytes {first}-{last}/{len(data)}"
            self._send(206, data[first : last + 1], "video/mp4", with_body=with_body, place=place)
        else:
            self.send_error(404)

    def _send(self, code: int, data: bytes, kind: str, *, with_body: bool, place: str = "") -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Accept-Ranges", "bytes")
        if place:
            self.send_header("Content-Range", place)
        self.end_headers()
        if with_body:
            for start in range(0, len(data), 65536):
                try:
                    self.wfile.write(data[start : start + 65536])
                except OSError:  # whoever asked has seen enough
                    self.close_connection = True
                    return
                self.sent.append((self.path, len(data[start : start + 65536])))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def web(footage: Path) -> Iterator[tuple[str, type[Ranges]]]:
    """A web server with the footage on loopback."""

    class Handler(Ranges):
        folder = footage
        sent: ClassVar[list[tuple[str, int]]] = []
        failures: ClassVar[list[int]] = []

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", Handler
        server.shutdown()
        thread.join()


def test_a_web_server_gives_what_the_disk_gives(
    web: tuple[str, type[Ranges]], tables: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    (tmp_path / "nights.csv").write_text(f"id,paths\nn1,{web[0]}/n1/clip.mp4\nn2,{web[0]}/n2\n")
    rows = batch(tmp_path / "nights.csv", tmp_path / "r", params=SHORT_SPANS, engine="crew", workers=1)
    assert [row.status for row in rows] == ["done", "done"], rows
    assert {name: results(tmp_path / "r" / name) for name in tables} == tables


def test_only_the_bytes_that_are_needed_travel(web: tuple[str, type[Ranges]], tmp_path: Path, footage: Path) -> None:
    from detector.footage.video import probe
    from detector.run.remote import remote_path

    # An index at the front, and 80 MB that no picture needs.
    clip = footage / "n1" / "clip.mp4"
    padded = footage / "padded.mp4"
    n_padding = 80_000_000
    padded.write_bytes(clip.read_bytes() + n_padding.to_bytes(4, "big") + b"free" + bytes(n_padding - 8))
    info = probe(remote_path(f"{web[0]}/padded.mp4"))
    assert len(info.packet_times_s) == 120
    assert sum(n_bytes for path, n_bytes in web[1].sent if "padded" in path) < 0.5 * n_padding
    padded.unlink()


def test_a_server_that_fails_for_a_while_costs_nothing(
    web: tuple[str, type[Ranges]], tables: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    web[1].failures[:] = [1]
    (tmp_path / "nights.csv").write_text(f"id,paths\nn1,{web[0]}/n1/clip.mp4\n")
    for _ in range(3):  # a night that failed is done by the next run
        rows = batch(tmp_path / "nights.csv", tmp_path / "r", params=SHORT_SPANS, engine="crew", workers=1)
        if rows[0].status == "done":
            break
    assert results(tmp_path / "r" / "n1") == tables["n1"]


@pytest.fixture(scope="module")
def bucket(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bucket with the footage, on a real S3-compatible server in a process of its own."""
    if importlib.util.find_spec("moto") is None:
        pytest.skip("needs moto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("s3") / "log").open("wb")
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(words, stdout=log, stderr=log)
    endpoint = f"http://127.0.0.1:{port}"
    kept = dict(os.environ)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
    }

    def is_up() -> bool:
        try:
            with urlopen(endpoint, timeout=1):  # our own server
                return True
        except OSError:
            return False

    try:
        wait_for(is_up, 60.0)
        _put(f"{endpoint}/lab", b"")
        for path in footage.glob("n*/clip.mp4"):
            _put(f"{endpoint}/lab/{path.parent.name}/clip.mp4", path.read_bytes())
        yield "s3://lab"
    finally:
        os.environ.clear()
        os.environ |= kept
        server.kill()
        server.wait()
        log.close()


def _put(url: str, data: bytes) -> None:
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request",
        "Content-Type": "video/mp4",
    }
    with urlopen(Request(url, data=data, method="PUT", headers=headers)):  # noqa: S310  # our own server
        pass


def test_a_bucket_gives_what_the_disk_gives(bucket: str, tables: dict[str, dict[str, bytes]], tmp_path: Path) -> None:
    rows = batch(bucket, tmp_path / "r", params=SHORT_SPANS, engine="crew", workers=2)
    assert [(row.night.split("_")[-1], row.status) for row in rows] == [("n1", "done"), ("n2", "done")], rows
    assert {name: results(tmp_path / "r" / row.night) for name, row in zip(tables, rows, strict=True)} == tables
    before = [path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("night.json"))]
    batch(bucket, tmp_path / "r", params=SHORT_SPANS, engine="crew", workers=2)
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("night.json"))] == before


SSH_SERVER = """
import asyncio, sys
import asyncssh

class Server(asyncssh.SSHServer):
    def begin_auth(self, username): return True
    def password_auth_supported(self): return True
    def validate_password(self, username, password): return (username, password) == ("lab", "hush-hush")

async def serve():
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=Server, server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=sys.argv[1]))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.wait_closed()

asyncio.run(serve())
"""


@pytest.fixture(scope="module")
def shell(footage: Path) -> Iterator[str]:
    """A real SSH server on loopback, in a process of its own, that gives the footage to one user."""
    pytest.importorskip("asyncssh")
    with subprocess.Popen([sys.executable, "-c", SSH_SERVER, str(footage)], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        port = run.stdout.readline().strip()
        yield f"127.0.0.1:{port}"
        run.kill()


def test_a_machine_reached_by_ssh_gives_what_the_disk_gives(
    shell: str, tables: dict[str, dict[str, bytes]], tmp_path: Path
) -> None:
    rows = batch(f"ssh://lab:hush-hush@{shell}/", tmp_path / "r", params=SHORT_SPANS, engine="crew", workers=1)
    assert [(row.night, row.status) for row in rows] == [("n1", "done"), ("n2", "done")], rows
    assert {name: results(tmp_path / "r" / name) for name in tables} == tables
    assert not any(b"hush-hush" in data for data in everything(tmp_path / "r").values())


def test_a_wrong_password_is_one_sentence_that_does_not_tell_it(shell: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"ssh://lab@{shell}/: cannot list this") as caught:
        batch(f"ssh://lab:opensesame@{shell}/", tmp_path / "r", engine="crew")
    assert "opensesame" not in str(caught.value)
    (tmp_path / "nights.csv").write_text(f"id,paths\na,ssh://lab:opensesame@{shell}/n1\n")
    rows = batch(tmp_path / "nights.csv", tmp_path / "r", engine="crew", workers=1)
    assert rows[0].status == "failed"
    assert "opensesame" not in rows[0].error


def test_what_is_not_there_is_one_sentence(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"s3://nowhere"):
        batch("s3://nowhere/nights", tmp_path / "r", engine="crew")
    (tmp_path / "nights.csv").write_text(f"id,paths\na,{bucket}/absent.mp4\nb,http://127.0.0.1:9/x.mp4\n")
    rows = batch(tmp_path / "nights.csv", tmp_path / "r", params=SHORT_SPANS, engine="crew", workers=1)
    assert [row.status for row in rows] == ["failed", "failed"]
    assert "absent.mp4" in rows[0].error
    assert "127.0.0.1:9" in rows[1].error


def test_addresses_and_paths() -> None:
    assert [is_address(text) for text in ("s3://a/b", "https://x", "ssh://h/p", "C:/x", "http:x.mp4", "/a/s3://b")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert join("/base", "a.mp4") == "/base/a.mp4"
    assert join("/base", "/abs.mp4") == "/abs.mp4"
    assert join("s3://b/t", "a.mp4") == "s3://b/t/a.mp4"
    assert join("s3://b/t", "https://x/y") == "https://x/y"
