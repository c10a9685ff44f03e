"""How the versions of FOCUS differ in the columns that we fill: the build's table has those of 1.2.

Source: FOCUS_Spec, specification/datasets/cost_and_usage and version_migration_guidance.md. 1.3 tells who provides the
service from who hosts it and deprecates two columns, which 1.4 drops. Where a provider does not expose its host, both
are the provider. The other columns of 1.3 and 1.4 (split cost allocation, contract commitments, commitment programs,
lines of invoices) are for data generators that have such things to tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """What a version has other than 1.2: new columns with the column whose value they take, and columns it dropped."""

    added: Mapping[str, str]
    dropped: frozenset[str]


PROVIDERS = {"HostProviderName": "ProviderName", "ServiceProviderName": "ProviderName"}

VERSIONS = {
    "1.2": Version({}, frozenset()),
    "1.3": Version(PROVIDERS, frozenset()),
    "1.4": Version(PROVIDERS, frozenset({"ProviderName", "PublisherName"})),
}
"""Those that can be written. What has checked each stands in docs/focus.md."""

OURS = "x_"
"""Begins the names of columns that FOCUS does not define."""


def columns(version: str, table: Iterable[str]) -> dict[str, str]:
    """Column of the file -> column of ``table`` that it is taken from: FOCUS's by name, then ours in their order."""
    names = list(table)
    wanted = VERSIONS[version]
    kept = {name: name for name in names if not name.startswith(OURS) and name not in wanted.dropped}
    return dict(sorted({**kept, **wanted.added}.items())) | {name: name for name in names if name.startswith(OURS)}
