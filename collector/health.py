"""The pages /healthz, /readyz and /metrics."""

import functools
import json
import os
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Protocol

from collector.config import CollectorConfig
from collector.door.pages import Drawn, Page, Rest
from collector.door.room import Room
from collector.door.signals import JSON
from collector.exposition import Family, of_others, render
from collector.metrics import Counters, families, flat
from collector.processes import usage
from collector.supervise import WriterProcess
from collector.wal.log import Log
from collector.wal.waiting import standing

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Part(Protocol):
    """A part of the collector beside the way of the spans: what it says of itself."""

    def problems(self) -> list[str]: ...
    def families(self) -> list[Family]: ...
    def pids(self) -> dict[str, int]: ...


class Health:
    """Reads the state of all parts. Alive means: answers. Ready means: can store, and what is stored lands."""

    def __init__(
        self,
        config: CollectorConfig,
        log: Log,
        writer: WriterProcess,
        counters: Counters,
        warnings: Callable[[], list[str]] = list,
        room: Room | None = None,
        parts: Sequence[Part] = (),
    ) -> None:
        """``warnings`` says what is wrong without keeping the collector from being ready, as ``parts`` do; ``room``
        what of the log is left."""
        self._config = config
        self._log = log
        self._writer = writer
        self._counters = counters
        self._warnings = warnings
        self._room = room
        self._parts = parts
        self.is_stopping = False

    def pages(self) -> dict[str, Drawn]:
        """The paths served."""
        return {"/healthz": self._health, "/readyz": self._ready, "/metrics": self._metrics}

    def bare_pages(self) -> dict[str, Drawn]:
        """What of them is shown to everyone."""
        return {"/healthz": self._health, "/readyz": self._bare_ready}

    def problems(self) -> list[str]:
        """What keeps the collector from being ready, in words."""
        found = ["the collector is stopping"] if self.is_stopping else []
        if self._log.state.error:
            found.append(self._log.state.error)
        if self._room and (said := self._room.backlog.problem()):
            found.append(said)
        if not self._writer.is_running:
            found.append("the writer process is not running")
        elif error := (self._writer.state() or {}).get("error"):
            found.append(str(error))
        return found

    def _health(self) -> Page:
        return Page(200, JSON, '{"status": "ok"}\n')

    def _bare_ready(self) -> Page:
        """Readiness without its reasons."""
        is_ready = not self.problems()
        status = "ok" if is_ready else "unavailable"
        return Page(200 if is_ready else 503, JSON, json.dumps({"status": status}) + "\n")

    def _ready(self) -> Page:
        problems = self.problems()
        said: dict[str, object] = {"status": "unavailable" if problems else "ok", "problems": problems}
        if warnings := [*self._warnings(), *(problem for part in self._parts for problem in part.problems())]:
            said["warnings"] = warnings
        return Page(503 if problems else 200, JSON, json.dumps(said) + "\n")

    def _metrics(self) -> Rest:
        """The parts are asked on the event loop, which is theirs; files are read in a thread: with a long log, or much
        beside us, that takes long enough for senders to notice."""
        of_parts = [family for part in self._parts for family in part.families()]
        pids = {name: pid for part in self._parts for name, pid in part.pids().items()}
        return functools.partial(self._read_metrics, of_parts, pids)

    def _read_metrics(self, of_parts: list[Family], pids_of_parts: dict[str, int]) -> Page:
        log, writer = self._log.state, self._writer.state() or {}
        gauges: dict[str, float] = {
            "spanledger_log_commits_total": log.commits,
            "spanledger_log_requests_total": log.records,
            "spanledger_log_bytes_total": log.bytes,
            "spanledger_log_segments_total": log.segments,
            "spanledger_log_failures_total": log.failures,
            **standing(self._config).figures(),
            "spanledger_writer_failures_total": writer.get("failures", 0),
            "spanledger_writer_restarts_total": self._writer.restarts,
            "spanledger_compacted_files_total": writer.get("compacted_files", 0),
            **self._room_left(),
            "spanledger_ready": 0 if self.problems() else 1,
        }
        version = ("spanledger_info", (("version", metadata.version("spanledger")),), 1)
        ours = [*families([*self._counters.samples(), *flat(gauges), version]), *of_parts]
        pids = {"collector": os.getpid(), "writer": int(writer.get("pid", 0)), **pids_of_parts}
        return Page(200, _TEXT, render([*ours, *usage(pids), *of_others(self._config.run)]))

    def _room_left(self) -> dict[str, float]:
        if self._room is None:
            return {}
        return {
            "spanledger_log_held_bytes": self._room.backlog.bytes,
            "spanledger_log_max_bytes": self._config.log_max_bytes,
            "spanledger_log_disk_free_bytes": self._room.backlog.free_bytes,
        }
