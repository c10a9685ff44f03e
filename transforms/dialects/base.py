"""What a dialect is: a table that says how one family of emitters writes the canonical columns.

To add a dialect: write one file here with one `Dialect` called ``DIALECT``, add one line to the registry in
``transforms/dialects/__init__.py``, and put a real recording of it below ``tests/corpus`` (without one, say
"from documents" in the file's first line). Nothing else changes.

Rules every table follows:

* Keys of a column are listed best first. Across dialects the registry's order decides; ``columns`` of all
  dialects come before ``fallbacks`` of any.
* A usage group is one consistent set of counts. The winner of a span is taken whole, never mixed or added.
* Token rules belong to (emitter, version, provider), never to the provider alone: the first that fits holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from transforms import raw_usage

Reading = Callable[[str], str | None]
"""Turns the text that was sent into the canonical text; None means "says nothing"."""

REQUEST, CONTAINER, TOOL, EVALUATOR, FETCH, OTHER = "request", "container", "tool", "evaluator", "fetch", "other"
EVALUATION = "evaluation"
"""The role of a result that was reported apart from what it judges: no work of its own, so never a call."""


@dataclass(frozen=True)
class Source:
    """One attribute key that can fill a column, with the reading of its values if they need one."""

    key: str
    reading: Reading | None = None
    dialect: str = ""  # only on spans of this dialect; filled in for private dialects


@dataclass(frozen=True)
class Meaning:
    """What kind of span it is: its role in the election of calls, and its operation."""

    role: str
    operation: str


Meanings = Mapping[str, Meaning] | Callable[[str], Meaning | None]


@dataclass(frozen=True)
class KindKey:
    """An attribute that says what a span is. Values are compared in lower case, without JSON's quotes; unknown
    ones mean OTHER, unless only known ones count.

    Across dialects the lowest ``rank`` decides: 0 for an explicit kind of span, 1 for an operation's name, 2 for
    older hints.
    """

    key: str
    meanings: Meanings
    rank: int = 0
    only_known: bool = False  # unknown values say nothing

    def meaning(self, sent: str) -> tuple[str, Meaning | None]:
        """The value's name, empty if it says nothing, and what it means."""
        name = sent.strip().strip('"').lower()
        return name, self.meanings(name) if callable(self.meanings) else self.meanings.get(name)


@dataclass(frozen=True)
class NameRule:
    """What a span is by its name, a regular expression matched from the start; asked when no key said it."""

    pattern: str
    meaning: Meaning
    overrides: bool = False  # holds even where a key says otherwise


@dataclass(frozen=True)
class UsageGroup:
    """Spellings of one set of token counts, best first.

    ``raw`` keys hold a whole object; ``parse`` turns its text into counts by their columns' names. An object without
    input and output fills the parts that the span's winning group leaves out.
    """

    name: str
    input_tokens: tuple[str, ...] = ()
    output_tokens: tuple[str, ...] = ()
    cached_input_tokens: tuple[str, ...] = ()
    cache_write_tokens: tuple[str, ...] = ()
    cache_write_1h_tokens: tuple[str, ...] = ()
    reasoning_tokens: tuple[str, ...] = ()
    total_tokens: tuple[str, ...] = ()
    further_input_tokens: str = ""  # a count that comes on top of the input
    raw: str = ""  # regular expression of keys whose value is a usage object as JSON or as Python prints it
    parse: Callable[[str], raw_usage.Counts | None] = raw_usage.parse
    needs: tuple[str, ...] = ()  # only on spans that carry one of these keys
    rule: str = ""  # what these keys hold by themselves, whoever sent them; inclusive for providers' own objects


INCLUSIVE, EXCLUSIVE, EXCLUSIVE_OUTPUT, UNKNOWN = "inclusive", "exclusive", "exclusive_output", "unknown"


@dataclass(frozen=True)
class TokenRule:
    """How an emitter counts: does input hold cache, does output hold reasoning?"""

    rule: str
    scope: str = ""  # the scope's name begins with this
    provider: str = ""  # normalised provider, if it matters
    before: tuple[int, ...] = ()  # only scope versions below this one
    omits_zero: bool = False  # an uncached input of 0 is not sent: cached tokens beside an output are all there was


@dataclass(frozen=True)
class Estimate:
    """The emitter's counts are not the provider's where any of the evidence stands and none of ``unless`` was sent."""

    scope: str
    why: str  # added to the token rule
    when: str = ""  # an attribute that is true
    order: tuple[str, str] | tuple[()] = ()  # the first of these attributes was set before the second
    below_text: bool = False  # an input count below what OpenAI's tokenizers make of the recorded messages
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogEvent:
    """A log record that tells of one request or evaluation: its row is called ``name`` and read like a span
    (`transforms.log_calls`).

    The record's event name, its ``event.name`` or its text body is ``name``, or, from this dialect's own scope or
    service, what follows the first point of it. Records of one request (equal ``id``) are snapshots: the last holds.
    """

    name: str
    where: tuple[str, str] | tuple[()] = ()  # an attribute that must have this value
    needs: str = ""  # an attribute that must be there
    id: tuple[str, ...] = ()  # attributes that identify the request, best first
    duration_ms: str = ""  # an attribute that says how long the request took
    is_error: bool = False


@dataclass(frozen=True)
class MetricUsage:
    """Counters of what a session used: points that differ only in the attribute ``kind`` become one row.

    ``counts`` and ``cost`` name the row's attributes (`transforms.metric_usage`).
    """

    tokens: str  # the metric, and the row's name
    kind: str
    counts: Mapping[str, str]  # value of ``kind`` -> attribute
    cost: str  # the metric that counts US dollars
    cost_attribute: str
    always: tuple[str, ...]  # attributes whose counts are 0 in a report of changes that leaves them out


Columns = Mapping[str, tuple[str | Source, ...]]


@dataclass(frozen=True)
class Dialect:
    """One dialect's table; see the rules above. A span speaks it if a scope, key, prefix, name or service matches.

    The keys of a private dialect are words that others use in other senses: they count only on spans that speak it.
    """

    name: str
    is_private: bool = False
    scopes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    services: tuple[str, ...] = ()  # the resource's service.name
    columns: Columns = field(default_factory=dict)
    fallbacks: Columns = field(default_factory=dict)
    resource: Columns = field(default_factory=dict)  # read from the resource only
    kinds: tuple[KindKey, ...] = ()
    name_rules: tuple[NameRule, ...] = ()
    usage: tuple[UsageGroup, ...] = ()
    token_rules: tuple[TokenRule, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    log_events: tuple[LogEvent, ...] = ()
    metrics: tuple[MetricUsage, ...] = ()
