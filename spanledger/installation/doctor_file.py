"""`run/doctor.json`: what the doctor says, asked by the schedule now and then."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from collector.files import write_json
from spanledger.doctor import of_settings
from spanledger.doctor.findings import FAULT, Finding
from spanledger.installation.settings_file import without_users
from spanledger.settings import Settings
from transforms.installation import DOCTOR, run_of

logger = logging.getLogger(__name__)

FIRST_S = 20.0
"""After the start: what starts beside the schedule should be there by then."""
LEAST_S, AFTER_FAULTS_S = 300.0, 60.0
SHARE = 50
"""The doctor reads every file of the lake: it may take one part in so many of the schedule's time."""
NOT_ASKED = (OSError, ValueError, RuntimeError, duckdb.Error, pa.ArrowException)
"""Why the doctor may not come to an end; no build waits for it."""


class Visits:
    """Asks the doctor again once it is time to."""

    def __init__(
        self,
        settings: Settings,
        ask: Callable[[Settings], Iterable[Finding]] = of_settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._ask, self._clock = settings, ask, clock
        self._next = clock() + FIRST_S

    def look(self) -> None:
        """Write what it finds, if it is time to; what keeps it from that is said in the log."""
        began = self._clock()
        if began < self._next:
            return
        try:
            findings = [_said(one) for one in self._ask(self._settings)]
            took = self._clock() - began
            now = datetime.now(UTC).isoformat(timespec="seconds")
            path = run_of(self._settings.data.absolute()) / DOCTOR
            write_json(path, {"at": now, "seconds": took, "findings": findings})
        except NOT_ASKED as error:
            logger.warning("the doctor was not heard to the end: %s", error)
            self._next = self._clock() + LEAST_S
            return
        has_faults = any(one["state"] == FAULT for one in findings)
        self._next = self._clock() + max(AFTER_FAULTS_S if has_faults else LEAST_S, SHARE * took)


def _said(finding: Finding) -> dict[str, Any]:
    detail, cure = without_users(finding.detail), finding.cure and without_users(finding.cure)
    return {"state": finding.state, "subject": finding.subject, "detail": detail, "cure": cure}
