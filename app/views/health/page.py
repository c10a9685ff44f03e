"""The page on settings and health: how things stand in a sentence, four numbers, and what they rest on."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from app import evidence, figures, warehouse
from app.cards import Card, cards, headline
from app.context import Context
from app.installation import Arrived, Collector, arrived, collector, kept
from app.installation.kept import DamagedError
from app.views.health import arrivals, builds, findings, in_force, storage, versions, words


def render(context: Context) -> None:
    """The page where there is a build; the filters say nothing here."""
    del context
    alone(warehouse.data_directory())


def alone(data: Path) -> None:
    """The page, whether or not there is a build."""
    now = datetime.now(UTC)
    _guarded(lambda: _top(data, now))
    for section in (arrivals.section, builds.section, findings.section, storage.section, in_force.section):
        _guarded(lambda section=section: section(data, now))  # type: ignore[misc]  # bound now, not when called
    _guarded(lambda: versions.section(data))
    evidence.end()


def _guarded(draw: Callable[[], None]) -> None:
    """One damaged file says so in its place; the rest of the page is drawn."""
    try:
        draw()
    except DamagedError as damaged:
        st.error(str(damaged), icon=":material/broken_image:")


def _top(data: Path, now: datetime) -> None:
    found, known = collector(data), arrived(data)
    headline(_sentence(found, known), _below(data, found))
    evidence.of()
    cards([_collector(found, now), _arrived(known, found), _build(data, now), _doctor(data, now)])


def _sentence(found: Collector, known: Arrived) -> str:
    if found.state == "ready":
        waiting = f"{figures.count(known.waiting)} spans wait for the lake" if known.waiting else "nothing waits"
        return f"The collector is ready; {waiting}" if known.waiting is not None else "The collector is ready"
    if found.state == "unready":
        return f"The collector cannot store: {'; '.join(found.problems) or 'its log says why'}"
    if found.state == "silent":
        return "A collector works on this data directory and does not answer here"
    if found.state == "stopped":
        return "No collector runs on this data directory: nothing new arrives"
    return "No collector has ever worked on this data directory"


def _below(data: Path, found: Collector) -> str:
    where = f"Data in {data.absolute()}."
    if found.state in ("never", "stopped"):
        return f"{where} spanledger up starts collector, builds and explorer; figures below are what was left here."
    if found.state == "silent" and found.untold:
        return f"{where} Whether it is ready is not told here: {found.untold}."
    if found.state == "silent":
        return f"{where} {found.http or 'Its address'} was asked. spanledger doctor says what to do."
    warnings = "; ".join(found.warnings)
    return f"{where} It listens on {found.grpc} (gRPC) and {found.http} (HTTP). {warnings}".strip()


def _collector(found: Collector, now: datetime) -> Card:
    since = f"since {words.moment(found.started_at)}" if found.started_at and found.state != "stopped" else ""
    last = f"last started {words.age(found.started_at, now)}" if found.started_at and not since else since
    pid = f", process {found.pid}" if found.pid and since else ""
    return Card("Collector", words.STATES[found.state], words.COLLECTOR, range=f"{last}{pid}", change="")


def _arrived(known: Arrived, found: Collector) -> Card:
    waiting = figures.UNKNOWN if known.waiting is None else figures.count(known.waiting)
    beside = f"{figures.count(known.landed)} in the lake, {waiting} in the log"
    told = f"Counted up to the last landing: {found.untold}." if found.untold else ""
    return Card("Acknowledged", figures.count(known.accepted), words.ACKNOWLEDGED, range=beside, change=told)


def _build(data: Path, now: datetime) -> Card:
    counts = kept.build_counts(data)
    published = counts.get("published_at")
    if not published:
        return Card("Last build", figures.UNKNOWN, words.LAST_BUILD, range="none is known of", change="")
    at = datetime.fromtimestamp(published, UTC)
    took = f"took {figures.duration(counts['last_seconds'] * 1000)}, {words.moment(at)}"
    failed = f"{figures.count(counts['failures'])} failed so far" if counts["failures"] else "none has failed"
    return Card("Last build", words.age(at, now), words.LAST_BUILD, range=took, change=failed)


def _doctor(data: Path, now: datetime) -> Card:
    said = kept.examined(data)
    if said is None:
        return Card("Doctor", figures.UNKNOWN, words.DOCTOR, range="has not looked here yet", change="")
    faults = sum(one.state == "fault" for one in said.findings)
    notes = sum(one.state == "note" for one in said.findings)
    value = "No fault" if not faults else "1 fault" if faults == 1 else f"{faults} faults"
    return Card("Doctor", value, words.DOCTOR, range=f"{notes} notes; {words.age(said.at, now)}", change="")
