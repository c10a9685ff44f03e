"""Outcomes said after the fact: what one record holds, how it is read, and the rows that are kept of it.

A record names one task (by task id, trace or workflow run) and says either its outcome or one evaluation of it, which
the operator's rules then judge. Records are append-only revisions: a later word is a record of its own, and `unknown`
withdraws an earlier one. Which revision wins is decided by the models, never here and never by order of arrival.
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import pyarrow as pa

from transforms.csv_lines import near

TEXT, INSTANT = pa.string(), pa.timestamp("us", tz="UTC")
OUTCOMES = ("success", "failure", "unknown")
SOURCES = ("human", "api", "file")
TRAFFIC_SOURCES = ("production", "eval", "replay", "ops", "unknown")
SUBJECTS = ("task_id", "trace_id", "workflow_run_id")
"""Ways to name the task; a record uses exactly one."""

AHEAD = timedelta(days=1)
"""How far ahead of our clock another clock may be. A moment later than that would outrank every later word."""


@dataclass(frozen=True)
class Field:
    """One key of a record: the column's type, what it means, the words it may hold and how long it may be."""

    type: pa.DataType
    meaning: str
    words: tuple[str, ...] = ()
    max_length: int = 1000


FIELDS: dict[str, Field] = {
    "revision_id": Field(
        TEXT, "Your id of this statement; a digest of the record unless said. The same id is kept once."
    ),
    "organization": Field(TEXT, "Whose task it is, where tasks carry an organization; a token's own wins."),
    "task_id": Field(
        TEXT, "The task, as its spans name it. Exactly one of task_id, trace_id, workflow_run_id is given."
    ),
    "trace_id": Field(TEXT, "The task's trace, 32 hex digits."),
    "workflow_run_id": Field(TEXT, "The task's workflow run, as its spans name it."),
    "traffic_source": Field(
        TEXT, "Which of the tasks of that id is meant; the only known one unless said.", TRAFFIC_SOURCES
    ),
    "outcome": Field(TEXT, "The outcome; unknown withdraws an earlier word. Either this or evaluation_name.", OUTCOMES),
    "evaluation_name": Field(TEXT, "What was evaluated; score and label are then judged by the outcome rules."),
    "score": Field(pa.float64(), "The evaluation's number."),
    "label": Field(TEXT, "The evaluation's word."),
    "units": Field(pa.int64(), "How many cases the task holds, from 0."),
    "units_succeeded": Field(pa.int64(), "How many of them succeeded, at most units."),
    "source": Field(TEXT, "Who says so: a human outranks api and file. api unless said, file in files.", SOURCES),
    "judged_by": Field(TEXT, "The person or system that judged."),
    "judged_at": Field(INSTANT, "When it was judged, ISO 8601 with its time zone; the time of arrival unless said."),
    "reason": Field(TEXT, "Why.", max_length=10_000),
}
"""Every key a record may hold. Null, or a key left out, says nothing."""

SCHEMA = pa.schema(
    [*((name, field.type) for name, field in FIELDS.items()), ("recorded_at", INSTANT), ("segment", TEXT)]
)
"""A row of `records/outcomes/`: the record, when it became known here, and the log segment that brought it (null for
files). ``organization`` is null where none was said, ``trace_id`` lower-case hex."""

KEY = ("organization", "revision_id")
"""What makes two rows the same revision; a null organization counts as ''."""


class OutcomeError(ValueError):
    """A record that cannot be used; names the key, what it says and what was expected."""


