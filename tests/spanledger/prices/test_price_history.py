"""What was known when: rates that come, go and come back, with many changes in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from spanledger.prices.price_history import PriceHistory
from transforms.pricing.prices import Rate

ONE = Rate("test", "m", "input", Decimal("0.000001"))
TWO = replace(ONE, unit_price_usd=Decimal("0.000002"))
START = datetime(2026, 10, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def test_a_correction_of_a_correction_has_three_intervals_of_knowledge(tmp_path: Path) -> None:
    history = PriceHistory(tmp_path)
    for day, rates in enumerate(([ONE], [TWO], [TWO], [ONE])):
        known = history.learn(rates, at(day))
    rows = [(row["unit_price_usd"], row["known_at"], row["withdrawn_at"]) for row in known.to_pylist()]
    assert rows == [
        (ONE.unit_price_usd, at(0), at(1)),
        (TWO.unit_price_usd, at(1), at(3)),
        (ONE.unit_price_usd, at(3), None),
    ]


def test_nothing_known_is_no_row(tmp_path: Path) -> None:
    assert len(PriceHistory(tmp_path).learn([], START)) == 0
