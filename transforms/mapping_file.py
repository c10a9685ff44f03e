"""The mapping file: a company's own attribute keys, and which of our columns they mean. Read strictly.

    senders:
      - service: support-bot        # service.name; left out: every service
        scope: acme.llm             # the scope's name begins so; left out: every scope
        span:                       # their key: our column
          acme.squad: team
          acme.traffic: {column: traffic_source, values: {live: production, nightly: eval, none: null}}
        resource:
          acme.kst: cost_center
        usage:                      # one set of token counts, and what they hold
          rule: exclusive
          keys: {acme.tokens.in: input_tokens, acme.tokens.out: output_tokens}

Values are compared without regard to case; one that `values` leaves out is taken as it was sent, and `null` says
nothing. SpanLedger's own tags go before mapped keys, mapped keys before all others.
"""

from collections.abc import Mapping

from transforms.columns import CANONICAL, OWN, TAGS
from transforms.content import is_content
from transforms.dialects import otel_genai, spanledger
from transforms.dialects.base import (
    EXCLUSIVE,
    EXCLUSIVE_OUTPUT,
    INCLUSIVE,
    Dialect,
    KindKey,
    Meaning,
    Reading,
    Source,
    UsageGroup,
)
from transforms.dialects.readings import finish_reason, lower, provider
from transforms.mapping import KeyMapping, Sender
from transforms.reading import spelled
from transforms.registry import MAPPED_NAMES, MOST_MAPPED
from transforms.tally import COUNTS
from transforms.yaml_lines import ConfigError, Value, near, read_yaml

__all__ = ["ConfigError", "read_mapping"]

NOT_MAPPED = {
    **dict.fromkeys(COUNTS, "a token count; map it under usage, beside the rule of what the counts hold"),
    **dict.fromkeys(("dialect", "usage_fields", "token_rule"), "what our reading did"),
    **dict.fromkeys(("usage_error", "cost_error"), "what our reading found wrong"),
    **dict.fromkeys(("sampling_probability", "sampler"), "read from the samplers' own words"),
    "usage_iterations": "a provider's own list of attempts",
    "is_estimated": "told from the library that counted",
    "role": "follows from operation; map that",
    "evaluations": "results of several keys each, as the libraries write them; map task_score or task_outcome",
    "traffic_marker": "what libraries put on evaluations; map traffic_source",
}
"""Columns that no key can fill, and why."""

ON_SPANS = tuple(name for name in (*TAGS, *OWN) if name not in NOT_MAPPED)
ON_RESOURCES = (
    *(name for name in TAGS if name not in NOT_MAPPED),
    *("service_name", "region", "service_tier", "agent_name", "server_address"),
)

OPERATIONS: Mapping[str, Meaning] = {meaning.operation: meaning for meaning in reversed(otel_genai.OPERATIONS.values())}
"""What an operation key can say, each with the role in the election of calls that goes with it."""

WORDS = {
    "traffic_source": ("production", "eval", "replay", "ops"),
    "task_outcome": ("success", "failure"),
    "reported_cost_kind": ("provider", "client"),
    "operation": tuple(OPERATIONS),
}
"""Columns that know only these words."""

RULES = {
    INCLUSIVE: "input holds the cache, output the reasoning",
    EXCLUSIVE: "cache reads and writes come on top of the input",
    EXCLUSIVE_OUTPUT: "reasoning comes on top of the output",
}

_READINGS: Mapping[str, Reading] = {
    **dict.fromkeys(("traffic_source", "task_outcome", "reported_cost_kind"), lower),
    "provider": provider,
    "finish_reason": finish_reason,
}
_SENT_BY = {
    source.key if isinstance(source, Source) else source: column
    for column, sources in spanledger.DIALECT.columns.items()
    for source in sources
}


def read_mapping(text: str, file: str) -> KeyMapping:
    """What ``text`` says. ``file`` stands in errors. Raises ConfigError naming file, line and key."""
    found = read_yaml(text, file).fields(("senders",))
    if "senders" not in found:
        raise ConfigError(f"{file}:1: no senders; expected a list of them, see the documentation of mapping files")
    senders = found["senders"].items()
    if len(senders) > MOST_MAPPED:
        senders[MOST_MAPPED].refuse(f"there may be at most {MOST_MAPPED} senders")
    return KeyMapping(tuple(_sender(value, name) for value, name in zip(senders, MAPPED_NAMES, strict=False)))


def _sender(value: Value, name: str) -> Sender:
    said = value.fields(("service", "scope", "span", "resource", "usage"))
    if not said.keys() & {"span", "resource", "usage"}:
        value.refuse("maps nothing; expected span, resource or usage")
    if "resource" in said and "scope" in said:
        said["resource"].refuse("a resource belongs to all its scopes; limit this sender by service, or by nothing")
    lines: dict[str, int] = {}
    columns, kinds = _columns(said["span"], ON_SPANS, lines) if "span" in said else ({}, ())
    resource, _ = _columns(said["resource"], ON_RESOURCES, {}) if "resource" in said else ({}, ())
    usage = (_usage(said["usage"], name, lines),) if "usage" in said else ()
    return Sender(
        Dialect(name=name, is_private=True, columns=columns, resource=resource, kinds=kinds, usage=usage),
        services=said["service"].texts() if "service" in said else (),
        scopes=said["scope"].texts() if "scope" in said else (),
    )


