"""Processes of ours: how one ends that was told to, and what one uses, as the system says (Linux)."""

import os
import signal
from pathlib import Path

from collector.exposition import COUNTER, GAUGE, Family, Labels

MEMORY, CPU = "spanledger_process_resident_memory_bytes", "spanledger_process_cpu_seconds_total"
FILES, STARTED = "spanledger_process_open_files", "spanledger_process_start_timestamp_seconds"
HELP = {
    MEMORY: (GAUGE, "Memory that a process of this data directory holds."),
    CPU: (COUNTER, "CPU time it has used, user and system."),
    FILES: (GAUGE, "Files and connections it has open."),
    STARTED: (GAUGE, "When it was started."),
}

ASKED = (-signal.SIGTERM, -signal.SIGINT)
"""Exit codes of a process of the collector that was told to end before it could ignore it. Who ends every process of a
service at once means the collector."""


def usage(pids: dict[str, int]) -> list[Family]:
    """One sample a family for each process, by its name in ``pids``; those that have ended are left out."""
    read = {name: figures for name, pid in pids.items() if (figures := _read(pid))}
    return [
        Family(key, kind, text, [("", _process(name), figures[key]) for name, figures in read.items()])
        for key, (kind, text) in HELP.items()
        if read
    ]


def _process(name: str) -> Labels:
    return (("process", name),)


def _read(pid: int) -> dict[str, float] | None:
    folder = Path("/proc") / str(pid)
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        pages = int((folder / "statm").read_text().split()[1])
        files = sum(1 for _ in (folder / "fd").iterdir())
        booted = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime"))
    except OSError:  # it has ended, or belongs to another user, or this is no Linux
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    return {
        MEMORY: pages * os.sysconf("SC_PAGE_SIZE"),
        CPU: (int(fields[11]) + int(fields[12])) / ticks,
        FILES: files,
        STARTED: int(booted.split()[1]) + int(fields[19]) / ticks,
    }
