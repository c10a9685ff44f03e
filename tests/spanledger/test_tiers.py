"""How long things are kept, as settings and the command say it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from spanledger.cli import main
from spanledger.settings import SettingsError, load_settings


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"keep_calls_months": 3, "keep_spans_days": 30}, "must be 4 or more"),
        ({"keep_calls_months": 6}, "needs keep_spans_days"),
        ({"keep_calls_months": 4, "keep_spans_days": 113}, "at most 28 days a month"),
    ],
)
def test_tiers_follow_each_other(said: dict[str, object], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        load_settings(**said)
    assert load_settings(keep_calls_months=4, keep_spans_days=112).keep_calls_months == 4


def test_the_command_says_that_nothing_is_old_enough(tmp_path: Path) -> None:
    said = ["--data", str(tmp_path), "--keep-spans-days", "100", "--keep-calls-months", "4"]
    for more in ([], ["--dry-run"]):
        asked = CliRunner().invoke(main, ["retention", *said, *more])
        assert asked.exit_code == 0, asked.output
        assert asked.output.startswith("nothing arrived more than 100 days ago\n")