def _columns(
    value: Value, allowed: tuple[str, ...], lines: dict[str, int]
) -> tuple[dict[str, tuple[Source, ...]], tuple[KindKey, ...]]:
    """Sources by column, best first as in the file; what tells operations apart. ``lines`` notes each key's."""
    columns: dict[str, tuple[Source, ...]] = {}
    kinds: list[KindKey] = []
    for key, said in _keys(value, lines):
        column, values = _target(said, allowed)
        if column == "operation":
            kinds.append(KindKey(key, _meanings(values), rank=-1, only_known=True))
        else:
            source = Source(key, _reading(column, values))
            columns[column] = (*columns.get(column, ()), source)
    return columns, tuple(kinds)


def _keys(value: Value, lines: dict[str, int]) -> list[tuple[str, Value]]:
    found = value.fields(what="their keys with our columns")
    if not found:
        value.refuse("maps nothing; expected their keys with our columns")
    for key, said in found.items():
        if is_content(key):
            said.refuse("holds prompts or answers, which are read by our own rules only")
        if key in lines:
            said.refuse(f"is mapped already in line {lines[key]}; a key has one meaning for a sender")
        lines[key] = said.line
    return list(found.items())


def _target(said: Value, allowed: tuple[str, ...]) -> tuple[str, dict[str, str | None]]:
    """The column, and their values with ours."""
    if not said.is_mapping:
        return _column(said, allowed), {}
    fields = said.fields(("column", "values"))
    if "column" not in fields:
        said.refuse("names no column")
    column = _column(fields["column"], allowed)
    return column, _values(fields["values"], column) if "values" in fields else {}


def _column(said: Value, allowed: tuple[str, ...]) -> str:
    column = said.text()
    if column in allowed:
        return column
    if column in NOT_MAPPED:
        said.refuse(f"{column} cannot be mapped here: {NOT_MAPPED[column]}")
    if column in CANONICAL and allowed is ON_RESOURCES:
        said.refuse(f"{column} is said by spans, not by resources; resources say {', '.join(allowed)}")
    hint = f"; did you mean {_SENT_BY[column]}?" if column in _SENT_BY else near(column, allowed)
    return said.refuse(f"{column!r} is no column{hint}; there are {', '.join(allowed)}")


def _values(said: Value, column: str) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    lines: dict[str, int] = {}
    for sent, ours in said.fields(what="their values with ours").items():
        name = sent.strip().lower()
        if name in values:
            ours.refuse(f"stands twice, first in line {lines[name]}: case does not tell values apart")
        values[name], lines[name] = None if ours.is_null else _ours(ours, column), ours.line
    return values


def _ours(said: Value, column: str) -> str:
    if column in WORDS:
        return said.one_of(WORDS[column])
    if spelled(said.text(), CANONICAL[column]) is None:
        said.refuse(f"{said.text()!r} is no value of {column}, which is {CANONICAL[column]}")
    return said.text()


def _reading(column: str, values: Mapping[str, str | None]) -> Reading | None:
    plain = _READINGS.get(column)
    if not values:
        return plain

    def read(sent: str) -> str | None:
        name = sent.strip().lower()
        if name in values:
            return values[name]
        return plain(sent) if plain else sent

    return read


def _meanings(values: Mapping[str, str | None]) -> Mapping[str, Meaning]:
    """Their words' meanings, and ours as they are."""
    theirs = {name: OPERATIONS[operation] for name, operation in values.items() if operation}
    return {**{name: meaning for name, meaning in OPERATIONS.items() if name not in values}, **theirs}


def _usage(value: Value, name: str, lines: dict[str, int]) -> UsageGroup:
    said = value.fields(("rule", "keys"))
    rules = ", ".join(f"{rule} ({meaning})" for rule, meaning in RULES.items())
    if "rule" not in said:
        value.refuse(f"no rule of what the counts hold; say rule: one of {rules}")
    if "keys" not in said:
        value.refuse("no keys; expected their keys with our token counts")
    rule = said["rule"].text()
    if rule not in RULES:
        said["rule"].refuse(f"{rule!r} is none of {rules}")
    found: dict[str, tuple[str, Value]] = {}
    for key, place in _keys(said["keys"], lines):
        count = place.one_of(COUNTS)
        if count in found:
            other, first = found[count]
            place.refuse(f"{count} is {other} already, in line {first.line}; a token count has one key")
        found[count] = (key, place)
    if not found.keys() & {"input_tokens", "output_tokens"}:
        said["keys"].refuse("maps neither input_tokens nor output_tokens; parts alone are no usage")

    def keys(count: str) -> tuple[str, ...]:
        return (found[count][0],) if count in found else ()

    return UsageGroup(
        name=name,
        rule=rule,
        input_tokens=keys("input_tokens"),
        output_tokens=keys("output_tokens"),
        cached_input_tokens=keys("cached_input_tokens"),
        cache_write_tokens=keys("cache_write_tokens"),
        cache_write_1h_tokens=keys("cache_write_1h_tokens"),
        reasoning_tokens=keys("reasoning_tokens"),
    )
