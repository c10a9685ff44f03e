"""Two teams' readers in one server process: each sees their own rows, also where the other has asked before."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from spanledger.running.ports import LOOPBACK, free_port
from tests.end_to_end.login_provider import Provider
from tests.end_to_end.test_browser import browser, data, sample
from tests.end_to_end.test_login import login_text, running, watched

__all__ = ["browser", "data", "sample"]  # fixtures

SCOPE = '[[scope]]\ngroups = ["{0}-leads"]\norganization = "acme"\nteams = ["{0}"]\n'
OF = {
    "search": (b"search-answers", b"summaries"),
    "platform": (b"code-review", b"review-bot", b"devtools"),
}
"""What only the team's own rows say."""
PAGES = ("attribution?period=all", "tasks?period=all", "calls?period=all&team=platform", "")
HIDDEN = ("SQL", "Health")


def test_two_teams_in_one_process_never_share_an_answer(
    browser: Browser, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", LOOPBACK)
    login, port = tmp_path / "login.toml", free_port(LOOPBACK)
    with Provider() as provider:
        scopes = "session_hours = 2\ngroups_claim = 'realm_access.roles'\n" + "".join(map(SCOPE.format, OF))
        login.write_text(login_text(provider, port, scopes))
        with running(data, login, port) as address:
            readers: dict[str, tuple[Page, list[bytes]]] = {}
            for team in OF:
                page, frames = readers[team] = watched(browser)
                page.goto(address)
                provider.user = {"sub": team, "realm_access": {"roles": [f"{team}-leads"]}}
                page.get_by_role("button", name="Log in").click()
                expect(page.get_by_text("Where it goes")).to_be_visible(timeout=60_000)
            for url in PAGES:
                for page, _ in readers.values():
                    page.goto(f"{address}/{url}")
                    expect(page.get_by_text("Data until")).to_be_visible(timeout=60_000)
            for team, (page, frames) in readers.items():
                (other,) = (others for name, others in OF.items() if name != team)
                sent = b"\n".join(frames)
                assert OF[team][0] in sent, "their own is seen"
                assert not [mark for mark in other if mark in sent]
                for name in HIDDEN:
                    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
            _statement_is_of(readers["search"][0], address, b"search", b"platform")
            _removed_from_the_file(readers["search"][0], login, login_text(provider, port, scopes))


def _statement_is_of(page: Page, address: str, own: bytes, other: bytes) -> None:
    """A file is made outside of the reader's run, and for that reader."""
    page.goto(f"{address}/attribution?period=all")
    button = page.get_by_role("button", name="(provisional) CSV").first
    expect(button).to_be_visible(timeout=60_000)
    with page.expect_download(timeout=60_000) as download:
        button.click()
    text = Path(download.value.path()).read_bytes()
    assert own in text
    assert other not in text


def _removed_from_the_file(page: Page, login: Path, text: str) -> None:
    """The page that is open makes no file any more, and shows nothing at the next step."""
    login.write_text(text.replace('"search-leads"', '"nobody"'))
    button = page.get_by_role("button", name="(provisional) CSV").first
    files: list[str] = []
    page.on("download", lambda file: files.append(file.suggested_filename))
    button.click()
    expect(page.get_by_text("Failed to generate file")).to_be_visible(timeout=30_000)
    assert files == []
    page.get_by_role("link", name="Traffic", exact=True).click()
    expect(page.get_by_text("so nobody can tell whether you may see this")).to_be_visible(timeout=30_000)