@dataclass(frozen=True)
class Revision:
    """One valid record: the columns of `SCHEMA` but the last two."""

    revision_id: str
    organization: str | None
    task_id: str | None
    trace_id: str | None
    workflow_run_id: str | None
    traffic_source: str | None
    outcome: str | None
    evaluation_name: str | None
    score: float | None
    label: str | None
    units: int | None
    units_succeeded: int | None
    source: str
    judged_by: str | None
    judged_at: datetime
    reason: str | None

    def as_record(self) -> dict[str, Any]:
        """The record again, as JSON has it: reading it gives an equal revision."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        return said | {"judged_at": self.judged_at.isoformat()}


def read_revision(record: object, *, arrived_at: datetime, source: str, organization: str | None = None) -> Revision:
    """The revision that one JSON object says. ``source`` is who says so where the record does not.

    ``organization`` is the sender's, None where nobody asked who sends. Raises OutcomeError.
    """
    if not isinstance(record, Mapping):
        raise OutcomeError(f"expected an object with keys such as task_id and outcome, got {_kind(record)}")
    for key in record:
        if key not in FIELDS:
            raise OutcomeError(f"{key!r:.100} is no key{near(str(key), FIELDS)}; there are {', '.join(FIELDS)}")
    said = {name: _read(name, record.get(name)) for name in FIELDS}
    said["source"] = said["source"] or source
    said["organization"] = _organization(said["organization"], organization)
    _refuse_contradictions(said)
    if said["judged_at"] and said["judged_at"] > arrived_at + AHEAD:
        _refuse("judged_at", record["judged_at"], f"a time that has come (it is {arrived_at:%Y-%m-%dT%H:%M:%SZ})")
    said["revision_id"] = said["revision_id"] or _digest(said)
    said["judged_at"] = said["judged_at"] or arrived_at.astimezone(UTC)
    return Revision(**said)


def table(revisions: Sequence[Revision], recorded_at: datetime, segment: str | None) -> pa.Table:
    """The rows that are kept of ``revisions``, with `SCHEMA`."""
    kept = {"recorded_at": recorded_at.astimezone(UTC), "segment": segment}
    return pa.Table.from_pylist([vars(revision) | kept for revision in revisions], schema=SCHEMA)


def from_text(name: str, text: str) -> Any:
    """What a cell of a table says of the key ``name``, as JSON would have it. Raises OutcomeError."""
    type_ = FIELDS[name].type if name in FIELDS else TEXT
    try:
        if pa.types.is_integer(type_):
            return int(text)
        return float(text) if pa.types.is_floating(type_) else text
    except ValueError:
        _refuse(name, text, "a whole number" if pa.types.is_integer(type_) else "a number")


def _read(name: str, value: Any) -> Any:
    field = FIELDS[name]
    if value is None:
        return None
    if pa.types.is_integer(field.type):
        return _count(name, value)
    if pa.types.is_floating(field.type):
        return _number(name, value)
    text = _text(name, value, field)
    if name == "judged_at":
        return _moment(name, text)
    return _trace_id(name, text) if name == "trace_id" else text


def _text(name: str, value: Any, field: Field) -> str:
    if not isinstance(value, str) or not value.strip():
        _refuse(name, value, "a text that is not empty")
    if len(value) > field.max_length:
        raise OutcomeError(f"{name} has {len(value)} characters, expected at most {field.max_length}")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        _refuse(name, value, "Unicode text (half a surrogate pair is none)")
    if not field.words:
        return value
    word = value.strip().lower()
    if word not in field.words:
        _refuse(name, value, f"one of {', '.join(field.words)}{near(word, field.words)}")
    return word


def _count(name: str, value: Any) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return int(value) if is_count else _refuse(name, value, "a whole number from 0")


def _number(name: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
    except OverflowError:
        number = math.inf
    return number if math.isfinite(number) else _refuse(name, value, "a finite number")


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            _refuse(name, text, "a time zone in it, such as 2026-11-22T09:30:00Z")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if isinstance(error, OutcomeError):
            raise
        _refuse(name, text, "ISO 8601 such as 2026-11-22T09:30:00Z")


def _trace_id(name: str, text: str) -> str:
    identifier = text.strip().lower()
    if len(identifier) != 32 or not set(identifier) <= set("0123456789abcdef") or not identifier.strip("0"):
        _refuse(name, text, "32 hex digits that are not all 0")
    return identifier


def _organization(stated: str | None, sender: str | None) -> str | None:
    if sender is not None and stated is not None and stated != sender:
        _refuse("organization", stated, f"{sender!r}, as whose token this is sent, or nothing")
    return stated if sender is None else sender


def _refuse_contradictions(said: Mapping[str, Any]) -> None:
    named = [name for name in SUBJECTS if said[name] is not None]
    if len(named) != 1:
        raise OutcomeError(f"expected exactly one of {', '.join(SUBJECTS)}, got {' and '.join(named) or 'none'}")
    judged = [name for name in ("evaluation_name", "score", "label") if said[name] is not None]
    if said["outcome"] is not None and judged:
        raise OutcomeError(f"expected outcome or an evaluation, got outcome and {judged[0]}; send two records")
    if said["outcome"] is None and (judged[:1] != ["evaluation_name"] or len(judged) == 1):
        raise OutcomeError(
            f"expected outcome, or evaluation_name with score or label, got {' and '.join(judged) or 'neither'}"
        )
    if said["units_succeeded"] is not None and (said["units"] is None or said["units_succeeded"] > said["units"]):
        raise OutcomeError(f"units_succeeded is {said['units_succeeded']}, expected at most units ({said['units']})")


def _digest(said: Mapping[str, Any]) -> str:
    """The id of what is said, whenever it arrives: a record sent again is the same revision."""
    content = {name: value for name, value in said.items() if value is not None and name != "organization"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__


def _refuse(name: str, value: object, expected: str) -> NoReturn:
    raise OutcomeError(f"{name} is {value!r:.100}, expected {expected}")
