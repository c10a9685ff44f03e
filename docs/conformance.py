"""The conformance page: what SpanLedger makes of every recording, beside what was billed.

Nothing here is said by hand: every figure and every reason comes from `spanledger.conformance`, as in the tests.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from docs.markdown import code, grid
from spanledger.conformance import report
from spanledger.conformance.expected import Expected, read_expected
from spanledger.conformance.folder import Recording, SentSpan, read_recording
from spanledger.conformance.judging import Comparison, Judged, Verdict, compare
from spanledger.conformance.measures import WHOLE
from spanledger.conformance.reading import FoundCall, read_through
from tests.transforms.oracle import CORPUS, recordings
from transforms.dialects import DIALECTS, bare, spanledger

NAMES = {
    "calls": "calls",
    "input_tokens": "input",
    "output_tokens": "output",
    "cached_input_tokens": "cached",
    "cache_write_tokens": "cache write",
    "reasoning_tokens": "reasoning",
}
OWN_TAGS = (spanledger.DIALECT, bare.DIALECT)
"""What applications write themselves: no library's dialect."""

SAME_USD = Decimal("1e-9")


@dataclass(frozen=True)
class Proof:
    """One recording with everything that is said of it."""

    recording: Recording
    expected: Expected
    found: Sequence[FoundCall]
    sent: dict[str, SentSpan]
    comparison: Comparison


def proofs() -> list[Proof]:
    """Every recording below `tests/corpus`, read and judged."""
    read = [read_recording(CORPUS / name) for name in recordings()]
    found = read_through(read)
    return [_proof(recording, found[recording.name]) for recording in read]


def _proof(recording: Recording, found: Sequence[FoundCall]) -> Proof:
    expected, sent = read_expected(recording.folder), recording.spans()
    return Proof(recording, expected, found, sent, compare(expected, found, sent))


def page() -> Iterator[str]:
    """The page's lines."""
    judged = proofs()
    yield from _opening(judged)
    yield from _overview(judged)
    yield from _from_documents(judged)
    for proof in judged:
        yield from _section(proof)


def _opening(judged: Sequence[Proof]) -> Iterator[str]:
    differences = [words for proof in judged for words in proof.comparison.differences]
    shares = ", ".join(f"{NAMES[name]} {_share(judged, name)}" for name in ("calls", *WHOLE))
    yield from (
        "# Conformance",
        "",
        "Real libraries, unmodified, made calls to a stand-in for the provider that chose every token count, and",
        "exported their telemetry as they do everywhere. Each recording is what they sent. Here it went through the",
        "door, the log, the lake and the models of this version, and what came out stands beside what was billed.",
        "",
        "- **exact**: every billed call has the true number.",
        "- **14 of 18**: so many calls have the true number; for the others the telemetry does not hold it, or it is",
        "  marked as an estimate. Unknown is shown as unknown, never as zero.",
        "- **unknown**: no call has it, and the reason stands below.",
        "- **DIFFERENT**: a number is shown as known and is not true. That is a fault, and a test fails.",
        "- **–**: no call used any of it.",
        "",
        f"**In all: {len(judged)} recordings. Known exactly: {shares}. Shown as known and not true:",
        f"{len(differences) or 'nothing'}.** Why the other calls have no input count:",
        "",
        *(f"- {count}: {words}" for words, count in _why_not(judged).most_common()),
        "",
        "The truth, the requests and the programs are in [tests/corpus](../tests/corpus/README.md). How to add a",
        "recording of your own library: [contributing](../CONTRIBUTING.md#adding-a-recording).",
        "",
    )


def _share(judged: Sequence[Proof], name: str) -> str:
    """Over all recordings: calls that are right of those billed."""
    figures = [figure for proof in judged if (figure := proof.comparison.figure(name))]
    known = [figure for figure in figures if figure.exact is not None and figure.of is not None]
    exact, of = sum(figure.exact or 0 for figure in known), sum(figure.of or 0 for figure in known)
    return f"{exact} of {of}"


def _why_not(judged: Sequence[Proof]) -> Counter[str]:
    figures = [figure for proof in judged if (figure := proof.comparison.figure(WHOLE[0]))]
    why: Counter[str] = Counter()
    for reason in (reason for figure in figures for reason in figure.reasons):
        why[reason.words] += reason.calls
    return why


def _overview(judged: Sequence[Proof]) -> Iterator[str]:
    yield from ("## All recordings", "")
    rows = [
        (
            f"[{proof.recording.name}](#{proof.recording.name.replace('.', '')})",
            *(_verdict(proof.comparison.figure(name)) for name in NAMES),
            _failed(proof.comparison),
        )
        for proof in judged
    ]
    yield from grid(("recording", *NAMES.values(), "failed attempts shown"), rows)


def _verdict(figure: Judged | None) -> str:
    if figure is None:
        return "not stated"
    if not figure.expected and figure.verdict is Verdict.EXACT:
        return "–"
    said = report.verdict(figure)
    return f"**{said}**" if figure.verdict is Verdict.DIFFERENT else said


def _failed(comparison: Comparison) -> str:
    of = comparison.failed.total()
    return f"{comparison.shown_failures} of {of}" if of else "–"


def _from_documents(judged: Sequence[Proof]) -> Iterator[str]:
    proven = {call.dialect for proof in judged for call in proof.found}
    others = [one.name for one in DIALECTS if one.name not in proven and one not in OWN_TAGS]
    yield from (
        "## Known from documents only",
        "",
        "No recording speaks these dialects. They are read as the libraries' sources and documents say, tested with",
        "spans written by hand, and not yet proven on anything real. What was read, [dialects](dialects.md) says.",
        "",
        f"{code(others)}",
        "",
    )


def _section(proof: Proof) -> Iterator[str]:
    comparison = proof.comparison
    yield from (f"## {proof.recording.name}", "", f"{proof.expected.library}.", "")
    yield from (f"- {name}: {words}" for name, words in _facts(proof) if words)
    yield ""
    figures = [figure for figure in comparison.figures if figure.expected or figure.verdict is not Verdict.EXACT]
    rows = [(NAMES[one.name], f"{one.expected:,}", f"{one.found:,}", _verdict(one), report.why(one)) for one in figures]
    yield from grid(("", "billed", "shown as known", "", "the others"), rows)


def _facts(proof: Proof) -> Iterator[tuple[str, str]]:
    yield "spans of model calls by", code(_makers(proof))
    yield "read as", code(sorted({call.dialect for call in proof.found if call.dialect}))
    yield "runtime", proof.recording.runtime
    yield "sent over", ", ".join(proof.recording.transports())
    yield "failed attempts", ", ".join(f"{count} {words}" for words, count in proof.comparison.failed.items())
    yield "cost the library wrote itself", _own_cost(proof)


def _makers(proof: Proof) -> list[str]:
    spans = {proof.sent[one] for call in proof.found for one in call.span_ids if one in proof.sent}
    return sorted({f"{span.scope} {proof.recording.version_of(span)}".strip() for span in spans})


def _own_cost(proof: Proof) -> str:
    """Where a library states a cost: how often it is what the counts cost by the list."""
    both = [one for one in proof.found if one.reported_cost_usd is not None and one.computed_cost_usd is not None]
    if not both:
        return ""
    equal = sum(abs((one.reported_cost_usd or 0) - (one.computed_cost_usd or 0)) <= SAME_USD for one in both)
    return f"equal to counts times list price in {equal} of {len(both)} calls; ours counts"
