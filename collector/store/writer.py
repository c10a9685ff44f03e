"""The writer process: lands sealed log segments, in order, and compacts closed hours when there is time.

Run as `python -m collector.store.writer`. The first line of its standard input is the configuration; the input then
stays open for as long as the collector lives. When it ends, the collector is gone and the writer stops after the
segment at hand. The line "stop" on it asks to land all that is sealed first; the writer then exits 0 if nothing is
left, else 3. Signals are ignored: Ctrl-C and service managers send them to every process at once, but the collector
decides.
"""

import contextlib
import dataclasses
import datetime
import logging
import os
import select
import signal
import sys
import time
from pathlib import Path

import pyarrow as pa

from collector.config import CollectorConfig
from collector.files import LockedError, lock, make_folder, secret_key, write_json
from collector.logs import configure_logging
from collector.receiver import receiver_id
from collector.store import keeper, lake_place, receivers
from collector.store.brake import Brake
from collector.store.compaction import Compaction
from collector.store.keeper import NotKeeperError
from collector.store.lake import LOCK_NAME, READERS_NAME
from collector.store.lake_file import LakeError
from collector.store.lake_store import store_of
from collector.store.landing import Lander
from collector.store.lean import keep_memory, without_pandas
from collector.store.outcome_files import OutcomeCompaction, folder_of
from collector.wal.fates import LANDED_NAME, Ledger
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, SegmentError, read_header

logger = logging.getLogger(__name__)

_POLL_S = 0.2
_RETRY_S = 1.0
STATE_NAME = "writer.json"
STOP = b"stop\n"
DRAINED, NOT_DRAINED = 0, 3  # exit codes after "stop"


@dataclasses.dataclass
class WriterState:
    """What the writer did since its start, for /metrics, /readyz and `doctor`; in `run/writer.json`.

    What it landed is in `collector.wal.fates`.
    """

    pid: int
    failures: int = 0
    compacted_files: int = 0
    current_segment: str | None = None
    error: str | None = None  # what is wrong now
    updated_at_ns: int = 0


