"""What SpanLedger makes of recordings: through the door's core, log, lake and models, in a folder of its own.

Each recording is an organization, so that none can touch another, as if each had come with a token of its own.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from collector.config import CollectorConfig
from collector.door.answers import Kind
from collector.door.gate import Admitted, Gate
from collector.door.receive import Incoming, Receiver
from collector.files import make_folder
from collector.metrics import Counters
from collector.store.landing import Lander
from collector.store.writer import sealed_segments
from collector.wal.fates import LANDED_NAME, Ledger
from collector.wal.log import Log
from spanledger.building.build import Builder
from spanledger.conformance.folder import Recording
from spanledger.conformance.measures import MEASURES, Counts
from spanledger.published import current

_HASH_KEY = bytes(32)  # the hashes live as long as the folder


class RefusedBodyError(ValueError):
    """The door does not take a recorded request; names it and says why."""


@dataclass(frozen=True)
class FoundCall:
    """One row of `fct_calls`. ``counts`` holds what is not null."""

    span_id: str | None
    span_ids: frozenset[str]  # folded sightings included
    dialect: str | None
    response_id: str | None
    operation: str | None
    models: frozenset[str]
    is_error: bool
    interval_ns: tuple[int, int] | None
    is_usage_known: bool
    is_estimated: bool
    token_rule: str | None
    usage_error: str | None
    computed_cost_usd: Decimal | None
    reported_cost_usd: Decimal | None
    counts: Counts


def read_through(recordings: Sequence[Recording]) -> dict[str, list[FoundCall]]:
    """The calls elected in each recording, by its name, in order of time.

    Raises RefusedBodyError, and one of `spanledger.building.building.NOT_BUILT` where no build comes about.
    """
    with tempfile.TemporaryDirectory(prefix="spanledger-") as folder:
        config = CollectorConfig(data=Path(folder), lake=Path(folder) / "lake")
        make_folder(config.data)
        _receive(config, recordings)
        Builder(config.data, config.lake).build()
        with current.opened(config.data) as connection:
            found = found_calls(connection)
    return {recording.name: found.get(recording.name, []) for recording in recordings}


def found_calls(connection: duckdb.DuckDBPyConnection) -> dict[str, list[FoundCall]]:
    """The calls of a published build by organization."""
    rows = connection.execute(current.question("conformance"))
    names = [column[0] for column in rows.description or ()]
    found: dict[str, list[FoundCall]] = {}
    for values in rows.fetchall():
        row = dict(zip(names, values, strict=True))
        started, ended = row["started_ns"], row["ended_ns"]
        call = FoundCall(
            span_id=row["span_id"],
            span_ids=frozenset([row["span_id"] or "", *(row["folded_span_ids"] or ())]),
            models=frozenset(row["models"]),
            is_error=row["status"] == "error",
            interval_ns=(started, ended) if started and ended and started <= ended else None,
            counts={name: row[name] for name in MEASURES if row[name] is not None},
            **{name: row[name] for name in _AS_THEY_ARE},
        )
        found.setdefault(row["recording"], []).append(call)
    return found


_AS_THEY_ARE = (
    *("dialect", "response_id", "operation", "is_usage_known", "is_estimated", "token_rule", "usage_error"),
    *("computed_cost_usd", "reported_cost_usd"),
)


def _receive(config: CollectorConfig, recordings: Sequence[Recording]) -> None:
    with contextlib.ExitStack() as until:
        receiver = _door(config, until)
        for recording, incoming, file in _requests(recordings):
            answer = receiver.receive(incoming).result()
            if answer.kind is not Kind.OK:
                raise RefusedBodyError(f"{recording}/{file}: {answer.message}")
    lander = Lander(config, _HASH_KEY, Ledger(config.run / LANDED_NAME))
    for path in sealed_segments(config.log):
        lander.land(path)


def _requests(recordings: Sequence[Recording]) -> Iterator[tuple[str, Incoming, str]]:
    for recording in recordings:
        admitted = Admitted(recording.name, recording.name)
        for body in recording.bodies:
            yield recording.name, Incoming(body.signal, "http", body.content, {}, admitted, body.is_json), body.file


def _door(config: CollectorConfig, until: contextlib.ExitStack) -> Receiver:
    log = Log(
        config.log,
        max_bytes=config.log_segment_max_bytes,
        max_age_s=config.log_segment_max_age_s,
        max_pending_bytes=config.max_pending_bytes,
    )
    until.callback(log.close)
    return Receiver(log, Gate(None), Counters(), max_inflated_bytes=config.max_inflated_bytes)
