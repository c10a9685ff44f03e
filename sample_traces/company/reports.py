"""The truth, report by report: sums over the facts, keyed like the marts, plus what a budget was meant to hold."""

from collections.abc import Callable
from decimal import Decimal

from sample_traces.company.events import Company
from sample_traces.company.facts import Placed, Row, is_judgeable, known_sum, quotient, spend_class, workflow_of


def _grouped(placed: list[Placed], key: Callable[[Placed], Row]) -> list[tuple[Row, list[Placed]]]:
    groups: dict[tuple[object, ...], tuple[Row, list[Placed]]] = {}
    for item in placed:
        row = key(item)
        groups.setdefault(tuple(row.values()), (row, []))[1].append(item)
    return list(groups.values())


def _place(item: Placed) -> Row:
    origin = item.run.origin
    return {"date": item.date, "organization": origin.organization, "environment": origin.environment}


def _work(item: Placed) -> Row:
    step = item.step.name or None
    return {**_place(item), "workflow_id": workflow_of(item.run), "step": step, "team": item.run.origin.team}


def traffic_split(placed: list[Placed]) -> list[Row]:
    """Calls and known spend by date, team, project and traffic source."""

    def key(item: Placed) -> Row:
        origin = item.run.origin
        return {**_place(item), "team": origin.team, "project": origin.project, "traffic_source": item.traffic_source}

    return [{**row, "calls": len(group), "cost_usd": known_sum(group)} for row, group in _grouped(placed, key)]


def spend_classes(placed: list[Placed]) -> list[Row]:
    """Calls and known spend by date, workflow, step, team, traffic source and class."""

    def key(item: Placed) -> Row:
        return {**_work(item), "traffic_source": item.traffic_source, "spend_class": spend_class(item)}

    return [{**row, "calls": len(group), "cost_usd": known_sum(group)} for row, group in _grouped(placed, key)]


def retry_waste(placed: list[Placed]) -> list[Row]:
    """Waste by date, workflow, step and team."""
    rows = []
    for row, group in _grouped(placed, _work):
        waste = [item for item in group if spend_class(item) == "retry_duplicate"]
        at_once = [item for item in group if item.call.evidence == "concurrent"]
        row |= {
            "retry_duplicate_calls": len(waste),
            "retry_duplicate_cost_usd": known_sum(waste),
            "concurrent_identical_cost_usd": known_sum(at_once),
            "judgeable_cost_usd": known_sum([item for item in group if is_judgeable(item)]),
            "cost_usd": known_sum(group),
        }
        rows.append(row)
    return rows


TASK_KEY = (
    "task_date", "organization", "environment", "workflow_id", "team", "project", "prompt_version", "traffic_source",
)  # fmt: skip


def cost_per_successful_task(tasks: list[Row]) -> list[Row]:
    """Tasks, outcomes and spend per group of tasked tasks. Quotients are rounded half up to 12 decimals."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for task in tasks:
        if task["is_tasked"]:
            groups.setdefault(tuple(task[name] for name in TASK_KEY), []).append(task)
    return [{**dict(zip(TASK_KEY, key, strict=True)), **_cost_figures(group)} for key, group in groups.items()]


def _cost_figures(tasks: list[Row]) -> Row:
    successes = [t for t in tasks if t["outcome"] == "success"]
    unknown = [t for t in tasks if t["outcome"] == "unknown"]
    known = [t for t in tasks if t["outcome"] != "unknown" and not t["unknown_cost_calls"]]
    cost = _sum(tasks)
    known_successes = sum(t["outcome"] == "success" for t in known)
    return {
        "tasks": len(tasks),
        "successes": len(successes),
        "failures": len(tasks) - len(successes) - len(unknown),
        "unknown_outcomes": len(unknown),
        "unknown_cost_tasks": sum(bool(t["unknown_cost_calls"]) for t in tasks),
        "zero_cost_tasks": sum(not t["cost_usd"] and not t["unknown_cost_calls"] for t in tasks),
        "pending": 0,
        "cost_usd": cost,
        "cost_per_successful_task_usd": quotient(cost, len(successes)),
        "known_cost_per_successful_task_usd": quotient(_sum(known), known_successes),
        "bound_low_usd": quotient(cost, len(successes) + len(unknown)),
        "bound_high_usd": quotient(cost, len(successes)),
    }


def _sum(tasks: list[Row]) -> Decimal:
    return sum((t["cost_usd"] for t in tasks), Decimal(0))


def data_quality(placed: list[Placed], tasks: list[Row]) -> list[Row]:
    """Rows and their known spend by date and check; days without a finding have no row."""
    checks: dict[str, Callable[[Placed], bool]] = {
        "unpriced_model": lambda item: item.is_unpriced,
        "unknown_traffic": lambda item: item.traffic_source == "unknown",
        "unknown_usage": lambda item: item.call.usage is None,
    }
    rows: list[Row] = []
    for check, holds in checks.items():
        found = _grouped([item for item in placed if holds(item)], _place)
        rows += [{**row, "check": check, "rows": len(group), "cost_usd": known_sum(group)} for row, group in found]
    return rows + _unknown_outcomes(tasks)


def _unknown_outcomes(tasks: list[Row]) -> list[Row]:
    groups: dict[tuple[object, ...], list[Row]] = {}
    for task in tasks:
        if task["is_tasked"] and task["outcome"] == "unknown":
            groups.setdefault((task["task_date"], task["organization"], task["environment"]), []).append(task)
    return [
        {"date": day, "organization": organization, "environment": environment,
         "check": "unknown_outcome", "rows": len(group), "cost_usd": _sum(group)}
        for (day, organization, environment), group in groups.items()
    ]  # fmt: skip


def budget_months(company: Company, placed: list[Placed]) -> list[Row]:
    """What each declared budget spent in each UTC calendar month of the history (known spend, every traffic source)."""
    fields: dict[str, Callable[[Placed], str | None]] = {
        "team": lambda item: item.run.origin.team,
        "workflow": lambda item: workflow_of(item.run),
        "organization": lambda item: item.run.origin.organization,
    }
    rows = []
    for budget in company.budgets:
        inside = [item for item in placed if fields[budget.scope_kind](item) == budget.scope]
        for row, group in _grouped(inside, lambda item: {"period": f"{item.date:%Y-%m}"}):
            rows.append(
                {"budget": budget.name, "scope_kind": budget.scope_kind, "scope": budget.scope, **row,
                 "limit_usd": budget.limit_usd, "spent_usd": known_sum(group)}
            )  # fmt: skip
    return rows
