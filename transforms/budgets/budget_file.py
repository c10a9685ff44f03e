"""The user's budget file, read strictly.

    budgets:
      - id: research-month
        owner: research-leads@example.com
        scope: {team: research, environment: production}   # or: scope: all
        unit: usd                         # usd, tokens or steps (one step is one model call)
        limit: 500
        window: month                     # run, hour, day, week, month, quarter, rolling (with duration), total
        time_zone: Europe/Berlin          # where days begin; UTC where left out
        thresholds:
          - {at: 80%, policy: notify}
          - {at: 90%, policy: slow, below_priority: 50, wait: 5s}
          - {at: 100%, policy: pause}
        when_unreachable: deny            # what a client does when no answer comes within the deadline
        deadline: 250ms
      - id: each-user
        owner: platform@example.com
        scope: {user_id: "*"}             # one counter for each user, from the first call on
        unit: tokens
        limit: 2_000_000
        window: rolling
        duration: 24h
        thresholds:
          - {at: 100%, policy: pause}
        when_unreachable: allow
    overrides:
      - budget: research-month
        limit: 800                        # or factor: 1.5
        reason: model evaluation for the November release
        by: cfo@example.com
        valid_from: 2026-11-20
        valid_to: 2026-12-01

Several entries of one id follow each other in time (`valid_from`, `valid_to`). A counter belongs to the id: a limit
that changes within a month does not begin that month anew.
"""

from collections.abc import Mapping, Sequence

from transforms.budgets import overrides, thresholds, values
from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import (
    ALLOW,
    DEFAULT_DEADLINE_MS,
    DENY,
    DIMENSIONS,
    EACH,
    STOPPING,
    UNITS,
    Budget,
    Pairs,
    Threshold,
)
from transforms.budgets.windows import BUCKET_S, KINDS, OF_DAYS, ROLLING, RUN, Window
from transforms.yaml_lines import Value, read_yaml

SECTIONS = ("budgets", "overrides")
BUDGET_KEYS = (
    *("id", "owner", "scope", "unit", "limit", "window", "duration", "time_zone", "thresholds", "valid_from"),
    *("valid_to", "when_unreachable", "deadline", "alternatives", "description"),
)
REQUIRED = ("id", "owner", "scope", "unit", "limit", "window", "thresholds")
EVERYTHING = "all"
TRAFFIC_SOURCES = ("production", "eval", "replay", "ops", "unknown", EACH)
_LONGEST_ID = 100


def read_budgets(text: str, name: str) -> BudgetBook:
    """The budgets and overrides of a file. ``name`` stands in errors. Raises ConfigError with file, line and key."""
    document = read_yaml(text, name)
    sections = document.fields(SECTIONS, f"keys {' and '.join(SECTIONS)}")
    if "budgets" not in sections:
        document.refuse("expected the key budgets: a list of them")
    entries = sections["budgets"].items()
    budgets = [_budget(entry) for entry in entries]
    _refuse_two_at_once(entries, budgets)
    given = sections["overrides"].items() if "overrides" in sections else []
    return BudgetBook(tuple(budgets), tuple(overrides.read(entry, budgets) for entry in given))


def _budget(entry: Value) -> Budget:
    said = entry.fields(BUDGET_KEYS, "keys with values, such as id, scope and limit")
    for key in REQUIRED:
        if key not in said:
            whose = f" (budget {said['id'].text()})" if "id" in said else ""
            entry.refuse(f"expected the key {key}{whose}")
    unit = said["unit"].one_of(UNITS)
    scope = _scope(said["scope"])
    window = _window(said, scope)
    rising = thresholds.read(said["thresholds"])
    budget = Budget(
        budget_id=_id(said["id"]),
        owner=values.flat(said["owner"]),
        scope=scope,
        unit=unit,
        limit=values.limit(said["limit"], unit),
        window=window,
        thresholds=rising,
        valid_from=values.instant(said["valid_from"], window.time_zone) if "valid_from" in said else None,
        valid_to=values.instant(said["valid_to"], window.time_zone) if "valid_to" in said else None,
        when_unreachable=_when_unreachable(entry, said, rising),
        deadline_ms=_deadline_ms(said),
        alternatives=said["alternatives"].texts() if "alternatives" in said else (),
        description=values.flat(said["description"]) if "description" in said else None,
    )
    if budget.valid_from and budget.valid_to and budget.valid_to <= budget.valid_from:
        said["valid_to"].refuse("the budget ends before it begins; valid_to is the first moment after it")
    return budget


def _id(value: Value) -> str:
    text = value.text().strip()
    if len(text) > _LONGEST_ID or not text.isprintable():
        value.refuse(f"expected a name of at most {_LONGEST_ID} printable characters, got {text[:40]!r}")
    return text


