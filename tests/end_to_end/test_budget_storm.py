"""Concurrent clients, kill -9 and restarts: a budget is never overspent and nothing is promised for ever."""

from pathlib import Path

from tests.end_to_end.budget_storm import storm


def test_a_budget_holds_through_kills(tmp_path: Path) -> None:
    balance = storm(tmp_path, clients=12, seconds=3, kills=2, limit_usd=100, seed=7)
    assert balance.is_right, balance
    assert balance.denied > 0, "the budget was never reached, so nothing was shown"
    assert balance.lost_answers > 0
    assert 90 < balance.most_used_usd <= 100
