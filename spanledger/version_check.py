"""Two versions of one thing, chosen from the published build and compared by what a success costs with each.

What is chosen is narrowed step by step; where a step leaves nothing, or more than one, the message names what there is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from spanledger.exits import Failure
from spanledger.published import current
from transforms.version_compare import (
    BETTER,
    LEAST_SUCCESSES,
    LEAST_TASKS,
    WORSE,
    Arm,
    Comparison,
    compare,
    has_lost_success,
)

PASSED, EXCEEDED, UNCLEAR = "passed", "failed", "unclear"
PREFERRED_SOURCES = ("eval", "production")
NAMED = 12
"""Names that a message lists; more are counted."""

Version = dict[str, Any]
"""A row of queries/version_costs.sql."""


@dataclass(frozen=True)
class Wanted:
    """What the user asked for; None leaves a step to what there is. ``subject`` is a step or a prompt's name."""

    workflow: str | None = None
    kind: str | None = None
    subject: str | None = None
    traffic_source: str | None = None
    environment: str | None = None
    organization: str | None = None
    baseline: str | None = None
    candidate: str | None = None


@dataclass(frozen=True)
class Checked:
    """Two versions, their comparison, and whether the candidate's rise is beyond ``margin`` (a share)."""

    baseline: Version
    candidate: Version
    compared: Comparison
    margin: Decimal

    @property
    def result(self) -> str:
        """failed or passed where the comparison proves it."""
        return {WORSE: EXCEEDED, BETTER: PASSED}.get(self.compared.verdict, UNCLEAR)

    @property
    def has_lost_success(self) -> bool:
        """Whether the candidate never succeeds although the baseline does: failed without a ratio."""
        return has_lost_success(_arm(self.baseline), _arm(self.candidate))


def check(connection: duckdb.DuckDBPyConnection, wanted: Wanted, margin: Decimal, *, is_read_once: bool) -> Checked:
    """Choose and compare. Raises Failure, naming what there is, where the choice is empty or not one."""
    relation = current.answer(connection, current.question("version_costs"))
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    baseline, candidate = _pair(_narrowed(rows, wanted), wanted)
    compared = compare(_arm(baseline), _arm(candidate), limit=float(1 + margin), is_read_once=is_read_once)
    return Checked(baseline, candidate, compared, margin)


def _arm(version: Version) -> Arm:
    return Arm(version["tasks"], version["successes"], float(version["cost_usd"]), version["spread"])


def _narrowed(rows: Sequence[Version], wanted: Wanted) -> Sequence[Version]:
    """The versions of the one thing meant, in order of appearance."""
    if not rows:
        raise Failure("no task in the published build carries a version: a model, a prompt version or a code version")
    for key, said in (("organization", wanted.organization), ("workflow", wanted.workflow)):
        rows = _chosen(rows, key, said)
    rows = _of_source(rows, wanted.traffic_source)
    rows = _chosen(rows, "environment", wanted.environment)
    rows = _chosen(_with_several(rows) if wanted.kind is None else rows, "kind", wanted.kind)
    return _chosen(rows, "subject", wanted.subject)


def _of_source(rows: Sequence[Version], said: str | None) -> Sequence[Version]:
    there = {row["traffic_source"] for row in rows}
    preferred = next((source for source in PREFERRED_SOURCES if source in there), None)
    return _chosen(rows, "traffic_source", said or preferred)


def _with_several(rows: Sequence[Version]) -> Sequence[Version]:
    """Only what has two versions, as long as nobody said what is meant."""
    things = [(row["kind"], row["subject"]) for row in rows]
    several = [row for row in rows if things.count((row["kind"], row["subject"])) > 1]
    if not several:
        names = _list(f"{_thing(row)} {_name(row['version'])}" for row in rows)
        raise Failure(f"nothing of {_name(rows[0]['workflow'])} has a second version to compare with: {names}")
    return several


def _chosen(rows: Sequence[Version], key: str, said: str | None) -> Sequence[Version]:
    names = list(dict.fromkeys(row[key] for row in rows))
    option = key.replace("_", "-")
    if said is None:
        if len(names) == 1:
            return rows
        how = "--prompt NAME, --model STEP or --code" if key in ("kind", "subject") else f"--{option}"
        what = [_thing(row) for row in rows] if key in ("kind", "subject") else [_name(name) for name in names]
        raise Failure(f"which {key.replace('_', ' ')} is meant? Say it with {how}; there are {_list(what)}")
    if said not in names:
        raise Failure(
            f"no versions of the {key.replace('_', ' ')} {_name(said)} in the published build; "
            f"there are some of {_list(map(_name, names))}"
        )
    return [row for row in rows if row[key] == said]


