"""`rpt_anomalies`: one row per incident, told from the flags, with what drove it.

What an earlier build said of an incident is taken over while its flags and the days it was compared with are the same.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from spanledger import anomaly_notes
from spanledger.anomaly_notes import Note
from spanledger.results.anomaly_flags import EPOCH, touched_days
from spanledger.results.table import Work, question
from transforms.anomalies.drivers import PARTS, Amounts, Driver, Leaf, drivers
from transforms.anomalies.incidents import LENGTH, Flag, Incident, clusters, gathered, told

COMPARED_DAYS = {"hour": 14, "day": 28}
USER_SHARE = Decimal("0.5")
"""A user is named who spent at least this share of an incident."""
AMOUNTS = ("calls", "input_tokens", "output_tokens", "input_usd", "output_usd")
MONEY = pa.decimal128(28, 12)
DRIVER = pa.struct(
    [
        ("kind", pa.string()),
        ("name", pa.string()),
        ("change_usd", MONEY),
        ("expected", pa.float64()),
        ("actual", pa.float64()),
    ]
)
SCHEMA = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("anomaly_id", "organization", "environment", "scope_kind", "scope", "grain")
        ),
        *((name, pa.timestamp("us", "UTC")) for name in ("first_at", "last_at")),
        ("steps", pa.int64()),
        *((f"{name}_usd", MONEY) for name in ("actual", "expected", "low", "high", "excess")),
        ("score", pa.float64()),
        ("basis", pa.string()),
        ("is_ongoing", pa.bool_()),
        ("acknowledged_at", pa.timestamp("us", "UTC")),
        ("acknowledged_by", pa.string()),
        ("note", pa.string()),
        ("drivers", pa.list_(DRIVER)),
    ]
)
Known = dict[frozenset[Flag], dict[str, tuple[Driver, ...]]]
"""Of each cluster of the build before: the drivers of its incidents, by their id."""


def make(work: Work) -> pa.Table:
    """The incidents of all flags."""
    work.connection.execute(question("incident_scope"))
    latest, known, touched = _latest(work), _known(work), [EPOCH + timedelta(days=day) for day in touched_days(work)]
    rows: list[dict[str, Any]] = []
    for cluster in clusters(gathered(_flags(work, "main", "facts.anomaly_flags"))):
        said = known.get(_key(cluster))
        is_same = said is not None and not any(_compared_from(cluster) <= day <= _last_day(cluster) for day in touched)
        rows += [
            _row(incident, latest)
            for incident in told(cluster, _taken_over(said) if said and is_same else _asked(work))
        ]
    notes = anomaly_notes.read(work.data)
    return pa.Table.from_pylist([row | _noted(notes, row) for row in rows], schema=SCHEMA)


def _noted(notes: Sequence[Note], row: dict[str, Any]) -> dict[str, Any]:
    note = anomaly_notes.latest(notes, row["anomaly_id"], row["organization"])
    return {"acknowledged_at": note.said_at, "acknowledged_by": note.by, "note": note.note} if note else {}


def anomaly_id(flag: Flag) -> str:
    """What an incident is called: its scope, grain and first flag."""
    parts = (flag.organization, flag.environment, flag.scope_kind, flag.scope, flag.grain, flag.at.isoformat())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def _key(cluster: Sequence[Incident]) -> frozenset[Flag]:
    return frozenset(flag for incident in cluster for flag in incident.flags)


def _compared_from(cluster: Sequence[Incident]) -> date:
    """The first day that any incident of the cluster is compared with."""
    return min(incident.head.at.date() - timedelta(days=COMPARED_DAYS[incident.head.grain]) for incident in cluster)


def _last_day(cluster: Sequence[Incident]) -> date:
    return max(incident.flags[-1].at.date() for incident in cluster)


def _flags(work: Work, source: str, table: str) -> Iterator[Flag]:
    prefix = "" if source == "main" else f"{source}."
    rows = work.connection.execute(f"select * exclude (flagged_at), flagged_at as at from {prefix}{table}")
    for row in rows.to_arrow_table().to_pylist():
        yield Flag(**row | {"at": row["at"].astimezone(UTC)})


def _known(work: Work) -> Known:
    if not work.is_carried:
        return {}
    rows = work.connection.execute("select anomaly_id, drivers from previous.main.rpt_anomalies").to_arrow_table()
    said = {row["anomaly_id"]: tuple(Driver(**one) for one in row["drivers"]) for row in rows.to_pylist()}
    found: Known = {}
    for cluster in clusters(gathered(_flags(work, "previous", "facts.anomaly_flags"))):
        ids = [anomaly_id(incident.head) for incident in cluster]
        found[_key(cluster)] = {name: said[name] for name in ids if name in said}
    return found


def _taken_over(said: dict[str, tuple[Driver, ...]]) -> Callable[[Incident], Sequence[Driver]]:
    return lambda incident: said[anomaly_id(incident.head)]


def _asked(work: Work) -> Callable[[Incident], Sequence[Driver]]:
    def drivers_of(incident: Incident) -> Sequence[Driver]:
        scope = _scope(incident)
        return [*drivers(_leaves(work, incident, scope), incident.head.scope_kind), *_user(work, incident, scope)]

    return drivers_of


def _scope(incident: Incident) -> dict[str, Any]:
    head = incident.head
    hours = [
        flag.at + timedelta(hours=number)
        for flag in incident.flags
        for number in range(LENGTH[head.grain] // LENGTH["hour"])
    ]
    return {
        "organization": head.organization,
        "environment": head.environment,
        "kind": head.scope_kind,
        "scope": head.scope,
        "hours": hours,
        "last": incident.flags[-1].at.date(),
    }


def _leaves(work: Work, incident: Incident, scope: dict[str, Any]) -> list[Leaf]:
    first = incident.head.at.date()
    days = {
        "before_first": first - timedelta(days=COMPARED_DAYS[incident.head.grain]),
        "before_last": first - timedelta(days=1),
    }
    sides: dict[tuple[str | None, ...], dict[bool, Amounts]] = {}
    for row in work.connection.execute(question("incident_leaves"), scope | days).to_arrow_table().to_pylist():
        parts = tuple(row[part] for part in PARTS)
        sides.setdefault(parts, {})[row["is_actual"]] = Amounts(*(row[name] for name in AMOUNTS))
    return [
        Leaf(dict(zip(PARTS, parts, strict=True)), of.get(False, Amounts()), of.get(True, Amounts()))
        for parts, of in sides.items()
    ]


def _user(work: Work, incident: Incident, scope: dict[str, Any]) -> Iterator[Driver]:
    parameters = scope | {"first": incident.head.at.date()}
    for name, spent, whole in work.connection.execute(question("incident_user"), parameters).fetchall():
        if spent is not None and spent >= USER_SHARE * whole > 0:
            yield Driver("user", name, spent, None, float(spent))


def _latest(work: Work) -> dict[tuple[str, str | None], datetime]:
    """The newest hour with a call of each organization and environment."""
    rows = work.connection.execute(
        "select organization, environment, max(hour_at) from main.rpt_spend_hourly group by all"
    ).fetchall()
    return {(organization, environment): at.astimezone(UTC) for organization, environment, at in rows}


def _row(incident: Incident, latest: dict[tuple[str, str | None], datetime]) -> dict[str, Any]:
    head, flags = incident.head, incident.flags
    scores = [flag.score for flag in flags if flag.score is not None]
    sums = {
        f"{name}_usd": sum(getattr(flag, f"{name}_usd") for flag in flags)
        for name in ("actual", "expected", "low", "high")
    }
    return {
        "anomaly_id": anomaly_id(head),
        **{
            name: getattr(head, name)
            for name in ("organization", "environment", "scope_kind", "scope", "grain", "basis")
        },
        "first_at": head.at,
        "last_at": flags[-1].at,
        "steps": len(flags),
        **sums,
        "excess_usd": incident.excess_usd,
        "score": max(scores) if scores else None,
        "is_ongoing": latest[head.organization, head.environment] < incident.ends + LENGTH["hour"],
        "drivers": [vars(driver) for driver in incident.drivers],
    }