def _scope(value: Value) -> Pairs:
    if not value.is_mapping:
        if value.text() != EVERYTHING:
            value.refuse(f"expected dimensions with values, such as {{team: research}}, or {EVERYTHING} for everything")
        return ()
    said = value.fields(DIMENSIONS, f"dimensions with values, or {EVERYTHING} for everything")
    if not said:
        value.refuse(f"it names no dimension; for everything write scope: {EVERYTHING}")
    return tuple((dimension, _scope_value(said[dimension])) for dimension in DIMENSIONS if dimension in said)


def _scope_value(value: Value) -> str:
    text = value.text()
    if value.key.endswith(".traffic_source"):
        return value.one_of(TRAFFIC_SOURCES)
    if EACH in text and text != EACH:
        value.refuse(f"{text!r} is no pattern: write one value, or {EACH!r} alone for one counter for each value")
    return text


def _window(said: Mapping[str, Value], scope: Pairs) -> Window:
    kind = said["window"].one_of(KINDS)
    if kind == RUN and "workflow_run_id" not in dict(scope):
        said["window"].refuse('a window of one run needs the run in its scope: workflow_run_id: "*"')
    if "duration" in said and kind != ROLLING:
        said["duration"].refuse(f"only a rolling window has a duration; this one is {kind}")
    if "time_zone" in said and kind not in OF_DAYS:
        said["time_zone"].refuse(f"a window {kind} begins at no midnight; time zones are for {', '.join(OF_DAYS)}")
    if kind == ROLLING and "duration" not in said:
        said["window"].refuse("a rolling window needs the key duration, such as 24h")
    seconds = values.duration_s(said["duration"]) if kind == ROLLING else None
    if seconds is not None and (seconds < 4 * BUCKET_S or seconds % BUCKET_S):
        said["duration"].refuse("expected an hour or more, in whole quarters of an hour, such as 1h, 90m or 7d")
    return Window(kind, seconds, values.zone(said["time_zone"]) if "time_zone" in said else "UTC")


def _when_unreachable(entry: Value, said: Mapping[str, Value], rising: Sequence[Threshold]) -> str:
    if "when_unreachable" in said:
        return said["when_unreachable"].one_of((ALLOW, DENY))
    if any(one.policy in STOPPING for one in rising):
        entry.refuse(
            f"expected the key when_unreachable (budget {said['id'].text()} holds requests back): {ALLOW} or {DENY}, "
            "what a client does when no answer comes in time"
        )
    return ALLOW


def _deadline_ms(said: Mapping[str, Value]) -> int:
    if "deadline" not in said:
        return DEFAULT_DEADLINE_MS
    milliseconds = values.duration_ms(said["deadline"])
    return milliseconds if milliseconds <= 60_000 else said["deadline"].refuse("expected at most 60s")


def _refuse_two_at_once(entries: Sequence[Value], budgets: Sequence[Budget]) -> None:
    """Of one id at most one version holds at a time, and all count in the same unit."""
    for place, budget in enumerate(budgets):
        for other, earlier in zip(entries[:place], budgets[:place], strict=True):
            if earlier.budget_id == budget.budget_id:
                _refuse_pair(entries[place], budget, other.line, earlier)


def _refuse_pair(entry: Value, budget: Budget, line: int, earlier: Budget) -> None:
    if not any((budget.valid_from, budget.valid_to, earlier.valid_from, earlier.valid_to)):
        entry.fields()["id"].refuse(f"{budget.budget_id!r} stands twice, first in line {line}; give one another id")
    if _meet(budget, earlier):
        key = entry.fields().get("valid_from", entry)
        key.refuse(
            f"the periods of {budget.budget_id!r} overlap with the entry in line {line}, which holds "
            f"{_period(earlier)}; let one end where the other begins"
        )
    if (budget.unit, budget.each, budget.window) != (earlier.unit, earlier.each, earlier.window):
        entry.refuse(
            f"this version of {budget.budget_id!r} has another unit, window or {EACH!r} than the one in line {line}: "
            "its counter would be another; give it an id of its own"
        )


def _meet(one: Budget, other: Budget) -> bool:
    is_before = one.valid_to is not None and other.valid_from is not None and one.valid_to <= other.valid_from
    is_after = other.valid_to is not None and one.valid_from is not None and other.valid_to <= one.valid_from
    return not (is_before or is_after)


def _period(budget: Budget) -> str:
    since = f"from {budget.valid_from:%Y-%m-%d %H:%M} UTC" if budget.valid_from else "since ever"
    return f"{since} {f'to {budget.valid_to:%Y-%m-%d %H:%M} UTC' if budget.valid_to else 'until further notice'}"
