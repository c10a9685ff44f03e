"""What became of everything that arrived, every fate; and how far behind the figures are."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app import figures, grids
from app.cards import finding
from app.grids import Column
from app.installation import Collector, collector, kept
from app.installation.exposition import Samples
from app.installation.landing import waiting_since
from app.views.health import words

Row = dict[str, Any]
ITEMS = "spanledger_items_{}_total"


def section(data: Path, now: datetime) -> None:
    """The fates, then the lag."""
    found = collector(data)
    rows = _fates(found.counters) if found.counters is not None else _left_behind(data)
    finding(_title(found, rows), _note(found))
    grids.grid(
        rows,
        [
            Column("fate", "Fate", html=lambda row: grids.explained(row["fate"], row["meaning"])),
            grids.number("items", "Spans and items"),
            grids.number("requests", "Requests", is_minor=True),
            Column("since", "Counted", is_minor=True),
        ],
    )
    _lag(data, now)


def _title(found: Collector, rows: list[Row]) -> str:
    if found.counters is None:
        return "What is known of everything that arrived"
    lost = sum(row["items"] for row in rows if row["kind"] in ("quarantined", "missing"))
    return (
        f"{figures.count(lost)} acknowledged items cannot be read" if lost else "Nothing that was acknowledged is lost"
    )


def _note(found: Collector) -> str:
    if found.counters is not None:
        return "From the collector's own counters"
    return (
        f"Counters are not told: {found.untold or 'no collector answers'}. From what it wrote into the data directory"
    )


def _fates(counters: Samples) -> list[Row]:
    """Every fate from the counters of one moment."""
    refused = counters.by(ITEMS.format("rejected"), "reason")
    answers = counters.by("spanledger_requests_total", "answer")
    received, accepted = counters.value(ITEMS.format("received")), counters.value(ITEMS.format("accepted"))
    return [
        _row("received", received, sum(answers.values()), words.START),
        _row("acknowledged", accepted, answers.get("ok", 0), words.START),
        *(
            _row("refused", number, answers.get(reason), words.START, reason)
            for reason, number in sorted(refused.items())
            if number
        ),
        _row("log", *_pair(counters, "log_waiting_items", "log_waiting_requests"), "now"),
        _row("lake", *_pair(counters, "landed_items_total", "landed_requests_total"), words.LIFE),
        _row("quarantined", *_pair(counters, "quarantined_items_total", "quarantined_total"), words.LIFE),
        _row("replayed", *_pair(counters, "replayed_items_total", "replayed_total"), words.LIFE),
        _row("missing", counters.value("spanledger_items_missing_total"), None, words.LIFE),
    ]


def _pair(counters: Samples, items: str, requests: str) -> tuple[float | None, float | None]:
    return counters.value(f"spanledger_{items}"), counters.value(f"spanledger_{requests}")


def _left_behind(data: Path) -> list[Row]:
    """What the writer wrote down of what it landed."""
    said = kept.fates(data)
    return [
        _row("lake", said.get("landed_items", 0), said.get("landed_requests", 0), words.LIFE),
        _row("quarantined", said.get("quarantined_items", 0), said.get("quarantined", 0), words.LIFE),
        _row("missing", said.get("missing", 0), None, words.LIFE),
    ]


def _row(kind: str, items: float | None, requests: float | None, since: str, reason: str = "") -> Row:
    meaning = words.REFUSED.get(reason, reason) if reason else words.FATES[kind]
    names = {"log": "waiting in the log", "lake": "in the lake", "missing": "unaccounted for"}
    fate = f"refused: {reason.replace('_', ' ')}" if reason else names.get(kind, kind)
    return {
        "kind": kind,
        "fate": fate,
        "meaning": meaning,
        "items": items or 0,
        "requests": None if requests is None else int(requests),
        "since": since,
    }


def _lag(data: Path, now: datetime) -> None:
    """From a span's arrival to the figures, step by step."""
    counts, look = kept.build_counts(data), kept.looks(data)
    waits = waiting_since(data)
    complete = datetime.fromtimestamp(counts["complete_at"], UTC) if counts.get("complete_at") else None
    missing = counts.get("missing_segments", 0)
    rows = [
        {
            "step": "From arrival into the lake",
            "lag": "nothing waits" if waits is None else words.age(waits, now).replace(" ago", ""),
            "meaning": "How long the oldest sealed segment of the log has waited for the lake.",
        },
        {
            "step": "From the lake into figures",
            "lag": figures.UNKNOWN if complete is None else words.age(complete, now),
            "meaning": "What was in the lake then is in the published build; at the last look "
            f"{figures.count(missing)} segments were not.",
        },
        {
            "step": "The schedule's last look",
            "lag": figures.UNKNOWN if look is None else words.age(look.at, now),
            "meaning": "No schedule of builds has run here: spanledger up has one."
            if look is None
            else look.error or "It builds where there is something new.",
        },
    ]
    finding(_behind(complete, now), "From a span's arrival to the figures on these pages")
    grids.grid(
        rows,
        [
            Column("step", "Step", html=lambda row: grids.explained(row["step"], row["meaning"])),
            Column("lag", "How far behind", is_number=True),
        ],
    )


def _behind(complete: datetime | None, now: datetime) -> str:
    if complete is None:
        return "Nothing is known of builds"
    return f"Figures hold everything that was in the lake {words.age(complete, now)}"
