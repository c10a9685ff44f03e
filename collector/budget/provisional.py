"""Calls in spans that no build has read yet, as far as they can be told apart and priced without one.

A build elects calls with everything around them (`docs/semantics.md`); here, within one trace: a request that lies in a
request with the same usage, or where one of the two has none, is one call with it; equal response ids with equal usage
are one call; what a container reports counts only where no request of the trace has usage. Usage that came as metrics
waits for the build. The next build replaces all of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from transforms.budgets.budget import DIMENSIONS
from transforms.pricing.rating import PICO, Asked, Rates, Usage

COUNTS = (
    *("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens"),
    "reasoning_tokens",
)
TAGS = (
    *("traffic_source", "traffic_marker", "team", "project", "customer_id", "feature", "environment", "user_id"),
    *("workflow_id", "workflow_run_id", "task_id"),
)
COLUMNS = (
    *("segment", "signal", "received_at_ns", "organization", "resource_tag_organization", "trace_id", "span_id"),
    *("parent_span_id", "name", "start_time_unix_nano", "role", "operation", "provider", "request_model"),
    *("response_model", "response_id", "service_tier", "region", "reported_cost_usd", "reported_cost_kind"),
    *("is_cache_hit", "usage_error", "status_code", "error_type", "reservation_id", "agent_name", "service_name"),
    *(*COUNTS, *TAGS, *(f"resource_{name}" for name in TAGS)),
)
"""What is read of the lake."""

_SOURCES = ("production", "eval", "replay", "ops")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """One call as it looks now: ``usd`` in pico-dollars, None without a price; ``tokens`` None where nobody said."""

    key: tuple[str, str]  # trace and span
    at: datetime
    scope: Mapping[str, str]
    reservation: str | None  # with its organization before a slash
    usd: int | None
    tokens: int | None

    @property
    def is_unknown(self) -> bool:
        """Whether a later build may know more of it."""
        return self.usd is None or self.tokens is None

    def amount(self, unit: str) -> int:
        """In a unit of budgets."""
        return {"usd": self.usd or 0, "tokens": self.tokens or 0, "steps": 1}[unit]


@dataclass
class Trace:
    """The spans of one trace that no build has read, by their ids."""

    rows: dict[bytes, Row] = field(default_factory=dict)

    def ancestors(self, row: Row) -> Iterator[Row]:
        """From the parent upwards, as far as they are known."""
        seen = {row["span_id"]}
        while (parent := row["parent_span_id"]) is not None and parent in self.rows and parent not in seen:
            seen.add(parent)
            row = self.rows[parent]
            yield row

    def calls(self, rates: Rates) -> list[Call]:
        """What its calls are."""
        return [self._call(row, rates) for row in self._elected()]

    def _elected(self) -> list[Row]:
        candidates = [row for row in self.rows.values() if row["signal"] != "metric" and _is_candidate(row)]
        requests = [row for row in candidates if row["role"] == "request"]
        if not any(map(_has_usage, requests)):
            containers = [row for row in candidates if row["role"] != "request"]
            inner = {above["span_id"] for row in containers for above in self.ancestors(row)}
            outermost = [row for row in containers if not any(above in containers for above in self.ancestors(row))]
            return outermost if containers else [row for row in requests if row["span_id"] not in inner]
        return list(_once(self._unwrapped(requests)))

    def _unwrapped(self, requests: list[Row]) -> list[Row]:
        """Requests, of which one that lies in another and speaks of the same is left out."""
        left_out = set()
        known = {row["span_id"]: row for row in requests}
        for row in requests:
            above = next((one for one in self.ancestors(row) if one["span_id"] in known), None)
            if above is not None and not _has_usage(row):
                left_out.add(row["span_id"])
            elif above is not None and (_usage(above) == _usage(row) or not _has_usage(above)):
                left_out.add(above["span_id"])
        return [row for row in requests if row["span_id"] not in left_out]

    def _call(self, row: Row, rates: Rates) -> Call:
        start_ns = began_ns(row)
        at = datetime.fromtimestamp(start_ns // 10**9, UTC).replace(microsecond=start_ns % 10**9 // 1000)
        scope = self._scope(row, rates)
        reservation = row["reservation_id"]
        return Call(
            key=(row["trace_id"].hex(), row["span_id"].hex()),
            at=at,
            scope=scope,
            reservation=reservation and f"{_organization(row)}/{reservation}",
            usd=_cost(row, rates, at),
            tokens=_usage(row).tokens if _has_usage(row) else None,
        )

    def _scope(self, row: Row, rates: Rates) -> dict[str, str]:
        line = [row, *self.ancestors(row)]
        said = {tag: next((one[tag] for one in line if one[tag] is not None), row[f"resource_{tag}"]) for tag in TAGS}
        meant = rates.model(row["provider"], _names(row))
        said["organization"] = _organization(row)
        said["workflow_id"] = said["workflow_id"] or (line[-1]["name"] if line[-1]["parent_span_id"] is None else None)
        said["task_id"] = said["task_id"] or said["workflow_run_id"] or row["trace_id"].hex()
        said["workflow_run_id"] = said["workflow_run_id"] or row["trace_id"].hex()
        said["model"] = meant[1] if meant else next(iter(_names(row)), None)
        said["traffic_source"] = _traffic_source(row, line)
        said["agent_name"], said["service_name"] = row["agent_name"], row["service_name"]
        return {name: said[name] for name in DIMENSIONS if said[name]}


def _traffic_source(row: Row, line: Iterable[Row]) -> str:
    upwards = list(line)
    marks = [one["traffic_marker"] for one in upwards]
    tags = [one["traffic_source"] for one in upwards]
    said = [*marks, *(one for one in (*tags, row["resource_traffic_source"]) if one in _SOURCES)]
    return next((one for one in (*said, row["resource_traffic_marker"]) if one), "unknown")


def organization_and_trace(row: Row) -> tuple[str, bytes]:
    """Which trace a row belongs to."""
    return _organization(row), row["trace_id"]


def began_ns(row: Row) -> int:
    """When it began, or arrived where it does not say."""
    return int(row["start_time_unix_nano"] or row["received_at_ns"])


def _organization(row: Row) -> str:
    return row["organization"] or row["resource_tag_organization"] or ""


def _is_candidate(row: Row) -> bool:
    says = row["reported_cost_usd"] is not None or _usage(row).is_known
    return row["role"] == "request" or (says and row["role"] != "fetch")


def _usage(row: Row) -> Usage:
    counts = {name: row[name] for name in COUNTS}
    is_zero = not counts["input_tokens"] and not counts["output_tokens"]
    is_plain = not row["is_cache_hit"] and row["status_code"] != 2 and row["error_type"] is None
    return Usage() if is_zero and is_plain and row["operation"] != "moderation" else Usage(**counts)


def _has_usage(row: Row) -> bool:
    return _usage(row).is_known


def _names(row: Row) -> tuple[str, ...]:
    return tuple(name for name in (row["response_model"], row["request_model"]) if name)


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    seen = set()
    for row in rows:
        key = (row["response_id"], _usage(row))
        if row["response_id"] is None or key not in seen:
            seen.add(key)
            yield row


def _cost(row: Row, rates: Rates, at: datetime) -> int | None:
    if row["is_cache_hit"]:
        return 0
    reported = row["reported_cost_usd"]
    said = None if reported is None else int(reported * PICO)
    if said is not None and row["reported_cost_kind"] == "provider":
        return said
    asked = Asked(row["provider"], _names(row), at, row["service_tier"], row["region"])
    computed = None if row["usage_error"] else rates.cost(asked, _usage(row))
    return said if computed is None else computed
