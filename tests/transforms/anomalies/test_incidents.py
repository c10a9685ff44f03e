"""Incidents: consecutive hours are one row, and what a wider scope's incident explains has none of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from transforms.anomalies.drivers import Driver
from transforms.anomalies.incidents import Flag, Incident, clusters, gathered, told

START = datetime(2026, 11, 10, tzinfo=UTC)


def flag(hour: int, kind: str = "organization", scope: str = "acme", usd: int = 10, grain: str = "hour") -> Flag:
    amounts = (Decimal(usd), Decimal(1), Decimal(0), Decimal(2))
    return Flag("acme", "prod", kind, scope, grain, START + timedelta(hours=hour), *amounts, 9.0, "pattern")


def parts(*of: tuple[str, str, int]) -> Sequence[Driver]:
    return [Driver(kind, name, Decimal(usd), 0.0, float(usd)) for kind, name, usd in of]


def nothing(incident: Incident) -> Sequence[Driver]:
    return []


def test_hours_up_to_a_day_apart_are_one_incident() -> None:
    found = gathered([flag(hour) for hour in (0, 1, 5, 29, 54)])
    assert [[one.at.hour + 24 * (one.at.day - 10) for one in incident.flags] for incident in found] == [
        [0, 1, 5, 29],
        [54],
    ]
    assert found[0].excess_usd == 36


def test_a_child_that_drives_its_parent_has_no_row() -> None:
    [cluster] = clusters(gathered([flag(2), flag(2, "workflow", "wf-014"), flag(2, "team", "finance")]))
    drivers = parts(("workflow", "wf-014", 9), ("team", "finance", 9))
    [row] = told(cluster, lambda incident: drivers)
    assert row.head.scope_kind == "organization"
    assert row.drivers == tuple(drivers)


def test_a_child_that_explains_little_of_its_parent_keeps_its_row() -> None:
    [cluster] = clusters(gathered([flag(2, usd=100), flag(2, "workflow", "wf-2")]))
    rows = told(cluster, lambda incident: parts(("workflow", "wf-1", 90)))
    assert [(row.head.scope_kind, row.head.scope) for row in rows] == [("organization", "acme"), ("workflow", "wf-2")]


def test_a_day_is_explained_by_its_hours_and_not_the_reverse() -> None:
    [cluster] = clusters(gathered([flag(0, grain="day", usd=12), flag(2)]))
    assert [row.head.grain for row in told(cluster, nothing)] == ["hour"]
    [cluster] = clusters(gathered([flag(0, grain="day", usd=100), flag(2)]))
    assert [row.head.grain for row in told(cluster, nothing)] == ["day", "hour"]


def test_other_times_and_other_places_explain_nothing() -> None:
    elsewhere = Flag("acme", "staging", *list(vars(flag(2)).values())[2:])
    assert len(clusters(gathered([flag(2), elsewhere, flag(40, "team", "finance")]))) == 3
