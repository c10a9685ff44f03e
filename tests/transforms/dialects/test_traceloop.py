"""OpenLLMetry's rarer keys, semantic-conventions-ai 0.5.1: spans written by hand; recordings are in `tests/corpus`."""

import pytest

from tests.transforms.dialects.spans import assert_read, read


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("https://api.openai.com/v1/", "api.openai.com"),
        ("http://localhost:8000/v1", "localhost"),
        ("proxy.example:4000", "proxy.example"),
        ("http://[bad", None),
    ],
)
def test_the_base_url_names_the_server(base: str, address: str | None) -> None:
    assert read({"gen_ai.openai.api_base": base})["server_address"] == address


def test_a_task() -> None:
    sent = {"gen_ai.task.kind": "execute_task", "gen_ai.task.id": "t1", "gen_ai.task.status": "Failure"}
    row = read(sent | {"traceloop.entity.version": "3"})
    assert_read(
        row, role="container", operation="step", task_id="t1", task_outcome="failure", code_version="3"
    )  # fmt: skip
