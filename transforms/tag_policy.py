"""Tag policy: which tags calls must carry, with which values, and what becomes of spans without them. The user's YAML.

    tags:
      - tag: team
        environments: [production, staging]   # everywhere unless said
        allowed: [search, ads, team-*]        # any value unless said
      - tag: workflow_id
    exceptions:
      - service: legacy-*
        tags: team                            # every tag unless said
        until: 2026-12-31                     # the last UTC day it holds
        reason: moves to the new gateway
    at_the_door: flag                         # or refuse: spans without a tag are not stored

In patterns `*` stands for any text and `?` for one character. Of the entries of one tag the first whose environments
match says what is asked. A tag counts wherever a call has it from: itself, its trace, its resource.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from transforms import yaml_values
from transforms.patterns import covers, matches
from transforms.yaml_lines import Value, read_yaml

TAGS = (
    *("team", "project", "cost_center", "environment", "feature", "customer_id", "user_id", "session_id"),
    *("workflow_id", "task_id", "traffic_source", "prompt_name", "prompt_version", "code_version", "service_name"),
)
"""Tags that can be asked for: columns of a call. A traffic source must be known, a task tagged."""

FLAG, REFUSE = "flag", "refuse"
SECTIONS = ("tags", "exceptions", "at_the_door")
PATTERNS = pa.list_(pa.string())
TAG_SCHEMA = pa.schema(
    [("tag", pa.string()), ("position", pa.int64()), ("environments", PATTERNS), ("allowed", PATTERNS)]
)
EXCEPTION_SCHEMA = pa.schema(
    [("service", PATTERNS), ("tags", PATTERNS), ("until", pa.date32()), ("reason", pa.string())]
)


@dataclass(frozen=True)
class RequiredTag:
    """One tag that is asked for; None asks everywhere, or allows any value."""

    tag: str
    environments: tuple[str, ...] | None
    allowed: tuple[str, ...] | None

    def is_asked_in(self, environment: str | None) -> bool:
        """Whether calls of an environment must carry it."""
        return self.environments is None or matches(environment or "", self.environments)


@dataclass(frozen=True)
class TagException:
    """Services that need not carry some tags up to and on a day."""

    service: tuple[str, ...]
    tags: tuple[str, ...]
    until: date
    reason: str


@dataclass(frozen=True)
class TagPolicy:
    """All that the file says."""

    tags: tuple[RequiredTag, ...] = ()
    exceptions: tuple[TagException, ...] = ()
    at_the_door: str = FLAG

    @property
    def digest(self) -> str:
        """Changes with anything that reports make of it."""
        return hashlib.sha256(repr((self.tags, self.exceptions)).encode()).hexdigest()

    def asked_of(self, service: str | None, environment: str | None, day: date) -> list[RequiredTag]:
        """The tags that spans of a service must carry on a day, each as its first matching entry asks."""
        found = {one.tag: one for one in reversed(self.tags) if one.is_asked_in(environment)}
        for exception in self.exceptions:
            if day <= exception.until and matches(service or "", exception.service):
                found = {tag: one for tag, one in found.items() if tag not in exception.tags}
        return [found[tag] for tag in dict.fromkeys(one.tag for one in self.tags) if tag in found]


NO_POLICY = TagPolicy()


def read_tag_policy(text: str, name: str) -> TagPolicy:
    """The policy of a file. ``name`` stands in errors. Raises ConfigError naming file, line and key."""
    document = read_yaml(text, name)
    said = document.fields(SECTIONS, f"the keys {', '.join(SECTIONS)}")
    if "tags" not in said:
        document.refuse("expected the key tags: which tags calls must carry")
    entries = said["tags"].items()
    tags = [_required(entry) for entry in entries]
    _refuse_unreachable(entries, tags)
    asked = tuple(dict.fromkeys(one.tag for one in tags))
    exceptions = [_exception(entry, asked) for entry in said["exceptions"].items()] if "exceptions" in said else []
    door = said["at_the_door"].one_of((FLAG, REFUSE)) if "at_the_door" in said else FLAG
    return TagPolicy(tuple(tags), tuple(exceptions), door)


def tag_table(policy: TagPolicy) -> pa.Table:
    """What is asked for, with `TAG_SCHEMA`."""
    rows = [vars(one) | {"position": place} for place, one in enumerate(policy.tags, start=1)]
    return pa.Table.from_pylist(rows, schema=TAG_SCHEMA)


def exception_table(policy: TagPolicy) -> pa.Table:
    """The exceptions, with `EXCEPTION_SCHEMA`."""
    return pa.Table.from_pylist([vars(one) for one in policy.exceptions], schema=EXCEPTION_SCHEMA)


def _required(entry: Value) -> RequiredTag:
    said = entry.fields(("tag", "environments", "allowed"), "keys with values, such as tag")
    if "tag" not in said:
        entry.refuse("expected the key tag: which one calls must carry")
    tag = said["tag"].one_of(TAGS)
    if tag == "environment" and "environments" in said:
        said["environments"].refuse("the tag environment is asked for everywhere: without it, there is none to match")
    environments, allowed = (said[key].texts() if key in said else None for key in ("environments", "allowed"))
    return RequiredTag(tag, environments, allowed)


def _exception(entry: Value, asked: Sequence[str]) -> TagException:
    said = entry.fields(("service", "tags", "until", "reason"), "keys with values, such as service and until")
    for key, what in {
        "service": "which services",
        "until": "the last day it holds: an exception ends",
        "reason": "why, for who reads the report",
    }.items():
        if key not in said:
            entry.refuse(f"expected the key {key}: {what}")
    tags = said["tags"].texts() if "tags" in said else tuple(asked)
    if unknown := sorted(set(tags) - set(asked)):
        said["tags"].refuse(f"{unknown[0]!r} is none of the tags asked for: {', '.join(asked)}")
    return TagException(said["service"].texts(), tags, yaml_values.day(said["until"]), said["reason"].text())


def _refuse_unreachable(entries: Sequence[Value], tags: Sequence[RequiredTag]) -> None:
    for place, one in enumerate(tags):
        for other, earlier in zip(entries[:place], tags[:place], strict=True):
            if earlier.tag == one.tag and covers(earlier.environments or ("*",), one.environments or ("*",)):
                entries[place].refuse(f"{one.tag} is never asked for by it: line {other.line} asks wherever it would")
