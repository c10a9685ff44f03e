"""The tag policy at the door: spans of model calls that lack a tag are counted, or refused.

A span tells of a call where it names a model. Its tags are its own, its resource's, and those of its ancestors in the
same request. What other requests of the trace say is not seen here, nor models that one library alone names by a key.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.config import CollectorConfig
from collector.door.answers import Answer, Kind
from collector.mapping import mapping_of
from transforms import picking
from transforms.dialects.base import Source
from transforms.patterns import matches
from transforms.registry import BUILT_IN, Registry
from transforms.tag_policy import REFUSE, RequiredTag, TagPolicy, read_tag_policy
from transforms.yaml_lines import ConfigError

Tags = dict[str, tuple[str, ...]]
Id = tuple[bytes, bytes]
"""Trace and span."""


class Family:
    """The spans of a request by trace and id; each one's tags are found once, whatever hangs below it."""

    def __init__(self, spans: Mapping[Id, tuple[Id, Tags]]) -> None:
        self._spans = spans  # parent and own tags
        self._found: dict[Id, Tags] = {}

    def tags(self, at: Id) -> Tags:
        """A span's tags: its own, else the nearest ancestor's."""
        way: dict[Id, Tags] = {}  # up from the span, until one that is known, or is not here, or was met before
        while at not in self._found and at not in way and at in self._spans:
            parent, way[at] = self._spans[at]
            at = parent
        tags = self._found.get(at, {})
        for below in reversed(way):
            tags = self._found[below] = {**tags, **way[below]}
        return tags


class TagGate:
    """Judges requests by one policy. ``registry`` knows the keys of each tag, the mapping file's among them."""

    def __init__(self, policy: TagPolicy, registry: Registry = BUILT_IN) -> None:
        self._policy = policy
        asked = {one.tag for one in policy.tags} | {"environment", "service_name"}
        spans, resources = picking.span_sources(registry), picking.resource_sources(registry)
        self._of_span = _tags_by_key(spans, asked)
        self._of_resource = _tags_by_key(resources, asked)
        self._model_keys = frozenset(
            source.key for name in ("request_model", "response_model") for source in spans[name] if not source.dialect
        )

    def judge(self, request: ExportTraceServiceRequest, checked: Answer, received_at_ns: int) -> Answer:
        """``checked`` with what the policy says of the spans it accepts; refused ones are taken out of ``request``."""
        day = datetime.fromtimestamp(received_at_ns / 1e9, UTC).date()
        missing: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        family = self._family(request)
        for resource in request.resource_spans:
            around = self._tags(resource.resource.attributes, self._of_resource)
            for scope in resource.scope_spans:
                verdicts = [self._lacks(span, around, family, day) for span in scope.spans]
                missing.update(tag for tags in verdicts for tag in tags)
                if self._policy.at_the_door == REFUSE and any(verdicts):
                    refused.update(", ".join(tags) for tags in verdicts if tags)
                    copies = [
                        Span.FromString(span.SerializeToString())
                        for span, tags in zip(scope.spans, verdicts, strict=True)
                        if not tags
                    ]
                    del scope.spans[:]  # all at once: one by one takes the square of their number
                    scope.spans.extend(copies)
        return _answer(checked, refused, tuple(sorted(missing.items())))

    def _family(self, request: ExportTraceServiceRequest) -> Family:
        return Family(
            {
                (span.trace_id, span.span_id): (
                    (span.trace_id, span.parent_span_id),
                    self._tags(span.attributes, self._of_span),
                )
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            }
        )

    def _lacks(self, span: Span, around: Tags, family: Family, day: date) -> list[str]:
        """The tags that a span must carry and does not, or not with an allowed value; none where it is no call."""
        if not any(item.key in self._model_keys for item in span.attributes):
            return []
        tags = {**around, **family.tags((span.trace_id, span.span_id))}
        service, environment = (tags.get(name, ("",))[0] for name in ("service_name", "environment"))
        asked = self._policy.asked_of(service, environment, day)
        return [one.tag for one in asked if not _carries(tags, one)]

    def _tags(self, attributes: Sequence[KeyValue], columns: Mapping[str, Sequence[tuple[str, int]]]) -> Tags:
        """The values of each tag, by the first of its keys that says something."""
        found: dict[str, tuple[int, tuple[str, ...]]] = {}
        for item in attributes:
            for tag, place in columns.get(item.key, ()):
                values = _values(item.value)
                if values and (tag not in found or place < found[tag][0]):
                    found[tag] = place, values
        return {tag: values for tag, (_, values) in found.items()}


def gate_of(config: CollectorConfig) -> TagGate | None:
    """The gate of the tag policy file, read once, at the start; None without one. Raises ConfigError."""
    path = config.tag_policy_file
    if path is None:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the tag policy cannot be read: {error}") from error
    return TagGate(read_tag_policy(text, str(path)), mapping_of(config).registry)


def _tags_by_key(sources: Mapping[str, Sequence[Source]], asked: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """For each key the tags it gives, and how far back it stands among the keys of each."""
    found: dict[str, list[tuple[str, int]]] = {}
    for tag in sorted(asked):
        for place, source in enumerate(sources.get(tag, ())):
            found.setdefault(source.key, []).append((tag, place))
    return found


def _values(value: AnyValue) -> tuple[str, ...]:
    """What an attribute says, as text; each of a list's texts."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(one.string_value for one in value.array_value.values if one.string_value)
    if kind in ("string_value", "int_value", "bool_value", "double_value"):
        text = str(getattr(value, kind))
        return (text,) if text else ()
    return ()


def _carries(tags: Tags, asked: RequiredTag) -> bool:
    values = tags.get(asked.tag, ())
    if asked.tag == "traffic_source":
        values = tuple(value for value in values if value.lower() in ("production", "eval", "replay", "ops"))
    return bool(values) and (asked.allowed is None or all(matches(value, asked.allowed) for value in values))


def _answer(checked: Answer, refused: Counter[str], missing: tuple[tuple[str, int], ...]) -> Answer:
    number = refused.total()
    said = [
        f"{count} spans of model calls without the tag {tags} (or with a value that the tag policy does not allow) "
        "were not stored"
        for tags, count in sorted(refused.items())
    ]
    return Answer(
        Kind.OK,
        "; ".join([*([checked.message] if checked.message else []), *said]),
        checked.rejected + number,
        checked.accepted - number,
        untagged=number,
        missing_tags=missing,
    )
