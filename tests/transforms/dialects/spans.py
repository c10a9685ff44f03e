"""Dialects without a recording: spans made by hand, and what is read out of them.

Columns a case does not name must be null.
"""

from collections.abc import Mapping
from typing import Any

from tests.transforms.build import request
from tests.transforms.comparing import HIDE, rows_of

_DEFAULTS: dict[str, Any] = {
    "role": "other",
    **dict.fromkeys(
        (
            "operation", "provider", "request_model", "response_model", "response_id", "input_tokens",
            "cached_input_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens", "reasoning_tokens",
            "token_rule", "reported_cost_usd", "reported_cost_kind", "session_id", "user_id", "environment",
            "traffic_marker", "workflow_id", "task_id", "task_outcome", "usage_error",
        )
    ),
}  # fmt: skip
"""What every case states or leaves null."""


def read(
    attributes: Mapping[str, Any], scope: str = "", name: str = "span", resource: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The row of one span; contents are not stored, which must change no column."""
    body = request(attributes, scope=scope, names=(name,), resource=resource)
    (shown,) = rows_of([body])
    (hidden,) = rows_of([body], HIDE)
    assert {column: shown[column] for column in _DEFAULTS} == {column: hidden[column] for column in _DEFAULTS}
    return hidden


def assert_read(row: Mapping[str, Any], **expected: Any) -> None:
    """The row says what is expected, and nothing else in the columns every case is asked for."""
    wanted = _DEFAULTS | expected
    assert {column: row[column] for column in wanted} == wanted
