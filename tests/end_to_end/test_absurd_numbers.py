"""A sender's absurd number stays that sender's problem: it is flagged, and nobody's sums or builds suffer."""

from decimal import Decimal
from pathlib import Path

from sample_traces.otlp import Sent, Value, pack, span
from spanledger.building.build import Builder
from tests.lake import land, open_warehouse

START = 1_790_000_000_000_000_000
CHAT: dict[str, Value] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}


def chat(number: int, **more: Value) -> Sent:
    attributes = CHAT | {name.replace("__", "."): value for name, value in more.items()}
    made = span(f"{number:032x}", f"{number:016x}", None, "chat", (START, START + 10**9), attributes)
    return Sent((("service.name", "s"),), ("t", "1"), made)


def test_absurd_numbers_are_flagged_and_change_no_sum(tmp_path: Path) -> None:
    tokens = ("gen_ai__usage__input_tokens", "gen_ai__usage__output_tokens")
    sent = [
        chat(1, **dict(zip(tokens, (2000, 500), strict=True))),
        chat(2, **dict(zip(tokens, (2**63 - 1, 500), strict=True))),
        chat(3, **dict(zip(tokens, (-5, 500), strict=True))),
        chat(4, **dict(zip(tokens, (2000, 500), strict=True)), spanledger__cost_usd=1e300),
        chat(5, **dict(zip(tokens, (2000, 500), strict=True)), spanledger__cost_usd=5e11),
        chat(6, **dict(zip(tokens, (2000, 500), strict=True)), spanledger__cost_usd=float("nan")),
        chat(7, **dict(zip(tokens, (2000, 500), strict=True)), spanledger__cost_usd="n/a"),
    ]
    land(pack(sent, 10), tmp_path)
    Builder(tmp_path, tmp_path / "lake").build()
    with open_warehouse(tmp_path) as warehouse:
        calls, cost = warehouse.execute("select count(*), sum(cost_usd) from fct_calls").fetchall()[0]
        flagged = warehouse.execute(
            "select span_id[-1:], usage_error, cost_error from fct_calls "
            "where usage_error is not null or cost_error is not null order by 1"
        ).fetchall()
        listed = warehouse.execute(
            'select "check", rows from rpt_data_quality where "check" like \'%_in_error\' order by 1'
        ).fetchall()
    # 2,000 and 500 tokens at $2.50 and $10 a million are one cent; a bad cost does not take it away
    assert (calls, cost) == (7, Decimal("0.05"))
    no_amount = "spanledger.cost_usd is not an amount of dollars: "
    assert flagged == [
        ("2", "a count is beyond 1152921504606846976", None),
        ("3", "input_tokens is negative", None),
        ("4", None, f"{no_amount}1e+300"),
        ("5", None, "reported cost is 500000000000.000000000000"),
        ("6", None, f"{no_amount}nan"),
        ("7", None, f"{no_amount}n/a"),
    ]
    assert listed == [("cost_in_error", 4), ("usage_in_error", 2)]


def test_parts_whose_whole_nobody_said_are_priced_at_least_and_stop_no_build(tmp_path: Path) -> None:
    """Read from a cache at $1.25 a million, output at $10; counts that contradict each other have no price."""
    usage = "gen_ai__usage__"
    sent = [
        chat(1, **{f"{usage}cache_read__input_tokens": 400, f"{usage}output_tokens": 10}),
        chat(2, **{f"{usage}reasoning__output_tokens": 50, f"{usage}input_tokens": 10}),
        chat(3, **{f"{usage}cache_read__input_tokens": 400}),
    ]
    land(pack(sent, 10), tmp_path)
    Builder(tmp_path, tmp_path / "lake").build()
    with open_warehouse(tmp_path) as warehouse:
        calls = warehouse.execute("select span_id[-1:], cost_usd, cost_source from fct_calls order by 1").fetchall()
        lines = warehouse.execute("select sum(effective_cost_usd), min(quantity) from fct_call_charges").fetchall()
    assert calls == [
        ("1", Decimal("0.0006"), "computed"),
        ("2", Decimal("0.000525"), "computed"),
        ("3", None, "usage unknown"),
    ]
    assert lines == [(Decimal("0.001125"), Decimal(10))]
