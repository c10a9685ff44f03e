"""CrewAI's own tracer, keys of crewai 1.15.30: spans written by hand, not recorded."""

from tests.transforms.dialects.spans import assert_read, read

SCOPE = "crewai.telemetry"


def test_a_crew_is_a_workflow_and_asks_no_model() -> None:
    sent = {"crew_key": "k1", "crew_id": "c1", "llm": "gpt-4o", "crew_tasks": "secret text"}
    row = read(sent, scope=SCOPE, name="Crew Created")
    assert_read(row, dialect="crewai", operation="workflow", workflow_id="k1", request_model="gpt-4o")
    assert "secret text" not in str(row)


def test_a_tool() -> None:
    row = read({"tool_name": "search", "attempts": 2, "error_type": "Timeout"}, scope=SCOPE, name="Tool Usage")
    assert_read(row, role="tool", operation="tool", tool_name="search", attempt=2, error_type="Timeout")


def test_its_plain_words_count_on_its_own_spans_only() -> None:
    row = read({"llm": "gpt-4o", "error_type": "Timeout", "attempts": 2}, scope="other")
    assert (row["request_model"], row["error_type"], row["attempt"]) == (None, None, None)
