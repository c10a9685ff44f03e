"""A tool that is called again with the same arguments has the same input hash, whatever library says so."""

from pathlib import Path
from typing import Any

import pytest

from tests.transforms.build import request
from tests.transforms.comparing import KEEP, rows_of

CORPUS = Path(__file__).parents[1] / "corpus"


def hash_of(attributes: dict[str, Any]) -> str | None:
    (row,) = rows_of([request(attributes)], KEEP)
    found: str | None = row["input_hash"]
    return found


def tool(arguments: str, **more: str) -> dict[str, Any]:
    return {"openinference.span.kind": "TOOL", "tool.name": "get_weather", "input.value": arguments, **more}


def langchain(step: int, city: str) -> dict[str, Any]:
    said = (
        f'{{"input_str": "{{\'city\': \'{city}\'}}", "inputs": {{"city": "{city}"}}, "metadata": {{"step": {step}}}}}'
    )
    return {"traceloop.span.kind": "tool", "traceloop.entity.name": "get_weather", "traceloop.entity.input": said}


def test_the_same_arguments_are_the_same_call() -> None:
    assert hash_of(tool('{"city": "Lisbon", "days": 2}')) == hash_of(tool('{"days": 2, "city": "Lisbon"}'))
    assert hash_of(tool("Lisbon")) == hash_of(tool("Lisbon")) is not None


def test_other_arguments_or_another_tool_are_another_call() -> None:
    said = [tool("Lisbon"), tool("Porto"), tool("Lisbon", **{"tool.name": "get_news"})]
    assert len({hash_of(one) for one in said} | {None}) == 4


def test_what_differs_from_step_to_step_beside_the_arguments_does_not_count() -> None:
    assert hash_of(langchain(1, "Lisbon")) == hash_of(langchain(2, "Lisbon")) is not None
    assert hash_of(langchain(1, "Lisbon")) != hash_of(langchain(1, "Porto"))


@pytest.mark.parametrize("kind", ["CHAIN", "AGENT"])
def test_the_input_of_any_other_function_is_no_request(kind: str) -> None:
    assert hash_of(tool("Lisbon") | {"openinference.span.kind": kind}) is None


def test_an_own_hash_wins() -> None:
    assert hash_of(tool("Lisbon") | {"spanledger.input.hash": "abc"}) == "abc"


@pytest.mark.parametrize(
    ("recording", "file", "tools"),
    [
        ("openinference-langchain", "005.binpb", {"get_weather": 1}),
        ("openinference-openai-agents", "002.binpb", {"get_weather_tool": 1, "handoff to specialist": 1}),
        ("openinference-smolagents", "002.binpb", {"SimpleTool": 1, "FinalAnswerTool": 1}),
    ],
)
def test_recorded_tools_repeat_themselves(recording: str, file: str, tools: dict[str, int]) -> None:
    """By name: how many different calls the recording holds; each was made once or twice with equal arguments."""
    rows = rows_of([(CORPUS / recording / file).read_bytes()], KEEP)
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["role"] == "tool":
            found.setdefault(row["name"], set()).add(row["input_hash"])
    assert {name: len(hashes) for name, hashes in found.items()} == tools
    assert None not in set().union(*found.values())
