"""Budget files: what they say, and that each mistake is named with file, line and key."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from transforms.budgets import budget_file
from transforms.budgets.budget import Budget, Override, Threshold
from transforms.budgets.budget_file import read_budgets
from transforms.budgets.windows import Window
from transforms.yaml_lines import ConfigError

PLAIN = """\
budgets:
  - id: team
    owner: lead
    scope: {team: research}
    unit: usd
    limit: 500
    window: month
    thresholds:
      - {at: 80%, policy: notify}
      - {at: 100%, policy: pause}
    when_unreachable: deny
"""
SECOND = PLAIN.removeprefix("budgets:\n")
OVERRIDE = "overrides:\n  - {budget: team, limit: 800, reason: release, by: cfo, valid_to: 2026-12-01}\n"


def test_a_budget_says_everything_about_itself() -> None:
    (budget,) = read_budgets(PLAIN, "b.yaml").budgets
    assert budget == Budget(
        budget_id="team",
        owner="lead",
        scope=(("team", "research"),),
        unit="usd",
        limit=500 * 10**12,
        window=Window("month"),
        thresholds=(Threshold(Decimal("0.8"), "notify"), Threshold(Decimal(1), "pause")),
        when_unreachable="deny",
    )


def test_the_example_in_the_module_reads() -> None:
    example = "\n".join(line[4:] for line in (budget_file.__doc__ or "").splitlines() if line.startswith("    "))
    book = read_budgets(example, "example.yaml")
    month, each = book.budgets
    assert month.window == Window("month", None, "Europe/Berlin")
    assert month.thresholds[1] == Threshold(Decimal("0.9"), "slow", below_priority=50, wait_ms=5000)
    assert (each.each, each.window, each.limit) == (("user_id",), Window("rolling", 86400), 2_000_000)
    assert book.overrides == (
        Override(
            budget_id="research-month",
            limit=800 * 10**12,
            reason="model evaluation for the November release",
            by="cfo@example.com",
            valid_from=datetime(2026, 11, 19, 23, tzinfo=UTC),  # midnight in Berlin
            valid_to=datetime(2026, 11, 30, 23, tzinfo=UTC),
        ),
    )


def test_versions_of_one_budget_follow_each_other() -> None:
    first = PLAIN + "    valid_to: 2026-11-01\n"
    second = SECOND.replace("500", "600") + "    valid_from: 2026-11-01\n"
    assert [budget.limit // 10**12 for budget in read_budgets(first + second, "b.yaml").budgets] == [500, 600]


MISTAKES = [
    (PLAIN.replace("team: research", "taem: research"), 4, "budgets[1].scope.taem", "did you mean team"),
    (PLAIN.replace("{team: research}", "{}"), 4, "budgets[1].scope", "scope: all"),
    (PLAIN.replace("{team: research}", "everyone"), 4, "budgets[1].scope", "all for everything"),
    (PLAIN.replace("team: research", "team: res*"), 4, "budgets[1].scope.team", "no pattern"),
    (PLAIN.replace("team: research", "traffic_source: evals"), 4, "budgets[1].scope.traffic_source",
     "did you mean eval"),
    (PLAIN.replace("unit: usd", "unit: eur"), 5, "budgets[1].unit", "none of usd, tokens, steps"),
    (PLAIN.replace("unit: usd", "unit: tokens").replace("500", "$500"), 6, "budgets[1].limit", "the unit is tokens"),
    (PLAIN.replace("500", "500 tokens"), 6, "budgets[1].limit", "in tokens, but the unit is usd"),
    (PLAIN.replace("unit: usd", "unit: steps").replace("500", "0.5"), 6, "budgets[1].limit", "not a whole number"),
    (PLAIN.replace("500", "-500"), 6, "budgets[1].limit", "negative"),
    (PLAIN.replace("500", "much"), 6, "budgets[1].limit", "in digits"),
    (PLAIN.replace("500", "0.0000000000001"), 6, "budgets[1].limit", "more than twelve decimals"),
    (PLAIN.replace("500", "1e99999999999"), 6, "budgets[1].limit", "more than a budget can hold"),
    (PLAIN.replace("500", "1e-99999999999"), 6, "budgets[1].limit", "more than twelve decimals"),
    (PLAIN.replace("unit: usd", "unit: steps").replace("500", "1e99999999999"), 6, "budgets[1].limit", "are more than"),
    (PLAIN.replace("unit: usd", "unit: steps").replace("500", "1e-99999999999"), 6, "budgets[1].limit", "not a whole"),
    (PLAIN.replace("80%", "1e99999999999%"), 9, "budgets[1].thresholds[1].at", "up to 1000%"),
    (PLAIN.replace("80%", "1e-99999999999%"), 9, "budgets[1].thresholds[1].at", "more than four decimals"),
    (PLAIN + OVERRIDE.replace("limit: 800", "factor: 1e-99999999999"), 13, "overrides[1].factor", "more than six"),
    (PLAIN.replace("window: month", "window: year"), 7, "budgets[1].window", "none of run, hour"),
    (PLAIN.replace("window: month", "window: run"), 7, "budgets[1].window", 'workflow_run_id: "*"'),
    (PLAIN.replace("window: month", "window: rolling"), 7, "budgets[1].window", "needs the key duration"),
    (PLAIN + "    duration: 5h\n", 12, "budgets[1].duration", "only a rolling window"),
    (PLAIN.replace("month", "rolling") + "    duration: 10m\n", 12, "budgets[1].duration", "an hour or more"),
    (PLAIN.replace("month", "hour") + "    time_zone: Europe/Berlin\n", 12, "budgets[1].time_zone", "at no midnight"),
    (PLAIN + "    time_zone: Europe/Berln\n", 12, "budgets[1].time_zone", "no time zone 'Europe/Berln'"),
    (PLAIN.replace("notify", "tell"), 9, "budgets[1].thresholds[1].policy", "none of notify"),
    (PLAIN.replace("80%", "120%"), 10, "budgets[1].thresholds[2].at", "thresholds rise: 100% comes after 120%"),
    (PLAIN.replace("80%", "80"), 9, "budgets[1].thresholds[1].at", "write 80%"),
    (PLAIN.replace("80%", "-1%"), 9, "budgets[1].thresholds[1].at", "above 0"),
    (PLAIN.replace("notify", "slow"), 9, "budgets[1].thresholds[1]", "needs the key below_priority"),
    (PLAIN.replace("policy: notify", "policy: pause"), 10, "budgets[1].thresholds[2]", "never reached"),
    (PLAIN.replace("80%, policy: notify", "100%, policy: pause"), 10, "budgets[1].thresholds[2]", "twice"),
    (PLAIN.replace("{at: 80%, policy: notify}", "{at: 80%, policy: notify, wait: 2s}"), 9,
     "budgets[1].thresholds[1].wait", "only the policy slow"),
    (PLAIN.replace("    when_unreachable: deny\n", ""), 2, "budgets[1]", "expected the key when_unreachable"),
    (PLAIN.replace("deny", "perhaps"), 11, "budgets[1].when_unreachable", "none of allow, deny"),
    (PLAIN + "    deadline: fast\n", 12, "budgets[1].deadline", "such as 250ms"),
    (PLAIN + "    valid_from: 2026-12-01T10:00\n", 12, "budgets[1].valid_from", "time zone"),
    (PLAIN + "    valid_from: 2026-12-01\n    valid_to: 2026-11-01\n", 13, "budgets[1].valid_to",
     "ends before it begins"),
    (PLAIN.replace("    owner: lead\n", ""), 2, "budgets[1]", "expected the key owner (budget team)"),
    (PLAIN + "    colour: red\n", 12, "budgets[1].colour", "no such key"),
    (PLAIN + SECOND, 12, "budgets[2].id", "stands twice, first in line 2"),
    (PLAIN + "    valid_to: 2026-11-02\n" + SECOND + "    valid_from: 2026-11-01\n", 23, "budgets[2].valid_from",
     "overlap with the entry in line 2, which holds since ever to 2026-11-02 00:00 UTC"),
    (PLAIN + "    valid_to: 2026-11-01\n" + SECOND.replace("usd", "tokens") + "    valid_from: 2026-11-01\n", 13,
     "budgets[2]", "another unit"),
    (PLAIN + OVERRIDE.replace("team", "taem"), 13, "overrides[1].budget", "did you mean team"),
    (PLAIN + OVERRIDE.replace("reason: release, ", ""), 13, "overrides[1]", "expected the key reason"),
    (PLAIN + OVERRIDE.replace("reason: release", "reason: ''"), 13, "overrides[1].reason", "expected a text"),
    (PLAIN + OVERRIDE.replace(", valid_to: 2026-12-01", ""), 13, "overrides[1]", "expected the key valid_to"),
    (PLAIN + OVERRIDE.replace("by: cfo, ", ""), 13, "overrides[1]", "expected the key by"),
    (PLAIN + OVERRIDE.replace("limit: 800", "limit: -1"), 13, "overrides[1].limit", "negative"),
    (PLAIN + OVERRIDE.replace("limit: 800", "limit: 800, factor: 2"), 13, "overrides[1]", "either limit or factor"),
    (PLAIN + OVERRIDE.replace("limit: 800", "factor: 0"), 13, "overrides[1].factor", "above 0"),
    (PLAIN + OVERRIDE.replace("by", "scope: {user_id: u}, by"), 13, "overrides[1].scope", "has one counter"),
    ("budgets: []\n", 1, "budgets", "at least one entry"),
    ("overrides: []\n", 1, "", "expected the key budgets"),
    ("", 1, "", "the file is empty"),
    ("budgets: [\n", 2, "", "not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "words"), MISTAKES, ids=[f"{m[2]} {m[3]}" for m in MISTAKES])
def test_a_mistake_is_named_with_line_and_key(text: str, line: int, key: str, words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)) as refused:
        read_budgets(text, "b.yaml")
    assert str(refused.value).startswith(f"b.yaml:{line}: {key + ': ' if key else ''}")
