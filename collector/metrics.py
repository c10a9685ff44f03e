"""What happened to everything that came in, as counters and as Prometheus text."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping

from collector.answers import Answer

Labels = tuple[tuple[str, str], ...]

HELP = {
    "spanledger_requests_total": "Requests by signal (OTLP's, or outcomes), transport and answer.",
    "spanledger_items_accepted_total": "Spans, or items of another signal, acknowledged after they were on disk.",
    "spanledger_items_rejected_total": "Spans, log records, data points and outcomes that were not stored.",
    "spanledger_log_commits_total": "Group commits of the write-ahead log.",
    "spanledger_log_requests_total": "Requests in the write-ahead log since the start.",
    "spanledger_log_bytes_total": "Bytes written to the write-ahead log since the start.",
    "spanledger_log_segments_total": "Log segments sealed since the start.",
    "spanledger_log_failures_total": "Failed writes of the write-ahead log; nothing in them was acknowledged.",
    "spanledger_log_waiting_segments": "Sealed log segments that are not in the lake yet.",
    "spanledger_lake_segments_total": "Log segments landed in the lake since the writer's start.",
    "spanledger_lake_rows_total": "Spans landed in the lake since the writer's start.",
    "spanledger_outcomes_landed_total": "Outcomes landed in records/outcomes since the writer's start.",
    "spanledger_quarantined_total": "Requests set aside because they could not be read.",
    "spanledger_writer_failures_total": "Times a segment could not be landed; it stays and is tried again.",
    "spanledger_writer_restarts_total": "Times the writer process had to be started again.",
    "spanledger_compacted_files_total": "Lake files merged into larger ones.",
    "spanledger_ready": "1 when requests can be stored and land in the lake.",
}


class Counters:
    """Thread-safe counters of the door."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._values: Counter[tuple[str, Labels]] = Counter()

    def add(self, name: str, amount: int = 1, **labels: str) -> None:
        """Count ``amount`` more of ``name``, one of HELP."""
        with self._guard:
            self._values[name, tuple(sorted(labels.items()))] += amount

    def count_answer(self, signal: str, transport: str, answer: Answer) -> None:
        """Count one request and what became of its items."""
        kind = answer.kind.name.lower()
        self.add("spanledger_requests_total", signal=signal, transport=transport, answer=kind)
        self.add("spanledger_items_accepted_total", answer.accepted if kind == "ok" else 0, signal=signal)
        self.add("spanledger_items_rejected_total", answer.rejected, signal=signal)

    def samples(self) -> list[tuple[str, Labels, float]]:
        """A copy of all counters."""
        with self._guard:
            return [(name, labels, value) for (name, labels), value in self._values.items()]


def prometheus_text(samples: Iterable[tuple[str, Labels, float]]) -> str:
    """The Prometheus text format of ``samples``."""
    by_name: dict[str, list[tuple[Labels, float]]] = {}
    for name, labels, value in samples:
        by_name.setdefault(name, []).append((labels, value))
    lines: list[str] = []
    for name, rows in sorted(by_name.items()):
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_format(labels)} {value:g}" for labels, value in sorted(rows)]
    return "\n".join(lines) + "\n"


def flat(values: Mapping[str, float]) -> list[tuple[str, Labels, float]]:
    """Samples without labels."""
    return [(name, (), value) for name, value in values.items()]


def _format(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{value}"' for key, value in labels) + "}" if labels else ""
