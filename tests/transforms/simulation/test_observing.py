"""What levers find in the calls of a step, each beside what it must leave alone."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.budgets.evidence import Evidence
from transforms.simulation import kept
from transforms.simulation.levers import CASES, LEVERS, PARTS, Ends
from transforms.simulation.observing import OBSERVERS, Finding, observed
from transforms.simulation.sequence import simulate
from transforms.simulation.shapes import Prices, Shape, Step, steps

HALF = Decimal("0.5")
CARDS = {("p", "dear"): Prices({"input": HALF, "output": HALF}, Decimal("0.1"))}


def shape(**said: Any) -> Shape:
    usual = {
        "organization": "o",
        "environment": None,
        "workflow_id": "w",
        "step": "s",
        "traffic_source": "production",
        "model": "dear",
        "price_provider": "p",
        "price_model": "dear",
        "service_tier": "standard",
        "paid_again": "no",
        "asked_again": "no",
        "is_cache_hit": False,
        "input_tokens_to": 2048,
        "output_tokens_to": 512,
        "calls": 100,
        "unknown_cost_calls": 0,
        "input_tokens": 200_000,
        "cached_input_tokens": 0,
        "cache_write_tokens": 0,
        "output_tokens": 50_000,
        **{name: Decimal(0) for name in ("cache_read_cost_usd", "cache_write_cost_usd")},
        "cost_usd": Decimal(3),
        "input_cost_usd": Decimal(1),
        "output_cost_usd": Decimal(2),
    }
    return Shape(**{**usual, **said})


def findings(*shapes: Shape, evidence: tuple[Evidence, ...] = ()) -> list[dict[str, Finding]]:
    return [dict(one.findings) for one in observed(Step(shapes, evidence, CARDS))]


def share(finding: Finding) -> Ends:
    assert finding.setting is not None
    return finding.setting.share


def test_every_lever_has_its_observer() -> None:
    assert list(OBSERVERS) == list(LEVERS)


def test_calls_as_usual_leave_nothing_to_do_but_to_cache() -> None:
    """At most the shortest prompt can be common to all: above 1,024 of 2,000 tokens."""
    [found] = findings(shape())
    assert list(found) == ["cache"]
    assert share(found["cache"]) == Ends(Decimal(0), Decimal(0), Decimal("0.512"))
    assert findings(shape(calls=19)) == [{}]
    assert findings(shape(input_tokens_to=1024, input_tokens=100_000)) == [{}]


def test_what_hits_show_is_done_for_the_misses() -> None:
    """A quarter of the calls hit, and read 80 % of their input: low, as often as now; high, each time."""
    hit = shape(is_cache_hit=True, cached_input_tokens=160_000, cache_read_cost_usd=Decimal("0.08"),
                input_cost_usd=Decimal("0.2"), cost_usd=Decimal("2.28"))  # fmt: skip
    reading, missing = findings(hit, shape(calls=300, input_tokens=600_000, input_cost_usd=Decimal(3)))
    assert reading == {}
    assert share(missing["cache"]) == Ends(Decimal("0.2"), HALF, Decimal("0.8"))
    assert missing["cache"].setting is not None
    assert missing["cache"].setting.prices == {"input": Decimal("0.1")}


def test_repeats_are_saved_as_far_as_they_are_proven() -> None:
    proven, likely, possible = Ends(*map(Decimal, "111")), Ends(*map(Decimal, "011")), Ends(*map(Decimal, "001"))
    for again, expected in {"answer": proven, "hour": likely, "day": possible}.items():
        assert share(findings(shape(asked_again=again))[0]["memoize"]) == expected
    for again, expected in {"proven": proven, "position": likely}.items():
        assert share(findings(shape(paid_again=again))[0]["idempotent_step"]) == expected


def test_only_what_lies_far_beyond_the_usual_is_cut() -> None:
    """Half of the answers are within 512 tokens; 10 of 15,000 lie beyond 8, 4 and 2 times that."""
    runaway = shape(calls=10, output_tokens_to=16384, output_tokens=150_000)
    usual, found = findings(shape(), runaway)
    assert "output_limit" not in usual
    assert found["output_limit"].tokens_to == 2048
    cut = share(found["output_limit"])
    assert [round(1500 * end) for end in (cut.low, cut.expected, cut.high)] == [1500 - 410, 1500 - 205, 1500 - 102]
    assert "trim" in findings(shape(), shape(calls=5, input_tokens_to=8192, input_tokens=30_000))[1]
    assert "trim" not in findings(shape(), shape(calls=5, input_tokens_to=4096, input_tokens=15_000))[1]


def test_only_traffic_that_may_wait_goes_to_the_batch_tier() -> None:
    assert "batch" not in findings(shape())[0]
    assert share(findings(shape(traffic_source="eval"))[0]["batch"]) == Ends(*map(Decimal, "011"))
    assert share(findings(shape(traffic_source="ops"))[0]["batch"]) == Ends(*map(Decimal, "001"))
    assert "batch" not in findings(shape(traffic_source="eval", service_tier="batch"))[0]
    assert "batch" not in findings(shape(traffic_source="eval", price_model="of no list"))[0]


def test_a_step_goes_to_the_cheapest_model_that_passes() -> None:
    """At a tenth of the cost, or what that ratio may be; of what it gets wrong more often, none to the interval's end
    is paid again."""
    dear, good, bad = (Evidence("dear", 500, 450, Decimal(1), 1.0), Evidence("good", 500, 440, Decimal("0.1"), 1.0),
                       Evidence("bad", 500, 200, Decimal("0.01"), 1.0))  # fmt: skip
    [found] = findings(shape(), evidence=(dear, good, bad))
    assert found["route"].to_model == "good"
    setting = found["route"].setting
    assert setting is not None
    assert setting.prices == dict.fromkeys(PARTS, Decimal("0.1"))
    assert setting.again.expected == Decimal("0.02")
    assert setting.again.high == 0
    assert float(setting.again.low) == pytest.approx(0.0591, abs=5e-4)
    assert [float(setting.times.at(case)) for case in CASES] == pytest.approx([1.1320, 1, 1 / 1.1320], abs=5e-4)
    assert "good passed 440 of 500 evaluated tasks (85% to 91%)" in found["route"].words
    assert "a task of the former cost 0.1 times as much (0.088 to 0.11)" in found["route"].words


def test_thin_evidence_is_no_verdict() -> None:
    few, dear = Evidence("few", 29, 29, Decimal("0.01")), Evidence("dear", 50, 45, Decimal(1))
    good = Evidence("good", 50, 43, Decimal("0.1"), 1.0)
    [found] = findings(shape(), evidence=(dear, good, few))
    assert found["route"].setting is None
    assert found["route"].to_model == "good"
    assert "it may lose 17% of all tasks, and passes at 10% at most" in found["route"].words
    [found] = findings(shape(), evidence=(few, dear))
    assert found["route"].setting is None
    assert found["route"].words == "on dear: no verdict on few below 30 evaluated tasks of each (29 and 50 so far)"
    assert "route" not in findings(shape(), evidence=(dear,))[0]
    assert "route" not in findings(shape(traffic_source="eval"), evidence=(few, dear))[0]


def test_steps_are_apart_and_keep_their_evidence() -> None:
    one, other = shape(), shape(step="t")
    found = steps([one, other], {("o", "w", "t"): [Evidence("dear", 1, 1, None)]}, CARDS)
    assert [(step.shapes, len(step.evidence)) for step in found] == [([one], 0), ([other], 1)]


@pytest.mark.parametrize(
    ("cost", "parts"), [("5", ["1", "2", "2"]), ("3", ["1", "2", "0"]), ("1.5", ["0.5", "1", "0"])]
)
def test_parts_add_up_to_the_cost(cost: str, parts: list[str]) -> None:
    """Fees beside the tokens; and a provider that billed half of what they come to."""
    costs = shape(cost_usd=Decimal(cost)).costs()
    assert [costs[name] for name in ("input", "output", "other")] == [Decimal(part) for part in parts]
    assert sum(costs.values()) == Decimal(cost)


COUNT = st.integers(1, 10**6)
SHAPES = st.lists(
    st.builds(
        lambda calls, repeated, again, hit, to, long, usd, source: shape(
            calls=calls, paid_again=repeated, asked_again=again, is_cache_hit=hit, traffic_source=source,
            input_tokens_to=2**to, input_tokens=calls * 2**to, cached_input_tokens=calls if hit else 0,
            output_tokens_to=2**long, output_tokens=calls * 2**long, cost_usd=usd,
        ),
        COUNT, st.sampled_from(["no", "position", "proven"]), st.sampled_from(["no", "day", "hour", "answer"]),
        st.booleans(), st.integers(1, 16), st.integers(1, 16), st.decimals(0, 1000, places=12),
        st.sampled_from(["production", "eval", "ops"]),
    ),
    max_size=6,
)  # fmt: skip


EVALUATED = st.lists(
    st.builds(
        lambda successes, usd, variation: (successes, usd, variation),
        st.integers(320, 400), st.decimals("0.01", 2, places=12), st.floats(0, 0.5),
    ),
    min_size=2, max_size=2,
)  # fmt: skip


@given(SHAPES, EVALUATED)
def test_what_is_kept_is_what_was_observed(shapes: list[Shape], evaluated: list[tuple[int, Decimal, float]]) -> None:
    """Money and savings are the same after being kept; what levers leave as expected never exceeds the spend, nor does
    the saving of one of them; a route alone may turn out dearer at its far end."""
    names = ("dear", "other")
    evidence = [Evidence(name, 400, *said) for name, said in zip(names, evaluated, strict=True)]
    found = [one for step in steps(shapes, {("o", "w", "s"): evidence}, CARDS) for one in observed(step)]
    cases = list(kept.cases(kept.rows(found)))
    result = simulate(cases, list(LEVERS))
    assert result.spend_usd == sum(one.cost_usd for one in shapes)
    assert result.remaining_usd == simulate([one.case for one in found], list(LEVERS)).remaining_usd
    assert 0 <= result.remaining_usd.high <= result.remaining_usd.expected <= result.remaining_usd.low
    assert result.remaining_usd.expected <= result.spend_usd
    assert all(0 <= saving.usd.high <= result.spend_usd for saving in result.savings)
    assert all(saving.usd.expected >= 0 for saving in result.savings)
    others = simulate(cases, [lever for lever in LEVERS if lever != "route"])
    assert others.remaining_usd.low <= result.spend_usd
