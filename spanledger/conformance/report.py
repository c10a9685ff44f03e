"""A comparison in words, for the terminal and for pages."""

from collections.abc import Iterator

from spanledger.conformance.judging import Comparison, Judged, Reason, Verdict
from spanledger.formats import table


def verdict(figure: Judged) -> str:
    """One word or two: exact, 14 of 18, partly, unknown, DIFFERENT."""
    if figure.verdict is Verdict.DIFFERENT:
        return "DIFFERENT"
    if figure.verdict is Verdict.PARTLY and figure.of is not None:
        return f"{figure.exact} of {figure.of}"
    return str(figure.verdict.value)


def why(figure: Judged) -> str:
    """What differs, and why other calls have no number; empty where all are exact."""
    return "; ".join([*figure.differences, *map(_reason, figure.reasons)])


def _reason(reason: Reason) -> str:
    kinds = ", ".join(f"{count} {kind}" if len(reason.kinds) > 1 else kind for kind, count in reason.kinds)
    return f"{reason.calls}: {reason.words}" + (f" ({kinds})" if kinds else "")


def lines(comparison: Comparison) -> Iterator[str]:
    """The figures as a table, what became of failed attempts, and a last line that says it all."""
    rows = [(one.name, one.expected, one.found, verdict(one), why(one)) for one in comparison.figures]
    yield from table(("", "expected", "found", "", "why"), rows)
    for words, count in comparison.failed.items():
        yield f"failed attempts: {count} {words}"
    yield _summary(comparison)


def _summary(comparison: Comparison) -> str:
    if comparison.differences:
        return f"{len(comparison.differences)} differ: the number shown is not the expected one"
    open_ = [one.name for one in comparison.figures if one.verdict is not Verdict.EXACT]
    return f"nothing differs; not known for every call: {', '.join(open_)}" if open_ else "exact"
