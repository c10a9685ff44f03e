"""Decisions: what a counter says, and that what a pause lets pass never comes to more than its share."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import Budget, Counter, Override, Threshold
from transforms.budgets.decision import Asked, Decision, Standing, decide
from transforms.budgets.windows import Window

AT = datetime(2026, 11, 22, 17, tzinfo=UTC)
USD = 10**12
RISING = (
    Threshold(Decimal("0.5"), "notify"),
    Threshold(Decimal("0.7"), "slow", below_priority=50, wait_ms=2000),
    Threshold(Decimal("0.8"), "approve"),
    Threshold(Decimal(1), "pause"),
    Threshold(Decimal(1), "escalate", to="cfo"),
)
TEAM = Budget("team", "lead", (("team", "research"),), "usd", 10 * USD, Window("day"), RISING)
EACH = replace(TEAM, budget_id="each", scope=(("user_id", "*"),), limit=USD)


def standing(budget: Budget = TEAM, **amounts: int) -> Standing:
    return Standing(budget, Counter(budget.budget_id, (), None), budget.limit, **amounts)


def ask(estimate: int, priority: int = 50, approved_by: str | None = None, **amounts: int) -> Decision:
    asked = Asked({"team": "research"}, {"usd": estimate}, priority, approved_by)
    return decide(asked, [standing(**amounts)])


@pytest.mark.parametrize(
    ("dollars", "priority", "approved_by", "verdict"),
    [
        (5, 50, None, "allow"),
        (6, 50, None, "warn"),
        (8, 49, None, "slow"),
        (8, 50, None, "warn"),
        (9, 49, None, "needs_approval"),
        (9, 50, "lead", "warn"),
        (10, 50, "lead", "warn"),
        (11, 99, "lead", "deny"),
    ],
)
def test_verdicts_rise_with_the_amount(dollars: int, priority: int, approved_by: str | None, verdict: str) -> None:
    decision = ask(dollars * USD, priority, approved_by)
    assert decision.verdict == verdict
    assert bool(decision.reasons) == (verdict != "allow")
    assert decision.wait_ms == (2000 if verdict == "slow" else 0)


@pytest.mark.parametrize("warns", ["0.75", "0.8"])
@pytest.mark.parametrize("blocks", ["1", "1.2"])
def test_thresholds_in_use(warns: str, blocks: str) -> None:
    """Warned from 75 to 80 %, reviewed from 90 %, blocked beyond 100 to 120 %: of a budget of $1,000."""
    rising = (
        Threshold(Decimal(warns), "notify"),
        Threshold(Decimal("0.9"), "approve"),
        Threshold(Decimal(blocks), "pause"),
    )
    budget = replace(TEAM, limit=1000 * USD, thresholds=rising)

    def verdict(dollars: Decimal) -> str:
        asked = Asked({"team": "research"}, {"usd": int(dollars * USD)}, 50, None)
        return decide(asked, [standing(budget)]).verdict

    shares = [Decimal(warns), Decimal("0.9"), Decimal(blocks)]
    cent = Decimal("0.01")
    assert [verdict(1000 * share) for share in shares] == ["allow", "warn", "needs_approval"], "reached is not crossed"
    assert [verdict(1000 * share + cent) for share in shares] == ["warn", "needs_approval", "deny"]


def test_reasons_are_sentences_with_the_amounts() -> None:
    decision = ask(int(0.5 * USD), settled=6 * USD, unreserved=2 * USD, outstanding=int(1.75 * USD))
    assert decision.reasons[0] == (
        "budget team: $8.00 spent and $1.75 reserved, with $0.50 asked for that is more than 100 % of its $10.00; "
        "it is paused there"
    )
    assert decision.answers[0].escalate_to == ("cfo",)
    assert decision.answers[0].standing.remaining == int(0.25 * USD)


def test_without_an_estimate_in_its_unit_a_budget_that_stops_admits_nothing() -> None:
    tokens = replace(TEAM, unit="tokens", limit=1000)
    asked = Asked({"team": "research"}, {"usd": 1})
    assert decide(asked, [standing(tokens)]).verdict == "deny"
    assert "gives no estimate of them" in decide(asked, [standing(tokens)]).reasons[0]
    assert decide(asked, [standing(replace(tokens, thresholds=RISING[:1]))]).verdict == "warn"


def test_a_negative_estimate_is_an_error() -> None:
    with pytest.raises(ValueError, match="the estimate of usd is -1"):
        ask(-1)


def test_the_hardest_of_all_counters_answers_and_all_are_said() -> None:
    asked = Asked({"team": "research", "user_id": "u"}, {"usd": 2 * USD})
    decision = decide(asked, [standing(), standing(EACH)])
    assert decision.verdict == "deny"
    assert not decision.is_granted
    assert [one.verdict for one in decision.answers] == ["allow", "deny"]


def test_a_user_nobody_has_seen_has_a_counter_of_his_own_from_his_first_call() -> None:
    book = BudgetBook((TEAM, EACH))
    (_, first, limit), (_, other, _) = (book.counters({"user_id": user}, AT)[0] for user in ("new", "newer"))
    assert (first.key, other.key, limit) == ("user_id=new", "user_id=newer", USD)
    assert first != other


def test_what_a_scope_leaves_out_shares_one_counter() -> None:
    ((_, counter, _),) = BudgetBook((TEAM, EACH)).counters({"project": "x"}, AT)
    assert counter == Counter("each", (("user_id", ""),), datetime(2026, 11, 22, tzinfo=UTC))


def test_the_narrowest_then_latest_override_in_force_sets_the_limit() -> None:
    def override(limit: int | None, scope: tuple[tuple[str, str], ...] = (), day: int = 1) -> Override:
        begins = datetime(2026, 11, day, tzinfo=UTC)
        ends = datetime(2026, 11, 30, tzinfo=UTC)
        return Override("each", "why", "cfo", ends, begins, limit, None if limit else Decimal("1.5"), scope)

    book = BudgetBook(
        (EACH,), (override(3), override(4, day=2), override(None, (("user_id", "vip"),)), override(9, day=25))
    )
    limits = [limit for user in ("vip", "u") for _, _, limit in book.counters({"user_id": user}, AT)]
    assert limits == [USD * 3 // 2, 4]


AMOUNTS = st.integers(0, 30)


@given(
    st.integers(0, 40),
    st.sampled_from([Decimal("0.7"), Decimal(1), Decimal("1.2")]),
    st.lists(st.tuples(AMOUNTS, st.integers(0, 2), AMOUNTS), max_size=60),
)
def test_what_a_pause_lets_pass_stays_within_its_share(
    limit: int, share: Decimal, asked: list[tuple[int, int, int]]
) -> None:
    budget = replace(TEAM, limit=limit, unit="tokens", thresholds=(Threshold(share, "pause"),))
    now = standing(budget)
    for estimate, what_next, other in asked:
        decision = decide(Asked({}, {"tokens": estimate}), [now])
        assert decision.is_granted == (now.used + estimate <= share * limit)
        if decision.is_granted:
            now = replace(now, outstanding=now.outstanding + estimate)
            assert now.remaining >= 0
        settled = min(now.outstanding, other)
        if what_next == 0:  # settled within what was granted
            now = replace(now, outstanding=now.outstanding - settled, settled=now.settled + settled)
        elif what_next == 1:  # released or expired
            now = replace(now, outstanding=now.outstanding - settled)
        else:  # spent by somebody who did not ask
            now = replace(now, unreserved=now.unreserved + other)
        assert decide(Asked({}, {"tokens": estimate}), [now]) == decide(Asked({}, {"tokens": estimate}), [now])


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), min_size=2, max_size=2, unique=True))
def test_keys_of_counters_are_equal_only_where_the_values_are(pairs: list[tuple[str, str]]) -> None:
    keys = {Counter("b", (("user_id", user), ("model", model)), None).key for user, model in pairs}
    assert len(keys) == 2
