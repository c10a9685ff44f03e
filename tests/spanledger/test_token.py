"""`spanledger token`: the secret is shown once, its hash is kept, and what is revoked is over."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.door.gate import Caller, Gate
from collector.door.tokens import load_tokens
from spanledger.cli import main


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tokens.toml"


def run(path: Path, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["token", *arguments, "--token-file", str(path)], input=given)


def may(path: Path, secret: str, scope: str = "ingest") -> bool:
    known = load_tokens(path)
    return Gate(lambda: known).may(Caller({"authorization": f"Bearer {secret}"}), scope)


def test_a_new_token_is_shown_once_and_kept_as_a_hash(path: Path) -> None:
    made = run(path, "new", "ci", "--organization", 'acme "eu"', "--scope", "ingest", "--days", "90")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert (len(secret), secret[:3]) == (46, "sl_")
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret not in path.read_text()
    assert secret not in made.stderr
    assert may(path, secret)
    assert not may(path, secret, "outcomes")
    (entry,) = load_tokens(path).tokens
    assert (entry.name, entry.organization) == ("ci", 'acme "eu"')
    second = run(path, "new", "other", "--organization", "beta").stdout.strip()
    assert second != secret
    assert may(path, secret)
    assert may(path, second, "outcomes")
    listed = run(path, "list").output
    assert "acme" in listed
    assert "holds" in listed
    assert entry.sha256 is not None
    assert entry.sha256.hex() not in listed


def test_a_revoked_token_is_over_and_its_entry_stays(path: Path) -> None:
    secrets = [run(path, "new", name, "--organization", "acme").stdout.strip() for name in ("a", "b")]
    path.chmod(0o640)
    path.write_text(f"# ours\n{path.read_text()}")
    assert run(path, "revoke", "a").exit_code == 0
    assert [may(path, secret) for secret in secrets] == [False, True]
    assert path.read_text().startswith("# ours\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [line.split()[4] for line in run(path, "list").output.splitlines()[2:]] == ["outcomes", "outcomes"]
    assert "revoked" in run(path, "list").output
    assert "nothing is called 'c'; there are ['a', 'b']" in run(path, "revoke", "c").stderr
    again = run(path, "revoke", "a")
    assert again.exit_code == 2
    assert len(tomllib.loads(path.read_text())["token"]) == 2


def test_a_token_of_one_s_own_must_be_hard_to_guess(path: Path) -> None:
    for weak in ("secret", "a" * 64, "abcabcabcabc" * 4):
        result = run(path, "new", "x", "--organization", "acme", "--secret", "-", given=weak)
        assert result.exit_code == 2
        assert "at least 32 random characters" in result.stderr
        assert weak not in result.output
    assert not path.exists()
    good = "0123456789abcdefghijklmnopqrstuv"
    assert run(path, "new", "x", "--organization", "acme", "--secret", "-", given=f"{good}\n").stdout == ""
    assert may(path, good)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "x"], "Missing option '--organization'"),
        (["new", "x", "--organization", "a", "--scope", "all"], "'all' is not one of"),
        (["new", "", "--organization", "a"], "name must be a name of 1 to 200 characters"),
        (["revoke", "x"], "No such file"),
        (["list"], "No such file"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(path: Path, arguments: list[str], message: str) -> None:
    result = run(path, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not path.exists()


def test_the_same_name_twice_is_refused(path: Path) -> None:
    assert run(path, "new", "x", "--organization", "a").exit_code == 0
    before = path.read_text()
    assert "name 'x' stands twice" in run(path, "new", "x", "--organization", "a").stderr
    assert path.read_text() == before
    bare = CliRunner().invoke(main, ["token", "list"])
    assert "say which file: SPANLEDGER_TOKEN_FILE or --token-file" in bare.stderr
