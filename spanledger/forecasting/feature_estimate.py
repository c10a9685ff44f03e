"""A feature's cost from past tasks like it: the explorer's own questions, put to the published build."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import duckdb

from app import questions
from app.filters import Filters, as_parameters
from spanledger.exits import NOTHING_PUBLISHED, Failure
from transforms.feature_estimates import ASKED, Reference, Total, evidence_of, named, reference, total_cost

MOST_SHOWN = 1000
SHARES = {"p2_5_usd": 0.025, "p10_usd": 0.1, "p50_usd": 0.5, "p90_usd": 0.9, "p97_5_usd": 0.975}


@dataclass(frozen=True)
class Planned:
    """What is planned, and where past tasks are looked for. `asked` holds some of `ASKED`, `filters` of the pages'."""

    tasks: int
    days: int
    traffic_source: str
    asked: Mapping[str, Any]
    step: str | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """The reference class with what the build says of each group, and the totals of one and of all planned tasks."""

    past: Reference
    groups: list[dict[str, Any]]
    one: Total | None
    all: Total | None


def find(connection: duckdb.DuckDBPyConnection, planned: Planned) -> Found:
    """Ask the build and estimate. Raises Failure where it holds no call."""
    groups = _rows(connection, "past_tasks", _parameters(connection, planned))
    words = {name: value if isinstance(value, str) else named(value) for name, value in planned.asked.items()}
    past = reference(words, evidence_of(groups))
    return Found(past, groups, total_cost(past, 1), total_cost(past, planned.tasks))


def nearest(connection: duckdb.DuckDBPyConnection, planned: Planned, found: Found) -> list[dict[str, Any]]:
    """The newest tasks of the narrowest class that has some, `MOST_SHOWN` at most."""
    if not found.past.rings:
        return []
    extra = {"of_kept": found.past.rings[0].evidence.kept, "most": MOST_SHOWN}
    return _rows(connection, "past_task_list", _parameters(connection, planned) | extra)


def rows(planned: Planned, found: Found) -> list[dict[str, Any]]:
    """One for a single task and one for all of them: quantiles in US dollars, and what they rest on."""
    totals = [found.one] if planned.tasks == 1 else [found.one, found.all]
    return [
        {
            "planned": found.past.asked,
            "tasks": total.tasks,
            "similar_past_tasks": total.similar,
            "similar_weight": round(total.weight, 4),
            "wider_past_tasks": sum(ring.evidence.tasks for ring in found.past.rings if ring.dropped),
        }
        | {name: round(total.quantile(share), 6) for name, share in SHARES.items()}
        for total in totals
        if total is not None
    ]


def _parameters(connection: duckdb.DuckDBPyConnection, planned: Planned) -> dict[str, Any]:
    extent = _rows(connection, "extent", {})[0]
    if not extent["calls"]:
        raise Failure("the published build holds no call yet; send spans and run `spanledger build`", NOTHING_PUBLISHED)
    wanted = {f"for_{name}": planned.asked.get(name) for name in ASKED}
    return wanted | {
        "first": extent["last_day"] - timedelta(days=planned.days - 1),
        "last": extent["last_day"],
        "until_at": extent["until_at"],
        "of_source": planned.traffic_source,
        "of_step": planned.step,
        **as_parameters(Filters(chosen=planned.filters)),
    }


def _rows(connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = questions.sql(name)
    answer = connection.execute(text, questions.bound(text, parameters, f"queries/{name}.sql"))
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
