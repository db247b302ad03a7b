"""Attacks on the review page: each is refused before anything is read or written."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from detector.night.layout import REVIEWS_FOLDER
from detector.night.night import Night
from detector.views.review.guard import LARGEST_BODY, LOOPBACK, Address
from detector.views.review.server import _listening
from tests.review_nights import save, spread
from tests.views.review.conftest import Page, run_apart

DECISION = {"action": "reject", "event": 0}


@pytest.fixture(scope="module")
def page(found: Night, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """One night for all attacks: none of them may change it."""
    return Page(save(found, tmp_path_factory.mktemp("attacked") / "night", spread(found, 6)))


def nothing_written(page: Page) -> bool:
    return not (page.folder / REVIEWS_FOLDER).exists()


@pytest.mark.parametrize(
    "host",
    ["evil.example:54321", "evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:54321.evil.example", "", None],
)
def test_a_name_that_was_pointed_here_gets_nothing(page: Page, host: str | None) -> None:
    for path, method in (("night", "GET"), ("originals/0", "GET"), ("decisions", "POST")):
        origin = f"http://{host}" if method == "POST" else None
        body = {"json": DECISION} if method == "POST" else {}
        response = page.ask(path, method, headers={"Host": host, "Origin": origin}, **body)
        assert response.status_code == 403
        assert "secret" not in response.text
    assert nothing_written(page)


def test_localhost_is_this_machine_too(page: Page) -> None:
    assert page.ask("night", headers={"Host": "localhost:54321"}).status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        None, "null", "http://evil.example", "https://127.0.0.1:54321", "http://127.0.0.1:54322", "http://localhost:54321",
        "http://127.0.0.1:54321.evil.example", "http://127.0.0.1:54321, http://evil.example",
    ],
)  # fmt: skip
def test_another_page_decides_nothing(page: Page, origin: str | None) -> None:
    for path, method in (("decisions", "POST"), ("regions", "PUT")):
        response = page.ask(path, method, headers={"Origin": origin}, json=DECISION)
        assert response.status_code == 403
    assert nothing_written(page)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_a_form_of_another_page_decides_nothing(page: Page, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = page.ask("decisions", "POST", headers=headers, content=b'{"action": "reject", "event": 0}')
    assert response.status_code == 415
    assert nothing_written(page)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(("path", "method"), [("originals/0", "GET"), ("night", "GET"), ("decisions", "POST")])
def test_a_browser_that_says_it_comes_from_elsewhere_is_refused(page: Page, site: str, path: str, method: str) -> None:
    body = {"json": DECISION} if method == "POST" else {}
    assert page.ask(path, method, headers={"Sec-Fetch-Site": site}, **body).status_code == 403
    assert nothing_written(page)


def test_without_the_token_there_is_nothing(page: Page) -> None:
    wrong = [
        Address(54321).token,
        page.address.token[:-1],
        page.address.token.upper(),
        page.address.token + "x",
        "",
        "é",
    ]
    for token in wrong:
        for path in ("", "night", "decisions", "static/main.js", "originals/0"):
            assert page.ask(path, base=f"/{token}/").status_code == 404
    assert page.ask("", base=f"/{page.address.token}").status_code == 404
    assert page.ask("decisions", "POST", base="/", json=DECISION).status_code == 404
    assert nothing_written(page)


def test_every_run_has_another_token() -> None:
    tokens = {Address(1).token for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) >= 43 for token in tokens)


TRAVERSALS = [
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e/secret.txt",
    "%2e%2e%2fsecret.txt",
    "..%5csecret.txt",
    "....//secret.txt",
    "static/../../secret.txt",
    "static/..%2f..%2fapp.py",
    "static/%2e%2e/app.py",
    "static//etc/passwd",
    "static/main.js%00",
    "static/%2fetc%2fpasswd",
    "originals/../../secret.txt",
    "originals/..%2f..%2fsecret.txt",
    "originals/%2fetc%2fpasswd",
    "originals/-1",
    "originals/1",
    "originals/99999999999999999999",
    "originals/0x0",
    "originals/0%2f..%2f..%2fsecret.txt",
    "reviews/Ana.jsonl",
    "night.json",
    "motion/",
    "files/etc/passwd",
    "//etc/passwd",
    "static/review.html/../app.py",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_of_a_client_reaches_the_disk(page: Page, path: str) -> None:
    response = raw(page, f"/{page.address.token}/{path}")
    assert response[0] in {307, 404, 405}, path
    for told in (b"secret", b"root:", b"import ", b"sha256", b"reviewer"):
        assert told not in response[1]


def raw(page: Page, target: str, method: str = "GET", body: bytes = b"", **more: Any) -> tuple[int, bytes]:
    """Ask with a path exactly as it is written, as a server hands it on: percent signs resolved once."""
    from urllib.parse import unquote

    sent: list[dict[str, Any]] = []
    headers = [(b"host", b"127.0.0.1:54321"), *more.pop("headers", [])]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(target), "raw_path": target.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "client": (LOOPBACK, 50000), "server": (LOOPBACK, 54321), **more,
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    run_apart(page.app(scope, receive, send))
    status = next(message["status"] for message in sent if message["type"] == "http.response.start")
    return status, b"".join(message.get("body", b"") for message in sent)


def test_another_machine_gets_nothing(page: Page) -> None:
    path = f"/{page.address.token}/night"
    assert raw(page, path)[0] == 200
    for client in (("192.168.1.7", 1), ("0.0.0.0", 1), ("fe80::1", 1), ("nonsense", 1)):  # noqa: S104  # as a client
        assert raw(page, path, client=client)[0] == 403


def test_two_hosts_in_one_request_are_refused(page: Page) -> None:
    assert raw(page, f"/{page.address.token}/night", headers=[(b"host", b"evil.example")])[0] == 403


def test_a_flood_is_cut_off(page: Page) -> None:
    path = f"/{page.address.token}/decisions"
    told = [(b"origin", b"http://127.0.0.1:54321"), (b"content-type", b"application/json")]
    assert raw(page, path, "POST", headers=told)[0] == 411
    assert raw(page, path, "POST", headers=[*told, (b"content-length", str(LARGEST_BODY + 1).encode())])[0] == 413
    assert raw(page, path, "POST", headers=[*told, (b"content-length", b"-1")])[0] == 411
    deep = b"[" * 100_000
    assert raw(page, path, "POST", deep, headers=[*told, (b"content-length", b"100000")])[0] == 422
    assert nothing_written(page)


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_do_nothing(page: Page, method: str) -> None:
    assert page.ask("decisions", method).status_code == 405


def test_no_answer_lets_the_page_load_from_elsewhere(page: Page) -> None:
    answers = [
        page.ask(path) for path in ("", "night", "static/main.js", "originals/0", "nothing", "films?start=0&stop=2")
    ]
    answers += [page.ask("", base="/wrong/"), page.ask("", headers={"Host": "evil.example"})]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert not any(word in policy for word in ("unsafe", "http:", "https:", "data:", "blob:", "*"))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_the_page_itself_names_nothing_elsewhere(page: Page) -> None:
    for name in ("review.html", "main.js", "player.js", "regions.js", "list.js", "review.css"):
        text = page.ask("" if name == "review.html" else f"static/{name}").text
        assert len(text) > 500
        assert "http" not in text.replace("http-equiv", "")
        assert "//cdn" not in text
        assert "style=" not in text
        assert "onclick=" not in text
        assert "innerHTML" not in text
        assert "<script>" not in text


def test_a_web_socket_is_never_opened(page: Page) -> None:
    sent: list[Any] = []

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await page.app({"type": "websocket", "path": f"/{page.address.token}/night", "headers": []}, receive, send)

    run_apart(run())
    assert sent == []


def test_the_server_listens_on_loopback_only() -> None:
    with _listening(0) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with socket.socket() as other:
            other.settimeout(2)
            outside = outer_address()
            if outside:
                with pytest.raises(ConnectionRefusedError):
                    other.connect((outside, port))


def outer_address() -> str:
    """An address of this machine that others see; empty where it has none."""
    try:
        return next(
            info[4][0]
            for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
            if not str(info[4][0]).startswith("127.")
        )  # type: ignore[return-value]
    except (OSError, StopIteration):
        return ""
