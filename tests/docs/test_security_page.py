"""The files that docs/security.md shows can be used as they stand."""

import re
import tomllib
from pathlib import Path

from app.access import read_rules
from collector.door.tokens import SCOPES, parse
from spanledger.running.login import read_login

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text()


def blocks(mark: str) -> list[str]:
    return [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if mark in text]


def test_the_token_files_are_read() -> None:
    (tokens,) = blocks("[[token]]")
    (certificates,) = blocks("[[certificate]]")
    (entry,) = parse(tokens, "the page").tokens
    assert (entry.name, entry.scopes) == ("agents", {"ingest", "outcomes"})
    assert parse(certificates, "the page").certificates[0].common_name == "agents.acme"


def test_the_login_file_is_read(tmp_path: Path) -> None:
    (text,) = blocks("[auth]")
    (tmp_path / "login.toml").write_text(text)
    assert read_login(tmp_path / "login.toml")["client_id"]


def test_the_scopes_are_read() -> None:
    (text,) = blocks("[[scope]]")
    rules = read_rules(tomllib.loads(text))
    assert rules.scope({"groups": ["search-leads"], "iat": 0}, 0).title == "teams answers, search of organization acme"


def test_every_scope_is_explained() -> None:
    assert re.findall(r"^\| `(\w+)` \| ", PAGE, re.MULTILINE) == list(SCOPES)
