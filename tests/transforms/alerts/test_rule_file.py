"""The alerts file: what it says is read, and each mistake is named with file, line and key."""

from datetime import UTC, datetime, time, timedelta

import pytest

from transforms.alerts import rule_file
from transforms.alerts.rule_file import read_alert_rules
from transforms.yaml_lines import ConfigError

EXAMPLE = "\n".join(line[4:] for line in (rule_file.__doc__ or "").splitlines() if line.startswith("    "))


def test_the_example_is_read_as_it_says() -> None:
    rules = read_alert_rules(EXAMPLE, "alerts.yaml")
    (rule,) = rules.rules
    assert (rule.events, rule.to, rule.group) == (("budget", "anomaly"), ("oncall", "owner"), timedelta(minutes=5))
    assert (rule.escalate_after, rule.escalate_to) == (timedelta(hours=2), ("finance",))
    assert rule.scope == (("team", ("research", "ml-*")),)
    assert rules.of_owner("research-leads@example.com") == ("finance",)
    assert rules.quiet_hours[0].start == time(22)
    assert rules.channels["oncall"].url_from == "ONCALL_URL"
    assert "mailto" not in repr(rules), "an address may hold a password"


CHANNEL = "channels:\n  web: {url: json://localhost}\n"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("channels:\n  web: {}\n", "a.yaml:2: channels.web", "either url or url_from"),
        ("channels:\n  web: {url: secret-token}\n", "a.yaml:2: channels.web.url", "expected an address such as json"),
        ("channels:\n  web: {url_from: SPANLEDGER_X}\n", "a.yaml:2:", "does not begin with SPANLEDGER_"),
        ("channels:\n  owner: {url: json://x}\n", "a.yaml:2:", "another name"),
        (CHANNEL + "rules:\n  - {to: wed}\n", "a.yaml:4: rules[1].to", "no channel is called 'wed'; did you mean web?"),
        (CHANNEL + "rules:\n  - {events: budget}\n", "a.yaml:4: rules[1]", "expected the key to"),
        (CHANNEL + "rules:\n  - {to: web, events: bugdet}\n", "a.yaml:4:", "did you mean budget?"),
        (CHANNEL + "rules:\n  - {to: web, severity: high}\n", "a.yaml:4: rules[1].severity", "none of info, warning"),
        (CHANNEL + "rules:\n  - {to: web, scope: {squad: x}}\n", "a.yaml:4: rules[1].scope.squad", "no such key"),
        (CHANNEL + "rules:\n  - {to: web, group: 5}\n", "a.yaml:4: rules[1].group", "such as 90m"),
        (CHANNEL + "rules:\n  - {to: web, escalate: {after: 1h}}\n", "a.yaml:4:", "after (how long it fires) and to"),
        (CHANNEL + "rules:\n  - {to: web, recovery: no}\n", "a.yaml:4:", "none of true, false"),
        ("quiet_hours:\n  - {from: 22:00, to: 07:00}\n", "a.yaml:2: quiet_hours[1]", "expected the key time_zone"),
        ("quiet_hours:\n  - {from: 25:00, to: 7:00, time_zone: UTC}\n", "a.yaml:2:", "a time of day"),
        ("quiet_hours:\n  - {from: 22:00, to: 22:00, time_zone: UTC}\n", "a.yaml:2:", "no length"),
        ("quiet_hours:\n  - {from: 22:00, to: 07:00, time_zone: CET7}\n", "a.yaml:2:", "no time zone 'CET7'"),
        ("silence: {times: 0}\n", "a.yaml:1: silence.times", "from 1 to 100"),
        ("explorer: costs.example.com\n", "a.yaml:1: explorer", "https://costs.example.com"),
        ("chanels: {}\n", "a.yaml:1: chanels", "did you mean channels?"),
    ],
)
def test_a_mistake_is_named_where_it_stands(text: str, place: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_alert_rules(text, "a.yaml")
    assert str(raised.value).startswith(place)
    assert words in str(raised.value)
    assert "secret-token" not in str(raised.value)


def test_quiet_hours_follow_the_clocks_of_their_zone_over_midnight() -> None:
    quiet = "quiet_hours:\n  - {from: '22:00', to: '07:00', time_zone: Europe/Berlin, days: [fri]}\n"
    rules = read_alert_rules(quiet, "a.yaml")
    friday_evening = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)  # 22:30 in Berlin
    assert rules.hold("warning", friday_evening)
    assert rules.hold("warning", friday_evening + timedelta(hours=8))  # Saturday, 06:30
    assert not rules.hold("warning", friday_evening + timedelta(hours=9))
    assert not rules.hold("warning", friday_evening - timedelta(hours=1))
    assert not rules.hold("warning", friday_evening + timedelta(days=1)), "they begin on Fridays alone"
    assert not rules.hold("critical", friday_evening)
    in_summer = datetime(2026, 7, 17, 20, 30, tzinfo=UTC)  # a Friday, 22:30 in Berlin
    assert rules.hold("warning", in_summer)


def test_quiet_hours_end_by_the_clock_in_nights_that_are_longer_or_shorter() -> None:
    quiet = "quiet_hours:\n  - {from: '22:00', to: '07:00', time_zone: Europe/Berlin, days: [sat]}\n"
    rules = read_alert_rules(quiet, "a.yaml")
    nights = {
        datetime(2026, 10, 24, 20, tzinfo=UTC): 10,  # clocks go back at 3: 22:00 CEST to 07:00 CET
        datetime(2027, 3, 27, 21, tzinfo=UTC): 8,  # and on at 2: 22:00 CET to 07:00 CEST
    }
    for begin, hours in nights.items():
        quarters = [begin + timedelta(minutes=15 * n) for n in range(-8, 8 + 4 * 12)]
        held = [at for at in quarters if rules.hold("warning", at)]
        assert held == [begin + timedelta(minutes=15 * n) for n in range(4 * hours)]