def _pair(rows: Sequence[Version], wanted: Wanted) -> tuple[Version, Version]:
    """Baseline and candidate: by name, else the latest version and the one that appeared before it."""
    names = [row["version"] for row in rows]
    for said in (wanted.baseline, wanted.candidate):
        if said is not None and said not in names:
            raise Failure(f"{_thing(rows[0])} has no version {_name(said)}; it has {_list(map(_name, names))}")
    candidate = names.index(wanted.candidate) if wanted.candidate is not None else len(names) - 1
    baseline = names.index(wanted.baseline) if wanted.baseline is not None else candidate - 1
    if baseline < 0 or baseline == candidate:
        there = _list(map(_name, names))
        raise Failure(f"{_thing(rows[0])} has nothing to compare {_name(names[candidate])} with: it has {there}")
    return rows[baseline], rows[candidate]


def _thing(version: Version) -> str:
    subject = _name(version["subject"]) if version["subject"] else "without a name"
    return "the code" if version["kind"] == "code" else f"the {version['kind']} {subject}"


def _name(text: str) -> str:
    return f'"{text}"'


def _list(names: Iterable[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - NAMED} more" if len(unique) > NAMED else ""
    return ", ".join(unique[:NAMED]) + more


def summary(checked: Checked, on_unclear: str) -> Iterator[str]:
    """The outcome in sentences, the verdict last."""
    old, new, found = checked.baseline, checked.candidate, checked.compared
    place = f"{_name(new['workflow'])}, {new['traffic_source']} tasks"
    yield f"{_thing(new)} in {place}: {old['version']} → {new['version']}"
    for version in (old, new):
        yield "  " + _described(version)
    if found.ratio is not None:
        ends = "" if found.low is None else f", 95 %: × {found.low:.3f} – × {found.high:.3f}"
        yield f"  a success costs × {found.ratio:.3f}{ends}"
    if old["is_heavy_tailed"] or new["is_heavy_tailed"]:
        yield "  one task stands far above the rest: the interval is likely too narrow"
    if checked.has_lost_success:
        yield f"FAILED: none of {new['tasks']:,} tasks succeeded, so a success has no cost at all"
        return
    percent = f"{checked.margin * 100:f}".rstrip("0").rstrip(".") if checked.margin else "0"
    yield {
        EXCEEDED: f"FAILED: a success costs more than {percent} % more, for certain",
        PASSED: f"PASSED: a success does not cost {percent} % more, for certain",
        UNCLEAR: f"UNCLEAR: nobody can tell yet whether a success costs more than {percent} % more; {_wait(checked)}. "
        f"Taken as {'failed' if on_unclear == 'fail' else 'passed'} (--on-unclear {on_unclear})",
    }[checked.result]


def _described(version: Version) -> str:
    cost = version["cost_per_successful_task_usd"]
    per_success = "no success" if cost is None else f"${float(cost):.6g} a success"
    left_out = (
        f", {version['left_out_tasks']:,} left out (outcome or cost unknown)" if version["left_out_tasks"] else ""
    )
    mixed = f", {version['mixed_tasks']:,} tried another one too" if version["mixed_tasks"] else ""
    return (
        f"{version['version']}: {per_success}, {version['successes']:,} of {version['tasks']:,} tasks{left_out}{mixed}"
    )


def _wait(checked: Checked) -> str:
    more, new = checked.compared.more_tasks, checked.candidate["version"]
    if more is not None:
        return f"about {more:,} more tasks of {new} would tell if the ratio stays as it is"
    if checked.compared.low is None:
        return f"each version needs {LEAST_TASKS} tasks and {LEAST_SUCCESSES} successes"
    return f"no number of tasks of {new} alone would, as things are"


def row(checked: Checked, on_unclear: str) -> Version:
    """The comparison as one row for programs."""
    old, new, found = checked.baseline, checked.candidate, checked.compared
    both = {
        f"{name}_{which}": version[key]
        for name, key in (("tasks", "tasks"), ("successes", "successes"), ("cost_usd", "cost_usd"),
                          ("cost_per_success_usd", "cost_per_successful_task_usd"))
        for which, version in (("baseline", old), ("candidate", new))
    }  # fmt: skip
    names = ("organization", "environment", "workflow", "traffic_source", "kind", "subject")
    return {
        **{name: new[name] for name in names}, "baseline": old["version"], "candidate": new["version"], **both,
        "ratio": found.ratio, "ratio_low": found.low, "ratio_high": found.high, "margin": float(checked.margin),
        "result": checked.result, "more_tasks": found.more_tasks,
        "is_failure": is_failure(checked, on_unclear),
    }  # fmt: skip


def is_failure(checked: Checked, on_unclear: str) -> bool:
    """Whether the gate closes."""
    return checked.result == EXCEEDED or (checked.result == UNCLEAR and on_unclear == "fail")
