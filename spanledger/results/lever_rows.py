"""`rpt_lever_usage`: the calls of the last days with what each lever could do; `rpt_opportunities`: what that saves by
lever, step and model.

Each build works them out anew from daily sums (`rpt_call_shapes`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import pyarrow as pa

from spanledger.results import evaluations
from spanledger.results.table import Work, question
from transforms.columns import MONEY
from transforms.simulation import kept
from transforms.simulation.levers import LEVERS
from transforms.simulation.observing import STANDARD, observed
from transforms.simulation.sequence import simulate
from transforms.simulation.shapes import Prices, Shape, ratio, steps

DAYS = 30
BATCH = "batch"
ByModel = dict[tuple[str | None, str | None], Prices]
SCHEMA = pa.schema(
    [
        *((name, pa.date32()) for name in ("first_date", "last_date")),
        *((name, pa.string()) for name in (*kept.KEY, "kind", "to_model")),
        ("tokens_to", pa.int64()),
        *((name, pa.int64()) for name in ("calls", "unknown_cost_calls")),
        *((f"{name}_usd", MONEY) for name in ("cost", "saving", "low", "high", "sequential_saving")),
        ("evidence", pa.string()),
    ]
)


def make_usage(work: Work) -> pa.Table:
    """The calls of the last `DAYS` days."""
    shapes = work.connection.execute(question("call_shapes"), {"days": DAYS}).to_arrow_table().to_pylist()
    found = steps(map(Shape.of, shapes), evaluations.read(work.connection), _prices(work))
    rows = kept.rows(one for step in found for one in observed(step))
    return pa.Table.from_pylist(rows, schema=kept.SCHEMA)


def make(work: Work) -> pa.Table:
    """What each lever saves alone, and after those before it in their usual order."""
    usage = work.connection.execute(question("lever_usage")).to_arrow_table().to_pylist()
    looked_at = {of: {"first_date": first, "last_date": last} for of, first, last in _days(work)}
    rows = [
        row | looked_at[key[0]]
        for key, group in groupby(usage, key=lambda row: tuple(row[name] for name in kept.KEY))
        for row in _opportunities(dict(zip(kept.KEY, key, strict=True)), list(group))
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _days(work: Work) -> Iterator[tuple[str, date, date]]:
    """Of each organization, the first and last day looked at: its last `DAYS`, or as many as it has."""
    extent = "select organization, min(date), max(date) from main.rpt_call_shapes group by all"
    for organization, first, last in work.connection.execute(extent).fetchall():
        yield organization, max(first, last - timedelta(days=DAYS - 1)), last


def _opportunities(key: Mapping[str, Any], usage: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    cases = list(kept.cases(usage))
    in_sequence = {saving.lever: saving.usd.expected for saving in simulate(cases, list(LEVERS)).savings}
    for lever in LEVERS:
        found = [(row, one) for row in usage for one in row["levers"] if one["lever"] == lever]
        if not found:
            continue
        [alone] = simulate(cases, [lever]).savings
        is_told = any(one["share_low"] is not None for _, one in found)
        if is_told and not max(alone.usd.expected, alone.usd.high) > 0:
            continue
        yield {
            **key,
            "kind": lever,
            **{name: found[0][1][name] for name in ("to_model", "tokens_to")},
            **{name: sum(row[name] for row, _ in found) for name in ("calls", "unknown_cost_calls")},
            "cost_usd": sum(sum(case.costs.values()) for case in kept.cases([row for row, _ in found])),
            "saving_usd": alone.usd.expected if is_told else None,
            "low_usd": min(alone.usd.low, alone.usd.expected) if is_told else None,
            "high_usd": max(alone.usd.high, alone.usd.expected) if is_told else None,
            "sequential_saving_usd": in_sequence[lever] if is_told else None,
            "evidence": _words(found),
        }


def _words(found: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> str:
    calls: Counter[str] = Counter()
    for row, one in found:
        calls[one["words"]] += row["calls"]
    return "; ".join(f"{count:,} {'call' if count == 1 else 'calls'} {words}" for words, count in calls.most_common())


def _prices(work: Work) -> ByModel:
    cards: defaultdict[tuple[str, str], dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for provider, model, kind, tier, price in work.connection.execute(question("lever_prices")).fetchall():
        cards[provider, model][kind, tier] = price
    return {model: _multiples(card) for model, card in cards.items()}


def _multiples(card: Mapping[tuple[str, str], Decimal]) -> Prices:
    batch = {
        kind: ratio(price, card[kind, STANDARD])
        for (kind, tier), price in card.items()
        if tier == BATCH and card.get((kind, STANDARD), 0) > 0
    }
    fresh, read = card.get(("input", STANDARD), Decimal(0)), card.get(("cache_read", STANDARD))
    return Prices(batch, ratio(read, fresh) if read is not None and fresh > 0 else None)
