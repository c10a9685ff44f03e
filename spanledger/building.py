"""Builds on a schedule, in one warm process that never overlaps itself."""

import logging
import os
import threading
import time
from pathlib import Path

import duckdb
import pyarrow as pa

from collector.data_format import FormatError
from collector.files import lock, make_folder, write_json
from collector.lake import LakeError
from collector.logs import configure_logging
from spanledger.build import Builder, Outcome
from spanledger.builds import BuildInProgressError
from spanledger.models import BuildError
from spanledger.settings import Settings
from transforms.pricing.charges import ChargeError
from transforms.pricing.prices import PriceError
from transforms.yaml_lines import ConfigError

logger = logging.getLogger(__name__)

STATE_NAME, LOCK_NAME = "builder.json", "builder.lock"
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


def describe(outcome: Outcome) -> str:
    """One line on what a build did."""
    if outcome.build_id is None:
        return "nothing new: the published build holds everything in the lake"
    kind = "everything made anew" if outcome.is_full else "carried on from the build before"
    news = f"{outcome.new_segments:,} new segments, {outcome.lake_rows:,} spans in the lake"
    return f"published {outcome.build_id}: {news}, {kind}, {outcome.seconds:.1f} s"


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
        held = lock(folder / LOCK_NAME, is_waiting=True)  # a predecessor may be ending
        builder = Builder(
            *(settings.data, settings.lake_path, settings.price_files, settings.charge_files),
            settings.outcome_rules_file,
        )
        while held:
            self._wake.clear()
            error = _attempt(builder)
            _say(folder / STATE_NAME, error)
            self._wake.wait(settings.build_interval_s)
        return 0


def _attempt(builder: Builder) -> str | None:
    """Build if there is something new; returns why it did not come about."""
    try:
        outcome = builder.build()
    except NOT_BUILT as error:
        logger.error("no new build; the published one stays, the next look tries again: %s", error)
        return str(error)
    if outcome.build_id:
        logger.info("%s", describe(outcome))
    return None


def _say(path: Path, error: str | None) -> None:
    write_json(path, {"pid": os.getpid(), "looked_at_ns": time.time_ns(), "error": error})
