"""The user's alerts file, read strictly.

    explorer: https://costs.example.com     # where links lead; the explorer's own address where left out
    channels:
      oncall: {url_from: ONCALL_URL}        # the environment variable that holds the address
      finance: {url: "mailto://mail.example.com?from=costs@example.com&to=finance@example.com"}
    owners:                                 # an owner of a budget: the channels to tell
      research-leads@example.com: finance
    rules:
      - name: money
        events: [budget, anomaly]           # all kinds where left out
        severity: warning                   # info, warning or critical, and worse; warning where left out
        scope: {team: [research, ml-*]}     # patterns; everything where left out
        to: [oncall, owner]                 # channels, or the event's owner
        group: 5m                           # the first waits so long for others, to be one message
        repeat_after: 24h                   # says again that it still fires; once where left out
        escalate: {after: 2h, to: [finance]}
        recovery: false                     # says nothing when it is over; true where left out
    quiet_hours:
      - {from: "22:00", to: "07:00", time_zone: Europe/Berlin, days: [mon, tue], let_pass: critical}
    silence: {times: 2, least: 1h, services: [billing-*]}
    forecast: {at: 80%}                     # a budget so likely to end beyond its limit; none: no such alert
    settled_after: 5m                       # a recovery counts once it has lasted so long

The first rule that matches and names a channel counts for it. What quiet hours held is told in one message after them.
"""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from transforms.alerts.event import KINDS, SEVERITIES, WARNING
from transforms.alerts.rules import DAYS, OWNER, AlertRules, Channel, ForecastRule, QuietHours, Rule, SilenceRule
from transforms.budgets.budget import DIMENSIONS
from transforms.budgets.values import duration_s, flat, share, whole, zone
from transforms.yaml_lines import Value, near, read_yaml

