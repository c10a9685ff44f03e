"""The files that an allocation file names: charges beside the charges file, and what was used."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from transforms import yaml_values
from transforms.yaml_lines import Value

FORMATS = ("csv", "parquet", "focus")
KEYS = ("file", "format", "name", "where", "metric", "tags")
TAGGED = ("organization", "environment", "team", "project", "cost_center")
FOCUS_ASKS = (
    *("ServiceName", "ProviderName", "ServiceCategory", "SubAccountId", "SubAccountName", "ResourceId", "ResourceName"),
    *("ResourceType", "RegionId", "SkuId", "ChargeDescription", "ConsumedUnit", "BillingAccountId"),
)
"""Columns of FOCUS that rows can be picked by."""


@dataclass(frozen=True)
class Source:
    """One file. Of a FOCUS file: ``name`` begins the ids of its charges, ``where`` picks rows, ``metric`` names what
    its consumed quantities count, ``tags`` says which tag holds which of `TAGGED`."""

    file: str
    format: str
    name: str = ""
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    metric: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    place: str = field(default="", repr=False)  # file:line, for complaints


def read_sources(entries: Sequence[Value], section: str) -> tuple[Source, ...]:
    """The files of section `costs` or `usage`. Raises ConfigError."""
    return tuple(_source(entry, section) for entry in entries)


def _source(entry: Value, section: str) -> Source:
    said = entry.fields(KEYS, "keys with values, such as file")
    if "file" not in said:
        entry.refuse("expected the key file: a path, from this file's folder on")
    file = said["file"].text()
    suffix = file.rpartition(".")[2].lower()
    form = said["format"].one_of(FORMATS) if "format" in said else suffix
    if form not in FORMATS:
        said["file"].refuse(f"is no .csv or .parquet; say format: one of {', '.join(FORMATS)}")
    only_focus = [key for key in ("name", "where", "metric", "tags") if key in said and form != "focus"]
    if only_focus:
        said[only_focus[0]].refuse("is for format: focus; this file's own columns say it")
    needed = {"costs": "name", "usage": "metric"}[section]
    if form == "focus" and needed not in said:
        why = {"name": "what the ids of its charges begin with", "metric": "what its consumed quantities count"}[needed]
        entry.refuse(f"expected the key {needed}: {why}")
    return Source(
        file=file,
        format=form,
        name=said["name"].text() if "name" in said else "",
        where=tuple(yaml_values.patterns(said["where"], FOCUS_ASKS).items()) if "where" in said else (),
        metric=said["metric"].text() if "metric" in said else "",
        tags=tuple((tag, key.text()) for tag, key in said["tags"].fields(TAGGED).items()) if "tags" in said else (),
        place=f"{entry.file}:{entry.line}",
    )
