"""What a span says of sampling: with which probability it was kept, and which words say so.

A telemetry sampler sends some traces and drops the rest. Most leave their probability behind: in the trace state, or in
an attribute. Others only say that they chose. Both fill two columns: ``sampling_probability`` (0 < p <= 1; null where
nothing says it) and ``sampler``, the words it was read from, comma-separated. The attributes themselves stay where they
are, so nothing is lost where they say nonsense.

Sources of the mappings:

* ``tracestate`` member ``ot``: OpenTelemetry "TraceState: Probability Sampling". ``th`` is a rejection threshold of
  up to 14 hex digits, missing ones 0, p = 1 - th / 2^56; the older ``p`` means 2^-p, and 63 "kept, stands for none";
* ``tracestate`` member ``es``: Elastic APM agents, ``s`` is the sample rate; ``dd``: Datadog, ``t.ksr`` likewise;
* ``SampleRate``, ``sampleRate``: Honeycomb's samplers and Refinery, one in N; they come after any head sampler and hold
  its rate too, so they go before the trace state, as in Honeycomb's own reading;
* ``sampler.type`` and ``sampler.param``: Jaeger clients and the OpenTelemetry samplers made after them;
* ``_dd.rule_psr``, ``_dd.limit_psr``, ``_dd.agent_psr``, ``_sampling_priority_v1``: Datadog tracers;
* ``logfire.sample_rate``, ``sentry.client_sample_rate``: those libraries; ``_MS.sampleRate``: Azure Monitor, per cent;
* ``tailsampling.*``: the OpenTelemetry Collector's tail sampler, on the scope; ``meta.refinery.reason``: Refinery's
  rule; ``aws.xray.sampling_rule``: AWS; ``sampling.priority``: OpenTracing, kept on request. None of these says how
  many others were dropped.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.arrays import Ints, valid
from transforms.attributes import Attributes
from transforms.decode import Decoded
from transforms.reading import number, text

SMALLEST_PROBABILITY = 1e-6
"""One in a million: a smaller one is a slip, and dividing by it would overflow everyone's sums."""

_AUDIO_HZ = frozenset({8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000})
_THRESHOLDS = 2**56


@dataclass(frozen=True)
class Rate:
    """An attribute that says a probability, with how to read its number; ``times`` names one that narrows it."""

    key: str
    probability: Callable[[float], float] = lambda sent: sent
    times: str = ""


def _one_in(sent: float) -> float:
    return 1 / sent if sent >= 1 else np.nan


FINAL_RATES = (
    Rate("SampleRate", _one_in),
    Rate("sampleRate", lambda sent: np.nan if sent in _AUDIO_HZ else _one_in(sent)),  # speech calls write theirs, too
)
"""Those that hold the rates of the samplers before them."""

RATES = (
    Rate("_dd.rule_psr", times="_dd.limit_psr"),
    Rate("_dd.agent_psr"),
    Rate("logfire.sample_rate"),
    Rate("sentry.client_sample_rate"),
    Rate("_MS.sampleRate", lambda sent: sent / 100),
)

MARKS = (
    "tailsampling.policy",
    "tailsampling.composite_policy",
    "tailsampling.cached_decision",
    "meta.refinery.reason",
    "aws.xray.sampling_rule",
)
"""Attributes of span or scope that name the rule by which it was kept."""

PRIORITIES = ("sampling.priority", "_sampling_priority_v1")
"""Kept on request where above 0."""


class _Found:
    """The two columns while they are filled; the first probability of a span stands."""

    def __init__(self, spans: int) -> None:
        self.probability: NDArray[np.float64] = np.full(spans, np.nan)
        self._sampler = pa.nulls(spans, pa.string())

    def offer(self, spans: Ints, probabilities: NDArray[np.float64], words: pa.Array) -> None:
        """Probabilities of distinct spans (nan: not said) and the words for them (null: the span says nothing)."""
        if words.null_count == len(words):
            return
        with np.errstate(invalid="ignore"):
            usable = (probabilities >= SMALLEST_PROBABILITY) & (probabilities <= 1) & valid(words)
        new = usable & np.isnan(self.probability[spans])
        self.probability[spans[new]] = probabilities[new]
        place = np.full(len(self.probability), -1, dtype=np.int64)
        place[spans] = np.arange(len(spans))
        more = words.take(pa.array(place, mask=place < 0))
        both = pc.binary_join_element_wise(self._sampler, more, ", ")  # null unless both speak
        self._sampler = pc.coalesce(both, self._sampler, more)

    def columns(self) -> dict[str, pa.Array]:
        probability = pa.array(self.probability, mask=np.isnan(self.probability))
        return {"sampling_probability": probability, "sampler": self._sampler}


def read(decoded: Decoded) -> dict[str, pa.Array]:
    """``sampling_probability`` (double) and ``sampler`` (text) of every span of a batch."""
    found = _Found(len(decoded))
    _rates(found, decoded.attributes, FINAL_RATES)
    _trace_states(found, decoded.spans.field("trace_state"))
    _jaeger(found, decoded.attributes)
    _rates(found, decoded.attributes, RATES)
    _marks(found, decoded)
    return found.columns()


