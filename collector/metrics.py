"""What happened to everything that came in, as counters and as Prometheus text."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping

from collector.door.answers import Answer, Kind
from collector.exposition import COUNTER, GAUGE, Family, Labels

HELP = {
    "spanledger_requests_total": "Requests by signal (OTLP's, or outcomes), transport and answer.",
    "spanledger_items_received_total": "Spans, log records, data points and outcomes in requests that could be read.",
    "spanledger_items_accepted_total": "Spans, or items of another signal, acknowledged after they were on disk.",
    "spanledger_items_rejected_total": "Items that were not stored, by reason; busy and unavailable are sent again.",
    "spanledger_untagged_spans_total": "Spans of model calls without a tag that the policy asks for, refused or not.",
    "spanledger_log_commits_total": "Group commits of the write-ahead log.",
    "spanledger_log_requests_total": "Requests in the write-ahead log since the start.",
    "spanledger_log_bytes_total": "Bytes written to the write-ahead log since the start.",
    "spanledger_log_segments_total": "Log segments sealed since the start.",
    "spanledger_log_failures_total": "Failed writes of the write-ahead log; nothing in them was acknowledged.",
    "spanledger_log_held_bytes": "Bytes in the log that are not in the lake yet, and on their way to the log.",
    "spanledger_log_max_bytes": "How many there may be (log_max_bytes); above, senders are told to wait.",
    "spanledger_log_disk_free_bytes": "Bytes left on the disk of the log.",
    "spanledger_connections_closed_total": "HTTP connections closed for being too slow, by reason.",
    "spanledger_log_waiting_segments": "Sealed log segments that are not in the lake yet.",
    "spanledger_log_waiting_requests": "Requests in the log, the open segment included, that are not in the lake yet.",
    "spanledger_log_waiting_items": "Their items: accepted, and not in the lake yet.",
    "spanledger_lake_segments_total": "Log segments that were landed, each counted once, in the data directory's life.",
    "spanledger_landed_requests_total": "Requests that were landed, in the data directory's life.",
    "spanledger_landed_items_total": "Items that were landed, each segment counted once, in the data directory's life.",
    "spanledger_lake_rows_total": "Rows landed in the lake, each segment counted once, in the data directory's life.",
    "spanledger_outcomes_landed_total": "Outcomes landed in records/outcomes, in the data directory's life.",
    "spanledger_items_missing_total": "How far rows and accepted items of landed requests differ. Not 0: a fault.",
    "spanledger_quarantined_total": "Requests set aside because they could not be read, in the data directory's life.",
    "spanledger_quarantined_items_total": "Their items.",
    "spanledger_damages_total": "Places of the log, set aside, that were no whole request.",
    "spanledger_replayed_total": "Requests that were read again out of the quarantine and landed.",
    "spanledger_replayed_items_total": "Their items.",
    "spanledger_quarantine_entries": "What is in quarantine now.",
    "spanledger_writer_failures_total": "Times a segment could not be landed; it stays and is tried again.",
    "spanledger_writer_restarts_total": "Times the writer process had to be started again.",
    "spanledger_compacted_files_total": "Lake files merged into larger ones.",
    "spanledger_info": "1; the label says which version answers.",
    "spanledger_ready": "1 when requests can be stored and land in the lake.",
}

UNFIT = {"traces": "unfit", "logs": "no_model_call", "metrics": "no_usage", "outcomes": "unusable"}
"""Why items of a request that was read are not stored; where the whole request is not, the answer's kind is why."""


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
        kind, stored = answer.kind.name.lower(), answer.accepted if answer.kind is Kind.OK else 0
        self.add("spanledger_requests_total", signal=signal, transport=transport, answer=kind)
        self.add("spanledger_items_received_total", stored + answer.rejected, signal=signal)
        self.add("spanledger_items_accepted_total", stored, signal=signal)
        reason = UNFIT.get(signal, kind) if answer.kind in (Kind.OK, Kind.INVALID) else kind
        self.add("spanledger_items_rejected_total", answer.rejected - answer.untagged, signal=signal, reason=reason)
        if answer.untagged:
            self.add("spanledger_items_rejected_total", answer.untagged, signal=signal, reason="untagged")
        for tag, spans in answer.missing_tags:
            self.add("spanledger_untagged_spans_total", spans, tag=tag)

    def samples(self) -> list[tuple[str, Labels, float]]:
        """A copy of all counters."""
        with self._guard:
            return [(name, labels, value) for (name, labels), value in self._values.items()]


def families(samples: Iterable[tuple[str, Labels, float]]) -> list[Family]:
    """``samples`` of names in HELP by name; those that only grow are counters."""
    by_name: dict[str, list[tuple[str, Labels, float]]] = {}
    for name, labels, value in samples:
        by_name.setdefault(name, []).append(("", labels, value))
    kinds = {name: COUNTER if name.endswith("_total") else GAUGE for name in by_name}
    return [Family(name, kinds[name], HELP[name], sorted(rows)) for name, rows in by_name.items()]


def flat(values: Mapping[str, float]) -> list[tuple[str, Labels, float]]:
    """Samples without labels."""
    return [(name, (), value) for name, value in values.items()]
