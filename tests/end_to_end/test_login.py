"""The explorer behind a login: a real provider, a real browser; strangers see the login page and not one figure."""

import contextlib
import http.client
import http.server
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from spanledger.running import explorer
from spanledger.running.ports import LOOPBACK, free_port
from spanledger.settings import load_settings
from tests.collector.running import wait_until
from tests.end_to_end.login_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.end_to_end.test_browser import browser, data, sample

__all__ = ["browser", "data", "sample"]  # fixtures

ADA = {"sub": "1", "email": "Ada@example.com", "email_verified": True}
FIGURES = (b"Where it goes", b"Cost per task")


def login_text(provider: Provider, port: int, allow: str) -> str:
    lines = {
        "redirect_uri": f"http://{LOOPBACK}:{port}/oauth2callback",
        "cookie_secret": "thirty-two characters at the least",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "server_metadata_url": f"{provider.url}/.well-known/openid-configuration",
    }
    return (
        "[auth]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items()) + f"[allow]\n{allow}\n"
    )


@contextlib.contextmanager
def running(data: Path, login: Path, port: int) -> Iterator[str]:
    settings = load_settings(data=data, login_file=login, app_port=port)
    with (login.parent / "errors.txt").open("wb") as errors:
        command = [sys.executable, "-P", "-m", *explorer.arguments(settings)]
        process = subprocess.Popen(command, env=explorer.environment(settings), cwd=data, stderr=errors)
        try:
            address = f"http://{LOOPBACK}:{port}"
            wait_until(lambda: _answers(f"{address}/_stcore/health"), "the explorer")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return int(answer.status) == 200
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def watched(browser: Browser) -> tuple[Page, list[bytes]]:
    """A page of a new visitor, and all that its connections bring."""
    page = browser.new_context().new_page()
    frames: list[bytes] = []

    def keep(payload: Any) -> None:
        frames.append(payload if isinstance(payload, bytes) else str(payload).encode())

    page.on("websocket", lambda socket: socket.on("framereceived", keep))
    return page, frames


def test_only_who_logs_in_and_is_allowed_sees_anything(
    browser: Browser, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", LOOPBACK)
    login, port = tmp_path / "login.toml", free_port(LOOPBACK)
    with Provider() as provider:
        login.write_text(login_text(provider, port, 'domains = ["example.com"]'))
        with running(data, login, port) as address:
            page, frames = watched(browser)
            for path in ("", "/calls", "/trace"):
                page.goto(f"{address}{path}")
                expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=30_000)
            assert len(frames) > 3, "the connection was watched"
            assert not [mark for mark in FIGURES for frame in frames if mark in frame]

            provider.user = {**ADA, "email": "eve@elsewhere.example"}
            _log_in(page)
            expect(page.get_by_text("eve@elsewhere.example may not see this")).to_be_visible(timeout=30_000)
            provider.user = {**ADA, "email_verified": False}
            _log_in(page)
            expect(page.get_by_text("does not vouch for ada@example.com")).to_be_visible(timeout=30_000)
            assert not [mark for mark in FIGURES for frame in frames if mark in frame]

            provider.user = ADA
            _log_in(page)
            expect(page.get_by_text("Where it goes")).to_be_visible(timeout=60_000)

            login.write_text(login_text(provider, port, 'emails = ["grace@example.com"]'))
            page.goto(address)
            expect(page.get_by_text("ada@example.com may not see this")).to_be_visible(timeout=30_000)
    said = (tmp_path / "errors.txt").read_text()
    assert CLIENT_SECRET not in said
    assert "thirty-two characters" not in said


def _log_in(page: Page) -> None:
    page.get_by_role("button", name="Log in").click()


def test_other_sites_may_not_open_the_connection(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    heard: list[object] = []
    asked.verify_request = lambda request, _: bool(heard.append(request))  # type: ignore[method-assign,func-returns-value]
    threading.Thread(target=asked.serve_forever, daemon=True).start()
    for name in ("http_proxy", "https_proxy"):  # what leaves the machine goes through here
        monkeypatch.setenv(name, f"http://127.0.0.1:{asked.server_port}")
    login, port = tmp_path / "login.toml", free_port(LOOPBACK)
    with Provider() as provider:
        login.write_text(login_text(provider, port, "everyone = true"))
        with running(data, login, port) as address:
            assert _upgrade(address, address) == 101
            assert _upgrade(address, "http://evil.example") == 403
            # A name that was made to point at this machine makes the page's origin and host equal.
            assert _upgrade(address, "http://evil.example", host="evil.example") == 403
    asked.shutdown()
    asked.server_close()
    assert heard == [], "Streamlit would ask an outside service who it is"


def _upgrade(address: str, origin: str, host: str | None = None) -> int:
    import http.client

    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Origin": origin,
            **({"Host": host} if host else {}),
        },
    )
    status = connection.getresponse().status
    connection.close()
    return status
