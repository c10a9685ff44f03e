"""Canonical columns by a plain loop over one span's attributes; only the dialects' tables are shared."""

import json
import math
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.transforms.oracle import Sent
from transforms.columns import TAGS
from transforms.dialects import USAGE_ORDER
from transforms.picking import resource_sources, span_sources

_INT64 = range(-(2**63), 2**63)
_COUNTS = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens")


def columns(sent: Sent) -> dict[str, Any]:
    """Text and whole-number columns that need no reading of their values, and the token counts."""
    span = _first(sent.span.attributes)
    resource = _first(sent.resource.attributes)
    expected: dict[str, Any] = {}
    for name, type_ in TAGS.items():
        read = {"string": text, "int64": whole}.get(str(type_))
        if read is None or any(source.reading or source.dialect for source in span_sources().get(name, ())):
            continue
        expected[name] = _pick(span, span_sources().get(name, ()), read)
        if not any(source.reading for source in resource_sources().get(name, ())):
            expected[f"resource_{name}"] = _pick(resource, resource_sources().get(name, ()), read)
    for name in ("request_model", "response_model", "response_id", "reservation_id", "agent_name"):
        if not any(source.reading or source.dialect for source in span_sources()[name]):
            expected[name] = _pick(span, span_sources()[name], text)
    expected["attempt"] = _pick(span, span_sources()["attempt"], whole)
    expected["evaluations"] = _evaluations(sent, span)
    if "metadata.usage_object" not in span:
        expected |= _usage(sent.scope.name, span)
    return expected


def _first(attributes: Sequence[KeyValue]) -> dict[str, AnyValue]:
    first: dict[str, AnyValue] = {}
    for item in attributes:
        first.setdefault(item.key, item.value)
    return first


def _pick(attributes: dict[str, AnyValue], sources: Sequence[Any], read: Any) -> Any:
    for source in sources:
        if source.key in attributes:
            value = read(attributes[source.key])
            if value is not None:
                return value
    return None


def _evaluations(sent: Sent, span: dict[str, AnyValue]) -> str | None:
    numbers = sorted(
        {int(key.split(".")[1]) for key in span if re.fullmatch(r"evaluations\.\d{1,9}\.evaluation\.\w+", key)}
    )
    found = [_evaluation(span, "gen_ai.evaluation.", "score.value", "score.label", None)]
    found += [_evaluation(span, f"evaluations.{number}.evaluation.", "score", "label", None) for number in numbers]
    for event in sent.span.events:
        if event.name == "gen_ai.evaluation.result":
            at = event.time_unix_nano if 0 < event.time_unix_nano < 2**63 else None
            found.append(_evaluation(_first(event.attributes), "gen_ai.evaluation.", "score.value", "score.label", at))
    results = [one for one in found if one]
    return json.dumps(results, ensure_ascii=False, separators=(",", ":")) if results else None


def _evaluation(
    said: dict[str, AnyValue], prefix: str, score_key: str, label_key: str, at_ns: int | None
) -> dict[str, Any] | None:
    name, label = (_word(said.get(prefix + key)) for key in ("name", label_key))
    sent = _word(said.get(prefix + score_key))
    try:
        score = float(sent) if sent is not None else None
    except ValueError:
        score = None
    score = score if score is not None and math.isfinite(score) else None
    if name is None or (score is None and label is None):
        return None
    return {"name": name, "score": score, "label": label, "at_ns": at_ns}


def _word(value: AnyValue | None) -> str | None:
    match value and value.WhichOneof("value"):
        case "string_value":
            return value.string_value or None  # type: ignore[union-attr]  # it has a value
        case "int_value":
            return str(value.int_value)  # type: ignore[union-attr]  # as above
        case "double_value":
            number = value.double_value  # type: ignore[union-attr]  # as above
            return repr(number) if math.isfinite(number) else None
    return None


def text(value: AnyValue) -> str | None:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value or None
        case "int_value":
            return str(value.int_value)
        case "bool_value":
            return "true" if value.bool_value else "false"
        case "double_value":
            return _Double(value.double_value)
    return None


class _Double(str):
    """Equal to any text that reads as the same double: the shortest spelling is the writer's choice."""

    def __new__(cls, value: float) -> "_Double":
        return super().__new__(cls, repr(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and repr(float(other)) == str.__str__(self)

    __hash__ = str.__hash__


def whole(value: AnyValue) -> int | None:
    match value.WhichOneof("value"):
        case "int_value":
            return value.int_value
        case "double_value":
            number = value.double_value
            return int(number) if number.is_integer() and int(number) in _INT64 else None
        case "string_value":
            try:
                spelled = Decimal(value.string_value.strip()) if "_" not in value.string_value else Decimal("nan")
            except InvalidOperation:
                return None
            if not spelled.is_finite() or spelled != int(spelled) or abs(int(spelled)) >= 2**63:
                return None
            return int(spelled)
    return None


def _usage(scope: str, span: dict[str, AnyValue]) -> dict[str, Any]:
    """The winning group's counts, made inclusive where cache above input proves it or the emitter is known for it."""
    groups = []
    for group in USAGE_ORDER:
        counts = {name: _pick_count(span, getattr(group, name)) for name in (*_COUNTS, "total_tokens")}
        if any(counts[name] is not None for name in _COUNTS):
            groups.append(counts)
    winners = [group for group in groups if group["input_tokens"] is not None or group["output_tokens"] is not None]
    if not winners:
        return {}
    won = dict(winners[0])
    for other in groups:
        if all(other[name] == winners[0][name] is not None for name in ("input_tokens", "output_tokens")):
            won |= {name: other[name] for name in _COUNTS if won[name] is None}
    if any(abs(count or 0) >= 2**60 for count in won.values()):
        return {name: won[name] for name in _COUNTS}
    cache = (won["cached_input_tokens"] or 0) + (won["cache_write_tokens"] or 0)
    if won["input_tokens"] is not None and _has_cache(won) and cache > won["input_tokens"]:
        return {name: won[name] for name in _COUNTS} | {
            "input_tokens": won["input_tokens"] + cache,
            "token_rule": "exclusive: cache exceeds input",
        }
    if scope == "litellm":  # a rule for every span: counts as sent
        return {name: won[name] for name in _COUNTS}
    return {name: won[name] for name in _COUNTS if name not in ("input_tokens", "output_tokens")}


def _has_cache(counts: dict[str, int | None]) -> bool:
    return counts["cached_input_tokens"] is not None or counts["cache_write_tokens"] is not None


def _pick_count(span: dict[str, AnyValue], keys: Sequence[str]) -> int | None:
    for key in keys:
        count = whole(span[key]) if key in span else None
        if count is not None:
            return count
    return None
