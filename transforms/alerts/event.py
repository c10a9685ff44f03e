"""Something that is so now and that somebody may want to know: a budget beyond a threshold, spend out of the usual."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

BUDGET, FORECAST, ANOMALY, DRIFT, UNPRICED, SILENCE, BUILD = KINDS = (
    *("budget", "budget_forecast", "anomaly", "drift", "unpriced_model", "silence", "build"),
)
INFO, WARNING, CRITICAL = SEVERITIES = ("info", "warning", "critical")
"""From the mildest to the hardest."""

RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_ID_DIGITS = 16
NAMES = {
    "workflow_id": "workflow",
    "workflow_run_id": "run",
    "task_id": "task",
    "user_id": "user",
    "customer_id": "customer",
    "service_name": "service",
    "agent_name": "agent",
    "traffic_source": "traffic",
}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Event:
    """One of them. The same thing seen again has the same kind and key, and so the same fingerprint."""

    kind: str
    key: str
    severity: str
    since: datetime
    summary: str  # one short line with its amount
    scope: Pairs = ()  # (dimension, value) of what it is about
    level: int = 0  # of those of one fingerprint the higher one is worse; told again when it rises
    amount_usd: Decimal | None = None
    owner: str = ""
    tell: tuple[str, ...] = ()  # whom to tell beside those that rules name
    page: str = ""  # path in the explorer
    fingerprint: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.severity not in SEVERITIES:
            raise ValueError(f"no event is of kind {self.kind!r} and severity {self.severity!r}")
        object.__setattr__(self, "fingerprint", digest(self.kind, self.key))


def digest(*parts: str) -> str:
    """A stable id of texts, of 16 hex digits; no two lists of texts run together."""
    text = "\0".join(part.replace("\0", "\0\0") for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def described(scope: Pairs) -> str:
    """`team research, user u1`; a value that is not known is said to be so."""
    return ", ".join(f"{NAMES.get(dimension, dimension)} {value or 'unknown'}" for dimension, value in scope)
