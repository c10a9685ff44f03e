"""What a reader must know before believing that a page is of today: that builds fail or have stopped, that nothing
arrives any more. One line above every page, gone when the cause is; nothing where all is well.

Read from files of the data directory, so that a page asks nobody. On a copy, where no collector works, nothing is said:
its figures are of the day they were copied, as the footer says.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import streamlit as st

from app import access
from app.installation.collector import is_held
from app.installation.kept import DamagedError, build_counts, looks
from transforms.installation import BUILDER_LOCK, COLLECTOR_LOCK, FATES, run_of

BEHIND = timedelta(minutes=10)
"""What is in no build after this long is late: builds are a minute apart and take seconds to minutes."""
QUIET = timedelta(days=1)
"""Applications that run every day have sent something in a day."""
HEALTH = "health"
"""The page that says more."""
_LONGEST = 300
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class State:
    """What is wrong, since when, and what to do."""

    what: str
    cure: str


def show(data: Path, built_at: datetime) -> None:
    """The line, where there is something to say; the installation's troubles are for who sees all of it."""
    if not access.sees_everything():
        return
    try:
        found = state(data, built_at, datetime.now(UTC))
    except DamagedError as damage:
        found = State("How builds stand cannot be read.", str(damage))
    if found:
        cure = _CODE.sub(r"<code>\1</code>", escape(found.cure))
        st.html(
            f'<div class="sl sl-state" role="status"><b>{escape(found.what)}</b> '
            f'<span class="sl-muted">{cure}</span> <a href="{HEALTH}" target="_self">Settings and health</a></div>'
        )


def state(data: Path, built_at: datetime, now: datetime) -> State | None:
    """How the published build, made at ``built_at``, stands to what arrives. Raises DamagedError."""
    run = run_of(data)
    look = looks(data)
    if look is not None and look.error:
        return State(
            f"The last build failed: these figures are of {_moment(built_at)}.",
            f"{look.error[:_LONGEST].strip().rstrip('.')}. The next look tries again.",
        )
    landed_at = _landed_at(run / FATES)
    if landed_at is None or not is_held(run / COLLECTOR_LOCK):
        return None
    complete_at = datetime.fromtimestamp(build_counts(data).get("complete_at", built_at.timestamp()), UTC)
    if landed_at > complete_at and now - complete_at > BEHIND:
        cure = (
            "A build is at work, or takes long."
            if is_held(run / BUILDER_LOCK)
            else "Nobody builds: start `spanledger up`, or run `spanledger build`."
        )
        return State(f"What arrived since {_moment(complete_at)} is in no figure yet.", cure)
    if now - landed_at > QUIET:
        return State(
            f"Nothing has arrived since {_moment(landed_at)}.",
            "If your applications run, their exporters do not reach this collector: `spanledger doctor` says why.",
        )
    return None


def _landed_at(path: Path) -> datetime | None:
    """When something last reached the lake: the counters of it are written anew each time."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _moment(at: datetime) -> str:
    return f"{at:%-d %b %Y, %H:%M} UTC"
