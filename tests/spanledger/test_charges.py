"""`spanledger charges`, and what the doctor says of them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from spanledger.cli import main
from tests.end_to_end.charging import write_charges

SEATS = "seats,seat,anthropic,two seats,31,USD,2026-10-01,2026-11-01,invoice 1,seats,"


def check(folder: Path) -> tuple[int, str]:
    files = ("--charges-file", str(folder / "charges.csv"), "--coverage-file", str(folder / "coverage.csv"))
    result = CliRunner().invoke(main, ["charges", "check", "--data", str(folder), *files])
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_charges(tmp_path / "charges.csv", SEATS)
    (tmp_path / "coverage.csv").write_text("rule,allocate_by,user_id\nseats,metered,ann\nidle,tokens,bob\n")
    return tmp_path


def test_what_holds_and_what_covers_nothing_is_said(folder: Path) -> None:
    code, text = check(folder)
    assert code == 0
    assert "1 charges of 31 USD hold, 0 are superseded" in text
    assert "no charge names the rule 'idle'" in text


def test_what_cannot_be_meant_is_a_fault(folder: Path) -> None:
    write_charges(folder / "charges.csv", SEATS.replace("31,", "thirty,"))
    code, text = check(folder)
    assert code == 1
    assert "charges.csv:2: amount is 'thirty', expected a number" in text


def test_the_published_charges_are_listed(folder: Path) -> None:
    result = CliRunner().invoke(main, ["charges", "list", "--data", str(folder)])
    assert result.exit_code == 3
    assert "nothing has been published" in result.output
