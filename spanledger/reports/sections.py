"""Parts that several reports have: what was wasted, budgets, alerts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app import budget_words, currency, figures
from app.filters import text
from app.palette import SPEND_CLASS, WASTE_CLASSES
from spanledger.reports.asking import Asking
from spanledger.reports.document import Bar, Points, Ranking, Section, Table

Row = Mapping[str, Any]
ZERO = Decimal(0)


def waste(asking: Asking, spend: Row) -> Section:
    """What was paid twice or for nothing: by class, and where."""
    classes = [row for row in asking.rows("spend_classes") if row["spend_class"] in WASTE_CLASSES and row["cost_usd"]]
    wasted = sum((row["cost_usd"] for row in classes), ZERO)
    if not wasted:
        return Section("Nothing was wasted on retries and errors", ())
    share = figures.share(wasted, spend["cost_usd"] or None)
    steps = asking.rows("waste_steps")
    ranking = Ranking(tuple(map(_waste_class, classes)), "waste by class")
    where = Table(("Workflow", "Step", "Wasted", "Of its spend"), tuple(map(_step, steps[:5])), frozenset((2, 3)))
    title = f"{figures.money(wasted)} ({share}) was paid twice or for nothing, most of it in {text(_worst(steps))}"
    return Section(title, (ranking, where))


def _waste_class(row: Row) -> Bar:
    name, usd = row["spend_class"], row["cost_usd"]
    return Bar(name.replace("_", " "), usd, figures.money(usd), SPEND_CLASS[name])


def _step(row: Row) -> tuple[str, ...]:
    wasted, of = figures.money(row["waste_usd"]), figures.share(row["waste_usd"], row["cost_usd"] or None)
    return text(row["workflow_id"]), text(row["step"]), wasted, of


def _worst(steps: Sequence[Row]) -> Any:
    sums: dict[Any, Decimal] = {}
    for row in steps:
        sums[row["workflow_id"]] = sums.get(row["workflow_id"], ZERO) + row["waste_usd"]
    return max(sums, key=lambda name: sums[name])


def budgets(asking: Asking) -> Section | None:
    """Budgets whose period touches the report's, nearest to their limits first; None where there is none."""
    rows = asking.rows("period_budgets")
    if not rows:
        return None
    beyond = [row for row in rows if row["state"] in budget_words.STOPPED]
    warned = [row for row in rows if row["state"] not in (*budget_words.STOPPED, "ok")]
    if beyond:
        title = f"{len(beyond)} of {len(rows)} budgets stopped or exceeded: {', '.join(_names(beyond))}"
    elif warned:
        title = f"{len(warned)} of {len(rows)} budgets near the limit: {', '.join(_names(warned))}"
    else:
        title = "All budgets within their limits" if len(rows) > 1 else "The budget is within its limit"
    lines = tuple(_budget(row) for row in rows[:12])
    head = ("Budget", "Period", "Spent", "Used", "State", "Expected at its end", "Over?")
    note = f"{len(rows) - 12} more on the page Budgets." if len(rows) > 12 else ""
    table = Table(head, lines, frozenset((3, 5, 6)), None, note, frozenset((1, 5)))
    return Section(title, (table.without(figures.UNKNOWN),))


def _names(rows: Sequence[Row]) -> list[str]:
    names = [row["budget_id"] for row in rows[:3]]
    return [*names, *([f"{len(rows) - 3} more"] if len(rows) > 3 else [])]


def _budget(row: Row) -> tuple[str, ...]:
    ahead = figures.money(row["forecast_usd"]) if row["is_open"] else figures.UNKNOWN
    over = figures.share(row["probability_over"]) if row["is_open"] else figures.UNKNOWN
    return (
        row["budget_id"] + _counter(row["counter_key"]),
        _window(row),
        budget_words.spent({**row, "limit_in_force": row["limit_amount"]}),
        figures.share(row["share_used"]),
        budget_words.STATES[row["state"]][0],
        ahead,
        over,
    )


def _counter(key: str) -> str:
    """Which of a budget's counters: ` (user ann)`; nothing where it has one."""
    values = budget_words.values_of(key).items()
    said = (f"{budget_words.FILTERS.get(name, name)} {value or 'not given'}" for name, value in values)
    return f" ({', '.join(said)})" if key else ""


def _window(row: Row) -> str:
    """Its period with the day it began on, where it has one: `week from 9 Nov`."""
    if row["window_start"] is None or row["window_kind"] == "rolling":
        return budget_words.window(row)
    local = row["window_start"].astimezone(ZoneInfo(row["time_zone"]))
    return f"{row['window_kind']} {'of' if row['window_kind'] == 'day' else 'from'} {local:%-d %b}"


def alerts(asking: Asking) -> Section | None:
    """What began to fire in the period; None where nothing did, and for a team or workflow: alerts do not know them."""
    if asking.filters.get("team") or asking.filters.get("workflow"):
        return None
    rows = asking.rows("period_alerts")
    if not rows:
        return None
    items = tuple(
        (
            f"{row['severity'].capitalize()}: {currency.told_in_dollars(row['summary'])}",
            f"since {row['since_at']:%a %-d %b %H:%M} UTC; {_end(row)}",
        )
        for row in rows
    )
    return Section(_began(len(rows), sum(row["state"] == "firing" for row in rows)), (Points(items),))


def _began(alerts: int, firing: int) -> str:
    """How many began, and how many of them still fire."""
    if alerts == 1:
        return "One alert began, still firing" if firing else "One alert began and is over"
    still = f"{'all' if firing == alerts else firing} still firing" if firing else "none of them fires any more"
    return f"{alerts} alerts began, {still}"


def _end(row: Row) -> str:
    if row["state"] == "firing":
        return f"still firing when the build was made (incident {row['incident_id']})"
    return f"over at {row['recovered_at']:%a %-d %b %H:%M} UTC"