def _rates(found: _Found, attributes: Attributes, rates: tuple[Rate, ...]) -> None:
    for rate in rates:
        at = attributes.at(rate.key)
        if len(at):
            probabilities = np.array([rate.probability(sent) for sent in _numbers(attributes, at)])
            narrowing = attributes.at(rate.times)
            if len(narrowing):
                factor = np.ones(attributes.owners)
                factor[attributes.owner[narrowing]] = _numbers(attributes, narrowing)
                with np.errstate(over="ignore", invalid="ignore"):  # what is no probability then falls out as such
                    probabilities *= factor[attributes.owner[at]]
            found.offer(attributes.owner[at], probabilities, _said(rate.key, ~np.isnan(probabilities)))


def _numbers(attributes: Attributes, at: Ints) -> NDArray[np.float64]:
    values = number(attributes, at).values
    return np.asarray(values.fill_null(np.nan).to_numpy(zero_copy_only=False), dtype=np.float64)


def _said(words: str, where: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(where), words, pa.scalar(None, pa.string()))


def _trace_states(found: _Found, sent: pa.Array) -> None:
    spans = np.flatnonzero(pc.fill_null(pc.greater(pc.binary_length(sent), 0), False).to_numpy(zero_copy_only=False))
    if not len(spans):
        return
    encoded = sent.take(pa.array(spans)).dictionary_encode()
    read_ones = [next(of_trace_state(one), (None, np.nan)) for one in encoded.dictionary.to_pylist()]
    words = pa.array([word for word, _ in read_ones], pa.string()).take(encoded.indices)
    probabilities = np.array([probability for _, probability in read_ones])[encoded.indices.to_numpy()]
    found.offer(spans, probabilities, words)


def of_trace_state(trace_state: str) -> Iterator[tuple[str, float]]:
    """What a W3C trace state says of sampling, best first: the words, and the probability (nan: none given)."""
    members = dict(member.strip().partition("=")[::2] for member in trace_state.split(","))
    fields = {
        vendor: dict(field.partition(":")[::2] for field in members[vendor].split(";"))
        for vendor in ("ot", "es", "dd")
        if vendor in members
    }
    threshold = fields.get("ot", {}).get("th", "")
    if re.fullmatch("[0-9a-f]{1,14}", threshold):
        yield "tracestate ot=th", 1 - int(threshold.ljust(14, "0"), 16) / _THRESHOLDS
    exponent = fields.get("ot", {}).get("p", "")
    if re.fullmatch("[0-9]{1,2}", exponent) and int(exponent) <= 63:
        yield "tracestate ot=p", 2.0 ** -int(exponent) if int(exponent) < 63 else np.nan
    for vendor, name in (("es", "s"), ("dd", "t.ksr")):
        share = fields.get(vendor, {}).get(name, "")
        if re.fullmatch(r"0?\.[0-9]+|[01](\.0*)?", share):
            yield f"tracestate {vendor}={name}", float(share)


def _jaeger(found: _Found, attributes: Attributes) -> None:
    at = attributes.at("sampler.type")
    if not len(at):
        return
    params = np.full(attributes.owners, np.nan)
    given = attributes.at("sampler.param")
    params[attributes.owner[given]] = _numbers(attributes, given)
    types = text(attributes, at).values
    probabilities = np.where(pc.equal(types, "probabilistic").fill_null(False), params[attributes.owner[at]], np.nan)
    probabilities[pc.equal(types, "const").fill_null(False).to_numpy(zero_copy_only=False)] = 1.0
    found.offer(attributes.owner[at], probabilities, pc.binary_join_element_wise("sampler.type", types, "="))


def _marks(found: _Found, decoded: Decoded) -> None:
    scopes = decoded.scope
    for key in MARKS:
        _mark(found, decoded.attributes, key, np.arange(len(decoded), dtype=np.int64))
        _mark(found, scopes.attributes, key, scopes.of_span)
    for key in PRIORITIES:
        at = decoded.attributes.at(key)
        if len(at):
            asked = _numbers(decoded.attributes, at) > 0
            found.offer(decoded.attributes.owner[at], np.full(len(at), np.nan), _said(key, asked))


def _mark(found: _Found, attributes: Attributes, key: str, owner_of_span: Ints) -> None:
    """``key=value`` on every span whose owner carries it."""
    at = attributes.at(key)
    if len(at):
        place = np.full(attributes.owners, -1, dtype=np.int64)
        place[attributes.owner[at]] = np.arange(len(at))
        spans = np.flatnonzero(place[owner_of_span] >= 0)
        words = pc.binary_join_element_wise(key, text(attributes, at).values, "=")
        found.offer(spans, np.full(len(spans), np.nan), words.take(pa.array(place[owner_of_span[spans]])))
