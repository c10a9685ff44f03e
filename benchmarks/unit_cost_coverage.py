"""How often the 95 % intervals of `rpt_unit_cost_trend` hold the truth, and what few runs a day do to them.

`python -m benchmarks.unit_cost_coverage [SERIES]` prints both tables of docs/cost-change.md. Volume and unit cost are
simulated with AR(1) noise of equal memory, quiet weekends, a known elasticity and a known trend; the mart's own SQL
judges them.
"""

import sys

import duckdb
import numpy as np

from tests.dbt_project.test_unit_cost import judged, series

ELASTICITY, TREND = 0.2, 0.001
AT_ONCE = 500
SPREAD_OF_LOGS = float(np.sqrt(np.log(2)))  # the spread of such a lognormal equals its mean


def main(wanted: int) -> None:
    """Both tables, each line from at least ``wanted`` series."""
    with duckdb.connect() as database:
        _say("days", "memory of the noise", "elasticity held, %", "trend held, %")
        _say(*["---"] * 4)
        for days in (28, 60, 90):
            for memory in (0.0, 0.3, 0.6, 0.8):
                held = _coverage(database, days, memory, wanted)
                _say(days, memory, *(f"{100 * share:.1f}" for share in held))
        _say("runs a day", "mean elasticity", "interval above 0, %", "below 0, %")
        _say(*["---"] * 4)
        for runs in (10, 20, 50, 200):
            mean, above, below = _without_elasticity(database, runs, wanted)
            _say(runs, f"{mean:.3f}", f"{100 * above:.1f}", f"{100 * below:.1f}")


def _say(*cells: object) -> None:
    sys.stdout.write("| " + " | ".join(str(cell) for cell in cells) + " |\n")
    sys.stdout.flush()


def _coverage(database: duckdb.DuckDBPyConnection, days: int, memory: float, wanted: int) -> list[float]:
    truth = {"elasticity": ELASTICITY, "trend_30_days": float(np.expm1(30 * TREND))}
    rng, rows = np.random.default_rng(17), list[dict[str, object]]()
    while len(rows) < wanted:
        noisy = [series(rng, days, elasticity=ELASTICITY, trend=TREND, memory=memory) for _ in range(AT_ONCE)]
        rows += judged(database, noisy)
    return [
        float(np.mean([_number(row, f"{name}_low") <= true <= _number(row, f"{name}_high") for row in rows]))
        for name, true in truth.items()
    ]


def _without_elasticity(database: duckdb.DuckDBPyConnection, runs: int, wanted: int) -> tuple[float, float, float]:
    """Mean elasticity found in ninety days of runs whose costs know nothing of volume; shares of intervals off 0."""
    rng, rows = np.random.default_rng(17), list[dict[str, object]]()
    while len(rows) < wanted:
        rows += judged(database, [_uneven(rng, runs) for _ in range(AT_ONCE)])
    lows, highs = ([_number(row, f"elasticity_{end}") for row in rows] for end in ("low", "high"))
    found = float(np.mean([_number(row, "elasticity") for row in rows]))
    return found, float(np.mean(np.array(lows) > 0)), float(np.mean(np.array(highs) < 0))


def _uneven(rng: np.random.Generator, runs: int) -> np.ndarray:
    """Ninety days of about so many runs, fewer at weekends, each of a lognormal cost."""
    day = np.arange(90)
    counts = np.maximum(rng.poisson(runs * np.where(day % 7 < 5, 7 / 5.8, 0.4 * 7 / 5.8)), 1)
    costs = [rng.lognormal(-3, SPREAD_OF_LOGS, count).sum() for count in counts]
    return np.column_stack([day, counts, costs])


def _number(row: dict[str, object], name: str) -> float:
    value = row[name]
    assert isinstance(value, float), f"{name} is {value!r}"
    return value


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
