"""Cloudflare AI Gateway, keys of its OpenTelemetry page: spans written by hand, not recorded."""

from decimal import Decimal

from tests.transforms.dialects.spans import assert_read, read


def test_a_call() -> None:
    row = read(
        {
            "gen_ai.model.provider": "google-ai-studio",
            "gen_ai.request.model": "gemini-2.5-pro",
            "gen_ai.usage.input_tokens": 100,
            "gen_ai.usage.output_tokens": 20,
            "gen_ai.usage.cost": 0.0042,
            "gen_ai.prompt_json": "secret text",
            "gen_ai.completion_json": "secret text",
        }
    )
    assert_read(
        row, dialect="cloudflare_ai_gateway", role="request", operation="chat", provider="gcp.gemini",
        request_model="gemini-2.5-pro", input_tokens=100, output_tokens=20, token_rule="inclusive: assumed",
        reported_cost_usd=Decimal("0.0042"), reported_cost_kind="client",
    )  # fmt: skip
    assert "secret text" not in str(row)
