"""What a sender can be told, and how each transport says it. Both transports translate with the one table here.

OTLP specification 1.x: "OTLP/gRPC response" lists the retryable gRPC codes (UNAVAILABLE always, RESOURCE_EXHAUSTED only
with RetryInfo); "OTLP/HTTP response" the retryable statuses (429, 502, 503, 504) and the Status body of failures.
"""

import dataclasses
import enum

RETRY_AFTER_S = 1.0
"""Where nothing better is known."""


@dataclasses.dataclass(frozen=True)
class Rule:
    """One fate: its google.rpc code (equal to the gRPC status code), HTTP status, and whether to try again."""

    code: int
    http_status: int
    is_retryable: bool = False


class Kind(enum.Enum):
    """Every fate a request can have."""

    OK = Rule(0, 200)
    INVALID = Rule(3, 400)
    UNAUTHENTICATED = Rule(16, 401)
    FORBIDDEN = Rule(7, 403)
    NOT_FOUND = Rule(12, 404)
    METHOD_NOT_ALLOWED = Rule(12, 405)
    # 413 and RESOURCE_EXHAUSTED without RetryInfo: the same request will never fit.
    TOO_LARGE = Rule(8, 413)
    UNSUPPORTED_MEDIA = Rule(3, 415)
    BUSY = Rule(8, 429, is_retryable=True)
    UNAVAILABLE = Rule(14, 503, is_retryable=True)


@dataclasses.dataclass(frozen=True)
class Item:
    """One item that was not stored: which of the request, from 0, and why."""

    index: int
    error: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer to one request. ``rejected`` items (spans, log records, data points, outcomes) were not stored, the
    rest was; ``items`` names them one by one where the sender is told so. ``retry_after_s`` is when to come again, for
    kinds that may. ``untagged`` of the rejected lack a tag; ``missing_tags``: how many items lack which."""

    kind: Kind
    message: str = ""
    rejected: int = 0
    accepted: int = 0
    items: tuple[Item, ...] = ()
    retry_after_s: float = RETRY_AFTER_S
    untagged: int = 0
    missing_tags: tuple[tuple[str, int], ...] = ()


class RefusedError(Exception):
    """The request as a whole is refused; carries the answer."""

    def __init__(self, kind: Kind, message: str, retry_after_s: float = RETRY_AFTER_S) -> None:
        super().__init__(message)
        self.answer = Answer(kind, message, retry_after_s=retry_after_s)
