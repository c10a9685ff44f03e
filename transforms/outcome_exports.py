"""Scores that other systems export, as outcome records: one home for what their keys mean.

Langfuse's scores come from its API (camelCase) or its file exports (snake_case); MLflow's assessments as its trace JSON
has them, or as its older client wrote them. What a machine explained is left out, because it may repeat prompts and
answers; what a person wrote is kept as the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from transforms.outcomes import OutcomeError

Said = Mapping[str, Any]
HUMAN = "human"
MLFLOW_PREFIX = "tr-"
"""MLflow's trace ids are the OpenTelemetry trace id behind this."""


class NoJudgementError(Exception):
    """The record is whole and says nothing about how a task went; says what it is."""


@dataclass(frozen=True)
class Form:
    """What a file holds: its name for people, how its records are told, and what one says in our keys.

    ``records`` gives the records inside one object, for forms that wrap them.
    """

    name: str
    is_like: Callable[[Said], bool]
    record: Callable[[Said], dict[str, Any]]
    records: Callable[[Said], Iterator[Said]] = lambda said: iter((said,))


def form_of(said: Said) -> Form:
    """The form of a file whose first record is ``said``; our own where no other fits."""
    return next((form for form in FORMS if form.is_like(said)), OWN)


def _either(said: Said, *names: str) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "")), None)


def _langfuse(said: Said) -> dict[str, Any]:
    kind = _either(said, "dataType", "data_type")
    if _either(said, "traceId", "trace_id") is None:
        raise OutcomeError("traceId is empty: the score of a session or dataset run names no task")
    is_human = _either(said, "source") == "ANNOTATION"
    return {
        "trace_id": _either(said, "traceId", "trace_id"),
        "evaluation_name": _either(said, "name"),
        **_langfuse_value(kind, said),
        "source": HUMAN if is_human else None,
        "judged_by": _either(said, "authorUserId", "author_user_id"),
        "judged_at": _utc(_either(said, "updatedAt", "updated_at", "timestamp")),
        "reason": _either(said, "comment") if is_human else None,
    }


def _langfuse_value(kind: Any, said: Said) -> dict[str, Any]:
    """A category's number only orders it and may be made up, so its word counts alone."""
    word = _either(said, "stringValue", "string_value")
    if kind == "CATEGORICAL":
        return {"label": word}
    if kind not in ("NUMERIC", "BOOLEAN"):
        raise OutcomeError(f"dataType is {kind!r:.100}, expected NUMERIC, BOOLEAN or CATEGORICAL")
    return {"score": _number("value", _either(said, "value")), "label": word if kind == "BOOLEAN" else None}


def _mlflow(said: Said) -> dict[str, Any]:
    if said.get("feedback") is None and said.get("expectation") is not None:
        raise NoJudgementError("an expectation, which says what was expected and not how it went")
    if said.get("valid") is False:
        raise NoJudgementError("overridden by a later assessment")
    feedback = _object("feedback", said.get("feedback"))
    source = _object("source", said.get("source"))
    trace = _either(said, "trace_id")
    kind = source.get("source_type")
    return {
        "trace_id": trace.removeprefix(MLFLOW_PREFIX) if isinstance(trace, str) else trace,
        "evaluation_name": _either(said, "assessment_name", "name"),
        **_mlflow_value(feedback),
        "source": HUMAN if kind == "HUMAN" else None,
        "judged_by": source.get("source_id") or None,
        "judged_at": _utc(_either(said, "last_update_time", "create_time", "last_update_time_ms", "create_time_ms")),
        "reason": _either(said, "rationale") if kind == "HUMAN" else None,
    }


def _mlflow_value(feedback: Said) -> dict[str, Any]:
    value = feedback.get("value")
    if isinstance(value, bool):
        return {"score": int(value), "label": str(value).lower()}
    if isinstance(value, int | float):
        return {"score": value}
    if isinstance(value, str):
        return {"label": value}
    raise OutcomeError(f"feedback.value is {value!r:.100}, expected a number, true, false or a text")


def _mlflow_records(said: Said) -> Iterator[Said]:
    """An assessment, or those of a trace, which name the trace for them."""
    trace = _trace(said)
    if trace is None:
        yield said
        return
    for one in trace["assessments"]:
        yield {"trace_id": trace.get("trace_id"), **_object("assessments", one)}


def _trace(said: Said) -> Said | None:
    """A trace with assessments: a row of a search, or an exported trace, which has them below its info."""
    candidates = (said, said.get("info"))
    return next(
        (one for one in candidates if isinstance(one, Mapping) and isinstance(one.get("assessments"), list)), None
    )


def _object(name: str, value: Any) -> Said:
    return value if isinstance(value, Mapping) else _refuse(name, value, "an object")


def _number(name: str, value: Any) -> Any:
    """A cell of a CSV file is text, a value of JSON is not."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        _refuse(name, value, "a number")


def _utc(value: Any) -> Any:
    """A moment as records have it: exports write UTC without saying so, or milliseconds since 1970."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC).isoformat()
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None:
            return f"{value}+00:00"
    except (ValueError, OverflowError, OSError):
        return str(value)  # refused where records are read, by its key
    return value


def _refuse(name: str, value: Any, expected: str) -> Any:
    raise OutcomeError(f"{name} is {value!r:.100}, expected {expected}")


def _is_langfuse(said: Said) -> bool:
    return bool({"dataType", "data_type"} & set(said)) and bool({"traceId", "trace_id"} & set(said))


def _is_mlflow(said: Said) -> bool:
    is_one = "assessment_name" in said or ("source" in said and bool({"feedback", "expectation"} & set(said)))
    return is_one or _trace(said) is not None


OWN = Form("SpanLedger", lambda said: True, dict)
FORMS = (
    Form("Langfuse scores", _is_langfuse, _langfuse),
    Form("MLflow assessments", _is_mlflow, _mlflow, _mlflow_records),
)
"""Every foreign form; the first that fits is taken."""
