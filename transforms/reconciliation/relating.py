"""Reasons that only several cells together show: usage that moved between kinds or projects, and usage that an invoice
without quantities has more or less of."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from decimal import Decimal

from transforms.reconciliation.cells import ALL
from transforms.reconciliation.explaining import USAGE
from transforms.reconciliation.findings import Finding

INPUT = frozenset(("input", "cache_read", "cache_write", "cache_write_1h"))
ONE_SIDED = frozenset(("missing_telemetry", "not_on_invoice"))


def related(findings: Sequence[Finding]) -> list[Finding]:
    """The findings under their final names; amounts never change."""
    moved = _renamed(
        findings,
        lambda one: (one.key.day, one.key.provider, one.key.model, one.key.project) if one.key.kind in INPUT else None,
        "cached_tokens",
        "the input as a whole is equal",
    )
    moved = _renamed(
        moved,
        lambda one: (one.key.day, one.key.provider, one.key.model, one.key.kind),
        "other_project",
        "over all projects the usage is equal",
    )
    return _decided(moved)


def _renamed(
    findings: Sequence[Finding], group_of: Callable[[Finding], Hashable | None], reason: str, detail: str
) -> list[Finding]:
    """One-sided usage of groups in which it cancels out has moved, not gone."""
    sums: dict[Hashable, Decimal] = {}
    for finding in findings:
        if finding.reason in ONE_SIDED and finding.quantity:
            group = group_of(finding)
            sums[group] = sums.get(group, Decimal(0)) + finding.quantity
    even = {group for group, total in sums.items() if group is not None and not total}
    return [
        finding.called(reason, detail)
        if finding.reason in ONE_SIDED and finding.quantity and group_of(finding) in even
        else finding
        for finding in findings
    ]


def _decided(findings: Iterable[Finding]) -> list[Finding]:
    """Of an invoice without quantities: a day on which all kinds of a model are off the same way is off in usage."""
    found = list(findings)
    signs: dict[Hashable, set[bool]] = {}
    for one in found:
        if one.reason == USAGE and one.key.kind != ALL:
            signs.setdefault(one.key[:4], set()).add(one.amount > 0)
    return [_named(one, signs.get(one.key[:4], set())) if one.reason == USAGE else one for one in found]


def _named(finding: Finding, signs: set[bool]) -> Finding:
    if len(signs) != 1:
        return finding.called("unexplained", "the invoice states no quantities: usage or price")
    reason = "missing_telemetry" if True in signs else "not_on_invoice"
    return finding.called(reason, "told by the amount: the invoice states no quantities, and days around it agree")
