"""`spanledger up` and `spanledger demo` as real processes, for tests."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.collector.running import wait_until

START_S, STOP_S = 150.0, 60.0
ADDRESS = re.compile(r"^  (?P<what>[\w ]+?) +http://(?P<address>[\d.:]+)$", re.MULTILINE)


class Supervised:
    """Runs `spanledger <command>` on free ports in ``folder``; output and errors go to files there."""

    def __init__(self, folder: Path, command: str, *options: str, **variables: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.output_path, self.errors_path = folder / "output.txt", folder / "errors.txt"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SPANLEDGER_")}
        ports = ("--grpc-port", "0", "--http-port", "0", "--app-port", "0")
        with self.output_path.open("wb") as output, self.errors_path.open("wb") as errors:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "spanledger"), command, *ports, *options],
                cwd=folder,
                env={**environment, **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                process_group=0,  # as a shell starts it
            )

    def __enter__(self) -> "Supervised":
        wait_until(lambda: "Ctrl-C ends" in self.output or self.process.poll() is not None, "the addresses", START_S)
        assert self.process.poll() is None, self.errors
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_S)

    @property
    def output(self) -> str:
        return self.output_path.read_text()

    @property
    def errors(self) -> str:
        return self.errors_path.read_text()

    def addresses(self) -> dict[str, str]:
        """What was printed: name to host and port."""
        return {match["what"]: match["address"] for match in ADDRESS.finditer(self.output)}

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_S)

    def stop_group(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The signal to the whole process group, and, as `make` does, once more to the process; the exit code."""
        os.killpg(self.process.pid, number)
        time.sleep(0.05)  # so that the two are two
        self.process.send_signal(number)
        return self.process.wait(STOP_S)

    def last_line(self) -> str:
        """What it said last on standard output."""
        return self.output.splitlines()[-1]


def descendants(pid: int) -> set[int]:
    """Every process below ``pid``."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended this moment
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting += below
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of ``pids`` that run; who only waits to be reaped does not."""
    return {pid for pid in pids if (stat := _stat(pid)) and stat != "Z"}


def _stat(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def pid_of(part: str, supervisor: int) -> int:
    """The process of one part below ``supervisor``."""
    for pid in descendants(supervisor):
        if f"spanledger.running.part\0{part}\0".encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise LookupError(f"no {part} below {supervisor}")
