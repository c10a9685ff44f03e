"""How the page on health puts things: states, moments, ages, and what each figure means."""

from datetime import datetime

from app import figures

STATES = {
    "never": "None has worked here",
    "stopped": "Not running",
    "silent": "Does not answer",
    "unready": "Not ready",
    "ready": "Ready",
}
COLLECTOR = (
    "The collector takes spans in and acknowledges them once they are on disk. Ready: it can store, and what it stores "
    "lands in the lake."
)
ACKNOWLEDGED = (
    "Spans, log records, data points and outcomes that senders were told are safe, in the data directory's life: those "
    "in the lake and those in the log on the way there."
)
LAST_BUILD = "When a build was last published, and how long it took. A build that fails leaves the published one."
DOCTOR = (
    "What spanledger doctor finds wrong, with what to do about each; asked every few minutes while spanledger up runs."
)
LIFE, START = "since the data directory was made", "since the collector's start"
FATES = {
    "received": "In requests that could be read.",
    "acknowledged": "On disk before the sender was told so.",
    "refused": "Not stored; the sender was told why.",
    "log": "In the log, on the way to the lake: seconds, usually.",
    "lake": "In the lake, where builds read them.",
    "quarantined": "Acknowledged and then not readable: kept in the quarantine, see spanledger quarantine list.",
    "replayed": "Read again out of the quarantine and landed.",
    "missing": "How far rows of the lake and acknowledged items differ. Anything but nothing is a fault of ours.",
}
REFUSED = {
    "unfit": "lack what a span must have: ids, a name, times",
    "untagged": "lack a tag that the tag policy demands",
    "no_model_call": "log records that say nothing of a model call",
    "no_usage": "data points that say nothing of usage",
    "unusable": "outcomes that could not be used",
    "busy": "came while too much waited; senders try again",
    "unavailable": "came while nothing could be stored; senders try again",
    "invalid": "in requests that could not be read",
    "denied": "came without a token that may send them",
}
FOLDERS = {
    "lake": "all spans, Parquet by hour of arrival",
    "records": "what outlives builds: outcomes, prices, charges, budgets, closed months",
    "log": "on the way into the lake",
    "facts": "tables that builds share",
    "builds": "the published build and those before it",
    "budget": "what budgets have counted",
    "dbt": "a cache of the models",
    "run": "locks, and what this page reads",
}
GROWTH = "Bytes a day, over the days of the last week that were measured. Builds measure once a day."


def moment(at: datetime | None) -> str:
    """`2026-11-23 03:05 UTC`."""
    return figures.UNKNOWN if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def age(at: datetime, now: datetime) -> str:
    """`3.2 min ago`, `40 days ago`; a moment that clocks put ahead is now."""
    seconds = max((now - at).total_seconds(), 0.0)
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:,.0f} days ago"
    return f"{figures.duration(seconds * 1000)} ago"