class Writer:
    """The loop; what the collector says on standard input ends it."""

    def __init__(self, config: CollectorConfig, hash_key: bytes) -> None:
        self._config = config
        self._lander = Lander(config, hash_key, Ledger(config.run / LANDED_NAME))
        store = store_of(config.lake, config.data)
        self._compactions = [
            Compaction(
                tree,
                max_rows=config.compaction_max_rows,
                grace_s=config.compaction_grace_s,
                store=store,
                readers=config.run / READERS_NAME,
            )
            for tree in (config.spans, config.logs)
        ]
        self._outcomes = OutcomeCompaction(folder_of(config.data), grace_s=config.compaction_grace_s)
        self._next_compaction = time.monotonic() + config.compaction_interval_s
        self._receiver, self._next_word = receiver_id(config.data), 0.0
        self._brake = Brake(config.writer_max_spans_per_s)
        self._said: set[str] = set()  # failures that are logged already, until all is well
        self.state = WriterState(os.getpid())
        self.stop_requested = False
        self.parent_gone = False

    def run(self) -> int:
        """Work until told to stop; returns the process's exit code."""
        self._publish()
        while not self.parent_gone:
            is_stopping = self.stop_requested
            self._tell_the_lake()
            sealed = sealed_segments(self._config.log)
            left = self._land_all(sealed)
            if self.state.error and not left:
                self._recover()
            if is_stopping:
                self._tell_the_lake(is_ended=True)
                return NOT_DRAINED if left else DRAINED
            if not sealed and not self._config.receiver_only:
                self._compact_when_due()
            self._listen(_RETRY_S if left else 0 if sealed else _POLL_S)
        return DRAINED

    def _land_all(self, paths: list[Path]) -> int:
        """Land ``paths`` in order; returns how many could not be."""
        left = 0
        for path in paths:
            self._listen(0)
            self._wait_for_brake()
            if self.parent_gone:
                return left + 1
            try:
                lake_place.check(self._config)
            except OSError as error:  # it is not there, or cannot be asked
                self._fail(str(error))
                return len(paths)
            left += not self._land(path)
        return left

    def _wait_for_brake(self) -> None:
        while not (self.stop_requested or self.parent_gone) and (wait_s := self._brake.wait_s()):
            self._listen(wait_s)

    def _land(self, path: Path) -> bool:
        self.state.current_segment = path.stem
        self._publish()
        try:
            landed = self._lander.land(path)
        except OSError as error:
            self._fail(f"{path.name} cannot be landed, it stays in the log and is tried again: {error}")
            return False
        except Exception as error:  # a fault of ours: the segment stays, the others go on
            logger.exception("%s", path.name)
            self._fail(f"{path.name} cannot be landed, {type(error).__name__}: {error}")
            return False
        self._brake.book(landed.rows)
        self.state.current_segment = None
        self._publish()
        return True

    def _tell_the_lake(self, *, is_ended: bool = False) -> None:
        """A receiver alone says how it stands, where the keeper looks."""
        if not self._config.receiver_only or (time.monotonic() < self._next_word and not is_ended):
            return
        self._next_word = time.monotonic() + receivers.pause_s(self._config.lake)
        with contextlib.suppress(OSError):  # landing says what is wrong with the lake
            lake_place.check(self._config)
            receivers.say(self._config, self._receiver, is_ended=is_ended)

    def _compact_when_due(self) -> None:
        if time.monotonic() < self._next_compaction:
            return
        try:
            self._compact()
        except NotKeeperError as error:  # another data directory has taken the keeping over
            logger.error("nothing is compacted from here: %s", error)
        except LockedError:
            logger.info("the lake is being rewritten; compaction waits")
        except (OSError, LakeError, pa.ArrowException) as error:  # what is there stays as it is, and is complete
            self.state.failures += 1
            logger.error("compaction failed: %s", error)
        self._next_compaction = time.monotonic() + self._config.compaction_interval_s
        self._publish()

    def _compact(self) -> None:
        keeper.refuse_others(self._config.data, self._config.lake)
        held = lock(self._config.run / LOCK_NAME)
        try:
            now, busy = datetime.datetime.now(datetime.UTC), self._busy_hours()
            self.state.compacted_files += sum(compaction.run(now, busy) for compaction in self._compactions)
            self.state.compacted_files += self._outcomes.run(now)
        finally:
            os.close(held)

    def _busy_hours(self) -> set[datetime.datetime]:
        """The hours of all segments still in the log."""
        hours = set()
        for suffix in (SEALED_SUFFIX, OPEN_SUFFIX):
            for path in self._config.log.glob("*" + suffix):
                try:
                    hours.add(read_header(path).hour)
                except FileNotFoundError:
                    continue  # sealed or landed meanwhile
                except SegmentError:
                    continue  # being started; its hour is the current one, which is never compacted
        return hours

    def _fail(self, error: str) -> None:
        self.state.failures += 1
        if error not in self._said:
            logger.error("%s", error)
        self._said.add(error)
        self.state.error = error
        self._publish()

    def _recover(self) -> None:
        self.state.error = None
        self._said.clear()
        logger.info("segments can be landed again")
        self._publish()

    def _publish(self) -> None:
        self.state.updated_at_ns = time.time_ns()
        try:
            write_json(self._config.run / STATE_NAME, dataclasses.asdict(self.state))
        except OSError as error:  # a full disk; what cannot be written here can still be logged
            logger.error("the writer's state cannot be written: %s", error)

    def _listen(self, timeout_s: float) -> None:
        """Take in what the collector says, waiting up to ``timeout_s`` for it."""
        readable, _, _ = select.select([sys.stdin.fileno()], [], [], timeout_s)
        if not readable:
            return
        said = os.read(sys.stdin.fileno(), 4096)
        self.parent_gone = not said
        self.stop_requested |= STOP in said


def sealed_segments(log: Path) -> list[Path]:
    """The sealed segments of ``log``, oldest first."""
    return sorted(log.glob("*" + SEALED_SUFFIX))


def main() -> int:
    """Read the configuration, take the writer's lock (waiting for a predecessor to finish), and run."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    without_pandas()
    keep_memory()
    config = CollectorConfig.from_json(_read_line())
    configure_logging("writer", config.log_format, config.log_level)
    make_folder(config.run)
    held = lock(config.run / "writer.lock", is_waiting=True)
    writer = Writer(config, secret_key(config.data / "hash.key"))
    try:
        return writer.run()
    finally:
        os.close(held)


def _read_line() -> str:
    """The first line of standard input, unbuffered, so that `select` later sees all there is."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(sys.stdin.fileno(), 1)
        if not byte:
            raise SystemExit("the configuration is missing on standard input; the writer is started by the collector")
        line += byte
    return line.decode()


if __name__ == "__main__":
    sys.exit(main())
