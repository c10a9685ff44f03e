"""An incident in words: where, since when, and what drove it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from app import figures
from app.filters import text
from app.times import zones

Row = Mapping[str, Any]
SCOPES = {
    "organization": "organization",
    "traffic_source": "traffic source",
    "team": "team",
    "project": "project",
    "workflow": "workflow",
    "model": "model",
}
LENGTH = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
EFFECTS = ("calls", "input_tokens_per_call", "output_tokens_per_call", "price", "new_work", "ended_work")


def scope(row: Row) -> str:
    """Whose spend it was: `team finance`, `northwind`."""
    name = text(row["scope"])
    return name if row["scope_kind"] == "organization" else f"{SCOPES[row['scope_kind']]} {name}"


def when(row: Row, zone: str = zones.USUAL) -> str:
    """`Tue 10 Nov, 02:00 – 03:00` by the clock of ``zone``, `Tue 10 Nov` for a day (of UTC), both ends for more."""
    first, last = row["first_at"], row["last_at"]
    if row["grain"] == "hour":
        first, last = zones.local(first, zone), zones.local(last, zone)
    else:
        return f"{first:%a %-d %b}" if first == last else f"{first:%a %-d %b} – {last:%a %-d %b}"
    until = last + LENGTH["hour"]
    ends = f"{until:%H:%M}" if until.date() == first.date() else f"{until:%-d %b, %H:%M}"
    return f"{first:%a %-d %b, %H:%M} – {ends}"


def effects(row: Row) -> list[Row]:
    """Its drivers that are effects, largest first."""
    return [one for one in row["drivers"] if one["kind"] in EFFECTS]


def parts(row: Row) -> list[Row]:
    """Its drivers that are parts of the scope, by kind, largest first of each."""
    return [one for one in row["drivers"] if one["kind"] not in EFFECTS]


def cause(row: Row) -> str:
    """The first driver as a sentence: `wf-014 asked for 30 × the output tokens a call (15,000 instead of 500)`."""
    of = effects(row)
    return _effect(of[0]) if of else f"{scope(row)} cost more than usual"


def _effect(one: Row) -> str:
    name, expected, actual = text(one["name"]), one["expected"], one["actual"]
    if one["kind"] == "new_work":
        return f"{name} is new work: it cost nothing at this time in the days before"
    if one["kind"] == "price":
        return f"tokens of {name} cost {_times(expected, actual)} what they did"
    if one["kind"] == "calls":
        return f"{name} made {_times(expected, actual)} the calls ({_numbers(expected, actual)})"
    side = "output" if one["kind"].startswith("output") else "input"
    verb = "asked for" if side == "output" else "sent"
    return f"{name} {verb} {_times(expected, actual)} the {side} tokens a call ({_numbers(expected, actual)})"


def _times(expected: float | None, actual: float) -> str:
    if not expected:
        return "far more than"
    ratio = actual / expected
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×"


def _numbers(expected: float | None, actual: float) -> str:
    return f"{figures.count(round(actual))} instead of {figures.count(round(expected or 0))}"


def where(row: Row) -> str:
    """The largest part of each kind that holds half of the excess or more: `team finance, model helios, user ann`."""
    told: dict[str, str] = {}
    named = {one["name"] for one in effects(row)[:1]}
    for one in parts(row):
        is_most = 2 * one["change_usd"] >= row["excess_usd"]
        if is_most and one["kind"] not in told and one["name"] not in named and one["kind"] != "traffic_source":
            told[one["kind"]] = f"{SCOPES.get(one['kind'], one['kind'])} {text(one['name'])}"
    return ", ".join(told.values())


def part_of(row: Row, kind: str) -> Row | None:
    """The part of a kind that holds most of the excess."""
    return next((one for one in parts(row) if one["kind"] == kind), None)


def came_with(row: Row) -> str:
    """The version that came with a change of cost per run; empty where none did."""
    if row["version_kind"] is None:
        return ""
    kind = {"prompt_version": "prompt", "model": "model", "code_version": "code"}[row["version_kind"]]
    return f"with {kind} {text(row['version_before'])} → {row['version_after']}"


def largest(rows: Sequence[Row]) -> Row:
    """The incident that cost most beyond what was expected."""
    return max(rows, key=lambda row: row["excess_usd"])
