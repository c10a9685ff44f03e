"""The truth of a recording: what the provider billed, from `expected.json` or `expected.toml` in its folder.

Two forms are read. One is written by hand: totals, and calls one by one where somebody knows them (`spanledger
recording expect` writes one to fill in). The other is the log of the stub provider that the first recordings were
made against; its calls have a `seq`.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spanledger.conformance.measures import MEASURES, Counts

NAMES = ("expected.json", "expected.toml")


class ExpectedError(ValueError):
    """Expected numbers that are missing or cannot be used; a line for each, naming file and key."""


@dataclass(frozen=True)
class TrueCall:
    """One request that reached the provider."""

    label: str  # how the recording's own file names it
    counts: Counts | None  # None where nothing was billed
    kind: str = ""  # which API, and whether it streamed
    is_delivered: bool = True  # the client was sent the usage, so that telemetry can hold it
    is_carried: bool = False  # a span is known to hold input and output
    response_id: str | None = None
    models: frozenset[str] = frozenset()
    interval_ns: tuple[int, int] | None = None  # by the clock of the machine that recorded
    span_ids: frozenset[str] = frozenset()  # spans known to be of this call
    retry_of: str | None = None  # label of the chain's first attempt


@dataclass(frozen=True)
class Expected:
    """What was billed in all; ``calls`` one by one, or None where only the totals are known."""

    library: str
    billed_calls: int
    totals: Counts
    failed_attempts: int | None  # None where nobody said
    calls: tuple[TrueCall, ...] | None


def read_expected(folder: Path) -> Expected:
    """The truth in ``folder``. Raises ExpectedError."""
    there = [folder / name for name in NAMES if (folder / name).exists()]
    if len(there) != 1:
        found = "both are there" if there else "neither is there"
        raise ExpectedError(f"{folder}: expected one of {' and '.join(NAMES)}, but {found}")
    said = _parse(there[0])
    listed = said.get("calls")
    is_log = isinstance(listed, list) and any(isinstance(one, dict) and "seq" in one for one in listed)
    return _from_log(said, there[0]) if is_log else _from_hand(said, there[0])


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        said = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:  # both parsers' errors, and text that is not UTF-8
        raise ExpectedError(f"{path} cannot be read: {error}") from error
    if not isinstance(said, dict):
        raise ExpectedError(f"{path}: expected an object with library and totals")
    return said


Count = Annotated[int, Field(ge=0, strict=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Counts(_Strict):
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cached_input_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None

    def stated(self) -> Counts:
        """The counts that were given."""
        return {name: value for name in MEASURES if (value := getattr(self, name)) is not None}


class _Totals(_Counts):
    calls: Count
    failed_attempts: Count | None = None


class _Call(_Counts):
    response_id: str | None = None
    model: str | None = None
    kind: str = ""
    is_failed: bool = False
    is_delivered: bool = True


class _Written(_Strict):
    library: str = Field(min_length=1)
    totals: _Totals
    calls: list[_Call] | None = None


def _from_hand(said: Mapping[str, Any], path: Path) -> Expected:
    try:
        written = _Written.model_validate(said)
    except ValidationError as error:
        raise ExpectedError("\n".join(_describe(dict(item), path) for item in error.errors())) from error
    calls = (
        None if written.calls is None else tuple(map(_written_call, range(1, len(written.calls) + 1), written.calls))
    )
    totals = written.totals
    expected = Expected(written.library, totals.calls, totals.stated(), totals.failed_attempts, calls)
    problems = list(_contradictions(expected))
    if problems:
        raise ExpectedError("\n".join(f"{path}: {problem}" for problem in problems))
    return expected


def _describe(error: Mapping[str, Any], path: Path) -> str:
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    if error["type"] == "missing":
        return f"{path}: {key} is missing"
    if error["type"] == "extra_forbidden":
        return f"{path}: {key} is not known; counts are {', '.join(MEASURES)}"
    expected = str(error["msg"]).removeprefix("Input should be ")
    return f"{path}: {key} = {json.dumps(error['input'], default=str)}: expected {expected}"


def _written_call(number: int, call: _Call) -> TrueCall:
    return TrueCall(
        label=f"call {number}",
        counts=None if call.is_failed else call.stated(),
        kind=call.kind,
        is_delivered=call.is_delivered,
        response_id=call.response_id,
        models=frozenset({call.model} if call.model else ()),
    )


def _contradictions(expected: Expected) -> Sequence[str]:
    """Where totals and calls, or a part and its whole, do not fit."""
    problems = [
        f"totals.{part} = {expected.totals[part]} is more than its whole, totals.{whole} = {expected.totals[whole]}"
        for part, whole in (
            ("cached_input_tokens", "input_tokens"),
            ("cache_write_tokens", "input_tokens"),
            ("reasoning_tokens", "output_tokens"),
        )
        if expected.totals.get(part, 0) > expected.totals.get(whole, expected.totals.get(part, 0))
    ]
    if expected.calls is None:
        return problems
    billed = [call.counts for call in expected.calls if call.counts is not None]
    if len(billed) != expected.billed_calls:
        problems.append(f"totals.calls = {expected.billed_calls}, but {len(billed)} calls are listed that did not fail")
    for name, total in expected.totals.items():
        listed = [counts[name] for counts in billed if name in counts]
        if len(listed) == len(billed) and sum(listed) != total:
            problems.append(f"totals.{name} = {total}, but the calls listed add up to {sum(listed)}")
    return problems


_LOG_COUNTS = dict(
    zip(MEASURES, ("input_total", "output_total", "cache_read", "cache_write", "reasoning"), strict=True)
)


def _from_log(said: Mapping[str, Any], path: Path) -> Expected:
    try:
        calls = tuple(_logged_call(call) for call in said["calls"])
        library = str(said["instrumentation"])
    except (KeyError, TypeError, ValueError) as error:
        raise ExpectedError(f"{path}: not a whole log of the stub provider: {error!r}") from error
    billed = [call.counts for call in calls if call.counts is not None]
    totals = {name: sum(counts[name] for counts in billed) for name in MEASURES}
    return Expected(library, len(billed), totals, len(calls) - len(billed), calls)


def _logged_call(call: Mapping[str, Any]) -> TrueCall:
    usage = call.get("usage") if call["billed"] else None
    carrying = [place["span_id"] for place in call.get("spans_carrying_this_usage", ())]
    naming = call.get("spans_naming_the_response_id") or carrying  # values can meet by chance, ids cannot
    return TrueCall(
        label=str(call["seq"]),
        counts=None if usage is None else {ours: usage[theirs] for ours, theirs in _LOG_COUNTS.items()},
        kind=f"{call['api']} stream" if call["stream"] else call["api"],
        is_delivered=call["usage_delivered"],
        is_carried=bool(carrying),
        response_id=call.get("response_id"),
        models=frozenset(name for name in (call["model_requested"], call.get("model_responded")) if name),
        interval_ns=_interval_ns(call["started_unix"], call.get("ended_unix")),
        span_ids=frozenset(naming),
        retry_of=str(call["retry_of"]) if call.get("retry_of") is not None else None,
    )


def _interval_ns(started_unix: float, ended_unix: float | None) -> tuple[int, int]:
    """Seconds of four decimals as nanoseconds; a request that nobody saw end counts as an instant."""
    started, ended = (round(moment * 10_000) * 100_000 for moment in (started_unix, ended_unix or started_unix))
    return started, ended
