"""`POST /v1/outcomes`: what the door makes of outcomes said later, and what of them lands.

The body is one record, a list of them, or ``{"outcomes": [...]}``. Records that can be used are stored, the others are
named in the answer. What the log keeps is the list of the used ones as JSON, each with its revision id, source and
organization filled in, so that reading it again gives the same revisions.
"""

import datetime
import json
from collections.abc import Sequence

import pyarrow as pa

from collector.door import tokens
from collector.door.answers import Answer, Item, Kind, RefusedError
from collector.door.signals import JSON, Sent
from collector.wal import segments
from transforms.outcomes import SCHEMA, OutcomeError, Revision, read_revision, table
from transforms.strict_json import JsonError, read_json

MAX_RECORDS = 10_000
"""Records in one request; each that cannot be used has a line in the answer."""
SOURCE = "api"
WRAPPER = "outcomes"


class Outcomes:
    """The kind of request; see `collector.door.signals.Readable`."""

    name = "outcomes"
    number = segments.OUTCOMES
    media = (JSON,)
    scope = tokens.OUTCOMES

    def read(self, body: bytes, sent: Sent) -> tuple[bytes, Answer]:
        """What is stored of ``body``, and the answer. Raises RefusedError for a body that holds no list of records."""
        revisions: list[Revision] = []
        rejected: list[Item] = []
        arrived_at = moment(sent.received_at_ns)
        for index, record in enumerate(_records(body)):
            try:
                one = read_revision(record, arrived_at=arrived_at, source=SOURCE, organization=sent.organization)
                revisions.append(one)
            except OutcomeError as error:
                rejected.append(Item(index, str(error)))
        kept = json.dumps([one.as_record() for one in revisions]).encode()
        return kept, _answer(len(revisions), tuple(rejected))


OUTCOMES = Outcomes()


def rows_of(record: segments.Record, segment: str) -> pa.Table:
    """The rows of one record of the log, with `SCHEMA`. Raises ValueError for one that `Outcomes.read` did not make."""
    arrived_at = moment(record.received_at_ns)
    said = [
        read_revision(one, arrived_at=arrived_at, source=SOURCE, organization=record.organization)
        for one in _listed(read_json(record.body))
    ]
    return table(said, arrived_at, segment) if said else SCHEMA.empty_table()


def moment(unix_ns: int) -> datetime.datetime:
    """The time in UTC, to the microsecond, which is all that columns keep."""
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=unix_ns // 1000)


def _answer(accepted: int, rejected: tuple[Item, ...]) -> Answer:
    if rejected and not accepted:
        message = f"none of the {len(rejected)} outcomes can be used, e.g. {rejected[0].error}"
        return Answer(Kind.INVALID, message, rejected=len(rejected), items=rejected)
    message = f"{len(rejected)} outcomes cannot be used and were not stored" if rejected else ""
    return Answer(Kind.OK, message, len(rejected), accepted, rejected)


def _records(body: bytes) -> Sequence[object]:
    try:
        records = _listed(read_json(body))
    except (JsonError, OutcomeError) as error:
        raise RefusedError(Kind.INVALID, f"the body is no JSON of outcomes: {error}") from error
    if len(records) > MAX_RECORDS:
        raise RefusedError(Kind.TOO_LARGE, f"{len(records)} outcomes in one request; send at most {MAX_RECORDS}")
    return records


def _listed(said: object) -> Sequence[object]:
    if isinstance(said, dict) and WRAPPER in said:
        others = sorted(set(said) - {WRAPPER})
        if others or not isinstance(said[WRAPPER], list):
            raise OutcomeError(f"expected {WRAPPER!r} to be a list, with no key beside it, got {others or 'no list'}")
        said = said[WRAPPER]
    if isinstance(said, list):
        return said
    if isinstance(said, dict):
        return [said]
    raise OutcomeError(f"expected an object or a list of objects, got {type(said).__name__}")
