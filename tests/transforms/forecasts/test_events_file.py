"""The events file: what it says, and mistakes named with line and key."""

from datetime import date

import pytest

from transforms.forecasts.events_file import read_events
from transforms.yaml_lines import ConfigError

GOOD = """events:
  - name: launch
    scope: {team: search}
    from: 2026-12-01
    to: 2027-01-01
    factor: 1.50
  - {name: freeze, organization: acme, from: 2026-12-24, to: 2026-12-27, factor: 0}
"""


def test_events_speak_of_a_scope_or_of_everything() -> None:
    events = read_events(GOOD, "events.yml")
    launch, freeze = events.of("acme")
    assert (launch.key, launch.first, launch.last, launch.factor) == (
        "team:search", date(2026, 12, 1), date(2026, 12, 31), 1.5,
    )  # fmt: skip
    assert (freeze.key, freeze.factor) == ("organization:acme", 0)
    assert [one.name for one in events.of("other")] == ["launch"]
    assert events.digest == read_events(GOOD.replace("1.50", "1.5"), "other.yml").digest
    assert events.digest != read_events(GOOD.replace("1.50", "1.6"), "events.yml").digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("factor: 1.50", "factor: -1", r"events.yml:6: events\[1\].factor: expected a number from 0"),
        ("to: 2027-01-01", "to: 2026-12-01", r"events.yml:5: .*is not after"),
        ("{team: search}", "{team: a, model: b}", r"events.yml:3: .*expected one of environment"),
        ("{team: search}", "{teams: a}", r"did you mean team"),
        ("    factor: 1.50\n", "", r"events\[1\]: expected the key factor"),
    ],
)
def test_mistakes_are_named_where_they_stand(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_events(GOOD.replace(old, new), "events.yml")
