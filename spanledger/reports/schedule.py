"""Reports on a schedule: made by the process that builds, once the published build holds all of their period, and sent.

Who looks again and again sends each report to each channel once; one that dies between sending and writing sends it
twice, never not at all. Only the last period that is due is looked at: what was missed for longer stays away.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb

from collector.files import make_folder, write_atomically
from spanledger.alerts.reading import read_rules
from spanledger.exits import Failure
from spanledger.reports import due, making, posting
from spanledger.reports.document import Document
from spanledger.reports.due import Due
from spanledger.reports.periods import Period
from spanledger.reports.plan import Planned, read_plan
from spanledger.settings import Settings
from transforms.alerts.rules import AlertRules, Channel
from transforms.yaml_lines import ConfigError

logger = logging.getLogger(__name__)

AGAIN_S = 900.0
"""Time between two tries of a report that could not be made or sent."""
NOT_MADE = (Failure, ConfigError, duckdb.Error, OSError, ValueError)
"""Why a report may not come about; the next look tries again."""


class Schedule:
    """The planned reports of one data directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.model_copy(update={"data": settings.data.absolute()})
        self._tried: dict[str, float] = {}
        self._work: threading.Thread | None = None

    def look(self, now: datetime) -> None:
        """Start making and sending what is due, beside the builds; nothing while that is still going on."""
        if self._settings.reports_file is None or (self._work is not None and self._work.is_alive()):
            return
        self._work = threading.Thread(target=self._say_what_fails, args=(now,), name="reports", daemon=True)
        self._work.start()

    def _say_what_fails(self, now: datetime) -> None:
        try:
            self.catch_up(now)
        except NOT_MADE as error:
            logger.error("scheduled reports could not be looked at, the next look tries again: %s", error)

    def catch_up(self, now: datetime) -> list[str]:
        """Make and send what is due and was not yet; returns the names of the reports made. Raises one of NOT_MADE
        where the files that say so cannot be read."""
        rules = read_rules(self._settings.alerts_file)
        complete_at = due.complete_at(self._settings.data)
        made: list[str] = []
        for planned in read_plan(self._settings.reports_file, rules.channels):
            period = planned.due(now)
            if complete_at is None or complete_at < planned.due_at(period):
                continue
            made += self._each(planned, period, rules)
        return made

    def _each(self, planned: Planned, period: Period, rules: AlertRules) -> Iterator[str]:
        try:
            for one in due.reports(self._settings, planned, period):
                if not one.is_done and not self._was_tried(one.stem):
                    yield self._make(one, period, rules)
        except NOT_MADE as error:
            logger.error("the %s report of %s could not be made: %s", planned.kind, period.key, error)

    def _make(self, one: Due, period: Period, rules: AlertRules) -> str:
        """Make one report and send it to whom it was not sent yet; its name."""
        self._tried[one.stem] = time.monotonic()
        report = making.make(self._settings, period, one.filters)
        files = self._settings.data / due.FOLDER
        make_folder(files)
        for form in making.FORMS:
            write_atomically(files / making.named(report, form), making.text(report, form).encode())
        logger.info("report made: %s", files / one.stem)
        self._send(report, [rules.channels[name] for name in one.waiting])
        return one.stem

    def _was_tried(self, stem: str) -> bool:
        tried = self._tried.get(stem)
        return tried is not None and time.monotonic() - tried < AGAIN_S

    def _send(self, report: Document, waiting: list[Channel]) -> None:
        for sent in posting.send(report, waiting):
            if sent.reason is not None:
                logger.error("the report %s was not taken, it is tried again: %s", report.stem, sent.line)
                continue
            path = due.taken(self._settings.data, report.stem, sent.channel.name)
            make_folder(path.parent)
            said = {"report": report.stem, "channel": sent.channel.name, "taken_at": datetime.now(UTC).isoformat()}
            write_atomically(path, json.dumps(said).encode())
            logger.info("report %s: %s", report.stem, sent.line)