SECTIONS = ("explorer", "channels", "owners", "rules", "quiet_hours", "silence", "forecast", "settled_after")
RULE_KEYS = ("name", "events", "severity", "scope", "to", "group", "repeat_after", "escalate", "recovery")
QUIET_KEYS = ("from", "to", "time_zone", "days", "let_pass")
NOBODY = "none"
LEAST_LIKELY, MOST_LIKELY = Decimal("0.5"), Decimal("0.95")
"""Chances to be told of: below the first it is likelier not to come, above the second no forecast says any."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def read_alert_rules(text: str, name: str) -> AlertRules:
    """The rules of a file. ``name`` stands in errors. Raises ConfigError naming file, line and key."""
    document = read_yaml(text, name)
    said = document.fields(SECTIONS, f"keys such as {', '.join(SECTIONS[:4])}")
    channels = _channels(said["channels"]) if "channels" in said else {}
    names = (*channels, OWNER)
    usual = AlertRules()
    return AlertRules(
        channels=channels,
        rules=tuple(_rule(one, place, names) for place, one in enumerate(_items(said, "rules"), start=1)),
        owners=_owners(said["owners"], tuple(channels)) if "owners" in said else (),
        quiet_hours=tuple(_quiet(one) for one in _items(said, "quiet_hours")),
        silence=_silence(said["silence"]) if "silence" in said else usual.silence,
        forecast=_forecast(said["forecast"]) if "forecast" in said else usual.forecast,
        explorer=_address(said["explorer"]) if "explorer" in said else None,
        settled_after=_span(said["settled_after"]) if "settled_after" in said else usual.settled_after,
    )


def _items(said: Mapping[str, Value], key: str) -> list[Value]:
    return said[key].items() if key in said else []


def _channels(value: Value) -> dict[str, Channel]:
    return {name: _channel(name, one) for name, one in value.fields(what="names with a url each").items()}


def _channel(name: str, value: Value) -> Channel:
    said = value.fields(("url", "url_from"), "url, or url_from with the name of an environment variable")
    if name == OWNER:
        value.refuse(f"{OWNER!r} stands for the event's owner; give the channel another name")
    if len(said) != 1:
        value.refuse("expected either url or url_from")
    if "url_from" in said:
        variable = said["url_from"].text().strip()
        if not _VARIABLE.fullmatch(variable) or variable.upper().startswith("SPANLEDGER_"):
            said["url_from"].refuse("expected the name of an environment variable that does not begin with SPANLEDGER_")
        return Channel(name, url_from=variable)
    url = said["url"].text().strip()
    if "://" not in url:  # not shown: it may be a credential
        said["url"].refuse("expected an address such as json://host/path, slack://… or mailto://…")
    return Channel(name, url=url)


def _owners(value: Value, channels: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((owner, _names(one, channels)) for owner, one in value.fields(what="owners with channels").items())


def _names(value: Value, known: tuple[str, ...]) -> tuple[str, ...]:
    for name in (names := value.texts()):
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "there are none"
            value.refuse(f"no channel is called {name!r}{near(name, known)}; {there}")
    return names


def _rule(entry: Value, place: int, channels: tuple[str, ...]) -> Rule:
    said = entry.fields(RULE_KEYS, "keys with values, such as events and to")
    if "to" not in said:
        entry.refuse("expected the key to: the channels that are told")
    after, to = _escalation(said["escalate"], channels) if "escalate" in said else (None, ())
    return Rule(
        name=flat(said["name"]) if "name" in said else f"rule {place}",
        to=_names(said["to"], channels),
        events=_choices(said["events"], KINDS) if "events" in said else KINDS,
        severity=said["severity"].one_of(SEVERITIES) if "severity" in said else WARNING,
        scope=_scope(said["scope"]) if "scope" in said else (),
        group=_span(said["group"]) if "group" in said else timedelta(),
        repeat_after=_span(said["repeat_after"]) if "repeat_after" in said else None,
        escalate_after=after,
        escalate_to=to,
        tells_recovery=said["recovery"].one_of(("true", "false")) == "true" if "recovery" in said else True,
    )


def _escalation(value: Value, channels: tuple[str, ...]) -> tuple[timedelta, tuple[str, ...]]:
    said = value.fields(("after", "to"), "the keys after and to")
    if len(said) != 2:
        value.refuse("expected the keys after (how long it fires) and to (who is told then)")
    return _span(said["after"]), _names(said["to"], channels)


def _scope(value: Value) -> tuple[tuple[str, tuple[str, ...]], ...]:
    said = value.fields(DIMENSIONS, "dimensions with patterns, such as {team: research-*}")
    return tuple((dimension, said[dimension].texts()) for dimension in DIMENSIONS if dimension in said)


def _choices(value: Value, allowed: tuple[str, ...]) -> tuple[str, ...]:
    for text in (texts := value.texts()):
        if text not in allowed:
            value.refuse(f"{text!r} is none of {', '.join(allowed)}{near(text, allowed)}")
    return texts


def _quiet(entry: Value) -> QuietHours:
    said = entry.fields(QUIET_KEYS, "the keys from, to and time_zone")
    for key in ("from", "to", "time_zone"):
        if key not in said:
            entry.refuse(f"expected the key {key}")
    start, end = _time(said["from"]), _time(said["to"])
    if start == end:
        said["to"].refuse("quiet hours that end when they begin have no length; to be quiet always, name no channel")
    passing = said["let_pass"].one_of((*SEVERITIES, NOBODY)) if "let_pass" in said else "critical"
    return QuietHours(
        start=start,
        end=end,
        time_zone=zone(said["time_zone"]),
        days=_choices(said["days"], DAYS) if "days" in said else DAYS,
        let_pass=None if passing == NOBODY else passing,
    )


def _silence(value: Value) -> SilenceRule:
    said = value.fields(("times", "least", "services"), "the keys times, least and services")
    usual = SilenceRule()
    return SilenceRule(
        times=whole(said["times"], 1, 100) if "times" in said else usual.times,
        least=_span(said["least"]) if "least" in said else usual.least,
        services=said["services"].texts() if "services" in said else usual.services,
    )


def _forecast(value: Value) -> ForecastRule:
    said = value.fields(("at",), "the key at")
    if "at" not in said:
        value.refuse(f"expected the key at: a chance such as 80%, or {NOBODY}")
    if said["at"].text().strip() == NOBODY:
        return ForecastRule(None)
    chance = share(said["at"])
    if not LEAST_LIKELY <= chance <= MOST_LIKELY:
        said["at"].refuse(
            f"expected {LEAST_LIKELY:.0%} to {MOST_LIKELY:.0%}, the most that a forecast says; or {NOBODY}"
        )
    return ForecastRule(chance)


def _address(value: Value) -> str:
    text = value.text().strip().rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        value.refuse(f"expected an address such as https://costs.example.com, got {text!r}")
    return text


def _time(value: Value) -> time:
    found = _TIME.fullmatch(value.text().strip())
    return time(int(found[1]), int(found[2])) if found else value.refuse('expected a time of day such as "22:00"')


def _span(value: Value) -> timedelta:
    return timedelta(seconds=duration_s(value))
