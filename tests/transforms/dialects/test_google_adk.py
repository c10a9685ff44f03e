"""Google ADK's rarer keys, google-adk 2.13.0: spans written by hand; its recording is in `tests/corpus`."""

from tests.transforms.dialects.spans import read


def test_compaction_is_overhead_and_a_skill_a_feature() -> None:
    assert read({"gen_ai.compaction.trigger": "token_limit", "gen_ai.skill.name": "s"})["feature"] == "overhead"
    assert read({"gen_ai.skill.name": "billing"})["feature"] == "billing"


def test_a_limit_is_no_usage() -> None:
    row = read({"gen_ai.usage.experimental.reasoning_tokens_limit": 512}, scope="gcp.vertex.agent")
    assert (row["usage_fields"], row["reasoning_tokens"]) == (0, None)
