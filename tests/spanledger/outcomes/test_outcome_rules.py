"""A file of outcome rules that cannot be used is named with its line, by the doctor and by a build that refuses it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.doctor.rules import outcome_rules
from spanledger.exits import USAGE
from spanledger.outcomes.outcome_rules import read_rules
from spanledger.settings import load_settings
from transforms.outcome_rules import NO_RULES
from transforms.yaml_lines import ConfigError


def findings(monkeypatch: pytest.MonkeyPatch, rules: Path) -> list[tuple[str, str]]:
    monkeypatch.setenv("SPANLEDGER_OUTCOME_RULES_FILE", str(rules))
    return [(finding.state, finding.line) for finding in outcome_rules(load_settings())]


def build(data: Path, rules: Path) -> Result:
    return CliRunner().invoke(main, ["build", "--data", str(data), "--outcome-rules-file", str(rules)])


def test_without_a_file_there_are_no_rules_and_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPANLEDGER_OUTCOME_RULES_FILE", raising=False)
    assert read_rules(None) == NO_RULES
    assert list(outcome_rules(load_settings())) == []


def test_good_rules_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("evaluations:\n  - evaluation: a\n    success_at: 1\n")
    ((state, line),) = findings(monkeypatch, rules)
    assert (state, "1 on evaluations, 0 on workflows" in line) == ("ok", True)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            b"evaluations:\n  - evaluation: a\n    success_at: high\n",
            ":3: evaluations[1].success_at: expected a number",
        ),
        (b"\xff", "cannot be read: it is not UTF-8 text"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_a_bad_file_is_a_fault_and_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, problem: str
) -> None:
    rules = tmp_path / "rules.yaml"
    if content is not None:
        rules.write_bytes(content)
    ((state, line),) = findings(monkeypatch, rules)
    assert (state, problem in line, str(rules) in line) == ("fault", True, True)
    with pytest.raises(ConfigError, match=r"rules\.yaml"):
        read_rules(rules)
    monkeypatch.delenv("SPANLEDGER_OUTCOME_RULES_FILE")
    (tmp_path / "data" / "lake").mkdir(parents=True)
    result = build(tmp_path / "data", rules)
    assert (result.exit_code, problem in result.output) == (USAGE, True)
