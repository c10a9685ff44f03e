"""Builds on a schedule, in one warm process that never overlaps itself."""

import logging
import os
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from collector.data_format import FormatError
from collector.exposition import publish
from collector.files import lock, make_folder, write_json
from collector.logs import configure_logging
from collector.processes import usage
from collector.store.lake_file import TREES, LakeError
from spanledger.alerts.looking import Watch
from spanledger.alerts.looking import look as look_for_alerts
from spanledger.building.build import Builder, Outcome
from spanledger.building.build_figures import counted
from spanledger.installation.doctor_file import Visits
from spanledger.keeping import calls_tier, retention
from spanledger.published.build_errors import BuildError
from spanledger.published.builds import BuildInProgressError
from spanledger.reports.schedule import Schedule
from spanledger.settings import Settings
from transforms.installation import BUILDER, BUILDER_LOCK
from transforms.pricing.charges import ChargeError
from transforms.pricing.prices import PriceError
from transforms.yaml_lines import ConfigError

logger = logging.getLogger(__name__)

STATE_NAME = BUILDER
BUILD_NOW = "build"
NOT_BUILT = (
    BuildError,
    BuildInProgressError,
    PriceError,
    ChargeError,
    ConfigError,
    LakeError,
    FormatError,
    OSError,
    duckdb.Error,
    pa.ArrowException,
)
"""Why a build may not come about; the published one stays, and the next look tries again."""
FIRST_LOOK_S = 1.0
"""Between two looks for the first spans of an installation: whoever sent them is waiting for them."""


def describe(outcome: Outcome) -> str:
    """One line on what a build did."""
    if outcome.build_id is None:
        return "nothing new: the published build holds everything in the lake"
    kind = "everything made anew" if outcome.is_full else "carried on from the build before"
    news = f"{outcome.new_segments:,} new segments, {outcome.lake_rows:,} spans in the lake"
    steps = f" in {outcome.steps} steps" if outcome.steps > 1 else ""
    return f"published {outcome.build_id}: {news}, {kind}{steps}, {outcome.seconds:.1f} s"


class BuilderLoop:
    """Looks for something new every `build_interval_s`, and at once when told to."""

    def __init__(self) -> None:
        self._wake = threading.Event()

    def order(self, text: str) -> None:
        """`build` asks for a look now, or right after the build at hand."""
        if text != BUILD_NOW:
            raise ValueError(f"the builder does not know the order {text!r}, only {BUILD_NOW!r}")
        self._wake.set()

    def run(self, settings: Settings) -> int:
        """Build until the process is ended; a build that is cut short leaves nothing behind that counts."""
        configure_logging("builder", settings.log_format, settings.log_level)
        folder = settings.data.absolute() / "run"
        make_folder(folder)
        held = lock(folder / BUILDER_LOCK, is_waiting=True)  # a predecessor may be ending
        builder = Builder.of(settings)
        watch, schedule = Watch(settings, since=datetime.now(UTC)), Schedule(settings)
        doctor = Visits(settings)
        expired_on: date | None = None
        while held:
            self._wake.clear()
            error, is_empty = _attempt(builder, settings)
            if settings.keep_spans_days and not error and expired_on != (today := datetime.now(UTC).date()):
                error = _expire(settings, settings.keep_spans_days)
                if settings.keep_calls_months and not error:
                    error = _close(settings, settings.keep_calls_months, builder)
                expired_on = today
            _say(folder / STATE_NAME, error)
            has_alert_news = look_for_alerts(watch, error)
            schedule.look(datetime.now(UTC))
            doctor.look()
            publish(folder, "builder", usage({"builder": os.getpid()}), is_lasting=False)
            if error or not has_alert_news:  # else the next build, which shows them, is made at once
                self._rest(settings, is_empty=is_empty)
        return 0

    def _rest(self, settings: Settings, *, is_empty: bool) -> None:
        """Until the next look is due or ordered; while nothing was ever built, also until the first spans land."""
        if not is_empty:
            self._wake.wait(settings.build_interval_s)
            return
        due = time.monotonic() + settings.build_interval_s
        while (left := due - time.monotonic()) > 0:
            if self._wake.wait(min(left, FIRST_LOOK_S)) or _has_landed(settings):
                return


def _attempt(builder: Builder, settings: Settings) -> tuple[str | None, bool]:
    """Build if there is something new; returns why it did not come about, and whether the lake held nothing yet."""
    try:
        with counted(settings.data.absolute(), settings.lake_path, NOT_BUILT) as made:
            outcome = builder.build(shows_alerts=True)
            made.append(outcome)
    except NOT_BUILT as error:
        logger.error("no new build; the published one stays, the next look tries again: %s", error)
        return str(error), False
    if outcome.build_id:
        logger.info("a new build: %s", describe(outcome))
    return None, outcome.lake_rows == 0


def _has_landed(settings: Settings) -> bool:
    if not isinstance(settings.lake_path, Path):
        return False  # each look is a request, and may fail; the next one that is due does
    return any(path for tree in TREES for path in (settings.lake_path / tree).glob("*/*/*.parquet"))


def _expire(settings: Settings, keep_days: int) -> str | None:
    """Once a day: take out of the lake what is older than asked for; returns why that did not come about."""
    try:
        days = retention.expire(settings.data.absolute(), settings.lake_path, keep_days, datetime.now(UTC))
    except retention.NOT_REMOVED as error:
        logger.error("nothing was removed by age, tomorrow's look tries again: %s", error)
        return str(error)
    for day in days:
        if day.why_kept:
            logger.warning("%s stays though it is older than %d days: %s", day.folder, keep_days, day.why_kept)
    return None


def _close(settings: Settings, months: int, builder: Builder) -> str | None:
    """Once a day: let calls go that are older than asked for; returns why that did not come about."""
    data, now = settings.data.absolute(), datetime.now(UTC)
    try:
        for receipt in calls_tier.expire(data, settings.lake_path, months, now, builder.build):
            logger.info("%d calls before %s were removed", receipt["gone_calls"], receipt["calls_from"])
    except (*retention.NOT_REMOVED, *NOT_BUILT) as error:
        logger.error("calls of old days stay, tomorrow's look tries again: %s", error)
        return None if isinstance(error, calls_tier.NotDueError) else str(error)
    return None


def _say(path: Path, error: str | None) -> None:
    write_json(path, {"pid": os.getpid(), "looked_at_ns": time.time_ns(), "error": error})
