"""Model names resolve by stated rules or stay unpriced (case 24)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import data_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.pricing.calculator import cost
from transforms.pricing import prices
from transforms.pricing.model_names import ModelNames, Resolved

OWN = frozenset({("acme", "acme-extract"), ("ollama", "llama3.1"), ("google", "regional.claude-sonnet-4-5")})
NAMES = ModelNames(
    OWN, aliases={("azure.ai.openai", "prod-chat"): ("openai", "gpt-4o"), (None, "fast"): ("x-ai", "grok-3")}
)
BEDROCK = "anthropic.claude-sonnet-4-5-20250929-v1:0"
ARN = "arn:aws:bedrock:us-east-1"
VERTEX = "projects/p/locations/{}/publishers/anthropic/models/claude-sonnet-4-5@20250929"


@pytest.mark.parametrize(
    ("provider", "name", "model", "rule"),
    [
        ("openai", "gpt-4o", ("openai", "gpt-4o"), "exact"),
        ("openai", "gpt-4o-2024-08-06", ("openai", "gpt-4o"), "exact"),
        ("openai", "GPT-4o", ("openai", "gpt-4o"), "exact"),
        ("anthropic", "claude-sonnet-4-5-20250929", ("anthropic", "claude-sonnet-4-5"), "dated name"),
        ("anthropic", "claude-opus-5[1m]", ("anthropic", "claude-opus-5"), "deployment name"),
        ("azure.ai.openai", "gpt-4o", ("openai", "gpt-4o"), "exact"),
        ("gcp.gemini", "models/gemini-2.5-flash", ("google", "gemini-2.5-flash"), "deployment name"),
        (None, "gpt-4o-mini", ("openai", "gpt-4o-mini"), "exact"),
        (None, "claude-haiku-4-5-20251001", ("anthropic", "claude-haiku-4-5"), "dated name"),
        # -latest
        ("anthropic", "claude-3-5-sonnet-latest", ("anthropic", "claude-3-5-sonnet"), "latest"),
        ("anthropic", "claude-3-5-haiku-latest", ("anthropic", "claude-3-5-haiku-latest"), "exact"),
        ("mistral_ai", "mistral-large-latest", ("mistral", "mistral-large"), "exact"),
        ("gcp.gemini", "gemini-flash-latest", ("google", "gemini-3.8-flash"), "exact"),
        # a stated beginning, and an edition after it
        ("anthropic", "claude-3-5-haiku-20241022", ("anthropic", "claude-3-5-haiku-latest"), "stated beginning"),
        ("gcp.gemini", "gemini-2.5-pro-preview-05-06", ("google", "gemini-2.5-pro"), "stated beginning"),
        ("gcp.vertex_ai", "gemini-2.0-flash-001", ("google", "gemini-2.0-flash"), "stated beginning"),
        # Vertex
        ("gcp.vertex_ai", "claude-sonnet-4-5@20250929", ("google", "claude-sonnet-4-5"), "dated name"),
        ("gcp.vertex_ai", VERTEX.format("global"), ("google", "claude-sonnet-4-5"), "dated name"),
        ("gcp.vertex_ai", VERTEX.format("us-east5"), ("google", "regional.claude-sonnet-4-5"), "endpoint"),
        # Bedrock: ids, inference profiles, ARNs
        ("aws.bedrock", BEDROCK, ("aws", f"regional.{BEDROCK}"), "endpoint"),
        ("aws.bedrock", f"us.{BEDROCK}", ("aws", f"regional.{BEDROCK}"), "endpoint"),
        ("aws.bedrock", f"eu.{BEDROCK}", ("aws", f"regional.{BEDROCK}"), "endpoint"),
        ("aws.bedrock", f"global.{BEDROCK}", ("aws", f"global.{BEDROCK}"), "exact"),
        ("aws.bedrock", f"{ARN}::foundation-model/{BEDROCK}", ("aws", f"regional.{BEDROCK}"), "endpoint"),
        ("aws.bedrock", f"{ARN}:1:inference-profile/global.{BEDROCK}", ("aws", f"global.{BEDROCK}"), "endpoint"),
        ("aws.bedrock", "us.anthropic.claude-sonnet-4-5", ("aws", f"regional.{BEDROCK}"), "endpoint"),
        ("aws.bedrock", "us.amazon.nova-lite-v1:0", ("aws", "amazon.nova-lite-v1:0"), "endpoint"),
        (None, f"bedrock/us.{BEDROCK}", ("aws", f"regional.{BEDROCK}"), "endpoint"),
        # fine-tuned models have prices of their own
        ("openai", "ft:gpt-4o-2024-08-06:acme::AbC123", ("openai", "ft:gpt-4o"), "fine-tuned"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme:x:1", ("openai", "ft:gpt-4o-mini"), "fine-tuned"),
        ("azure.ai.openai", "gpt-4o-mini-2024-07-18.ft-0e2", ("openai", "gpt-4o-mini-2024-07-18.ft-"), "fine-tuned"),
        # the user's own
        ("acme", "acme-extract", ("acme", "acme-extract"), "exact"),
        (None, "acme-extract", ("acme", "acme-extract"), "exact"),
        ("ollama", "llama3.1", ("ollama", "llama3.1"), "exact"),
        ("ollama", "llama3.1:latest", ("ollama", "llama3.1"), "exact"),
        ("azure.ai.openai", "prod-chat", ("openai", "gpt-4o"), "alias"),
        ("x_ai", "fast", ("x-ai", "grok-3"), "alias"),
        # a gateway's path
        (None, "openrouter/x-ai/grok-4.7", ("openrouter", "x-ai/grok-4.7"), "deployment name"),
        (None, "azure/gpt-4o", ("openai", "gpt-4o"), "deployment name"),
    ],
)  # fmt: skip
def test_stated_rules(provider: str | None, name: str, model: tuple[str, str], rule: str) -> None:
    assert NAMES.resolve(provider, name) == Resolved(*model, rule)


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("openai", "gpt-4o-turbo-max"),
        ("anthropic", "claude-opus-4-99"),
        ("anthropic", "claude-opus-latest"),  # of which generation?
        (None, "our-own-model"),
        ("nobody", "gpt-4o"),
        ("azure.ai.openai", "prod-chat-2"),  # a deployment nobody explained
        ("openai", "ft:gpt-4.1-2025-04-14:acme::1"),  # no price of its own: not its base's
        ("aws.bedrock", f"{ARN}:1:application-inference-profile/abc123"),  # opaque
        ("aws.bedrock", f"{ARN}:1:provisioned-model/abc123"),
        ("aws.bedrock", "global.anthropic.claude-opus-4-1-20250805-v1:0"),  # the list has no such endpoint
        ("ollama", "llama3.1:70b"),  # another tag is another model
        ("ollama", "gpt-oss-20b"),  # run here, not bought
        (None, "ollama/gpt-oss-20b"),
        ("gcp.gemini", "gemini-2.5-pro-ultra"),
        ("anthropic", ""),
    ],
)
def test_unknown_names_stay_unpriced(provider: str | None, name: str) -> None:
    assert NAMES.resolve(provider, name) is None


def test_a_newer_model_never_takes_an_older_ones_price() -> None:
    """A prefix match priced opus-4-8 as opus-4, three times too dear: $2.56 for $0.85."""
    tokens, when = {"input": 103_000, "output": 13_520}, datetime(2026, 11, 1, tzinfo=UTC)
    priced = {}
    for name in ("claude-opus-4-8", "claude-opus-4-20250514"):
        found = NAMES.resolve("anthropic", name)
        assert found is not None
        rates = [
            r for r in prices.package_rates() if (r.price_provider, r.price_model) == ("anthropic", found.price_model)
        ]
        priced[name] = cost(rates, tokens, when).quantize(Decimal("0.01"))
    assert priced == {"claude-opus-4-8": Decimal("0.85"), "claude-opus-4-20250514": Decimal("2.56")}


LISTED = sorted(
    (provider.id, model.id) for provider in data_snapshot.get_snapshot().providers for model in provider.models
)


@settings(max_examples=400)
@given(
    st.sampled_from(LISTED), st.sampled_from(["-8", ".8", "-10", "-pro", "-mini", "-8b", "8", "-x-20250101", "-ultra"])
)
def test_no_name_is_priced_as_the_one_it_begins_with(model: tuple[str, str], more: str) -> None:
    """Unless the list itself states the longer name, or what follows `.ft-` is a tuned model's own id."""
    found = NAMES.resolve(model[0], model[1] + more)
    is_stated = found is not None and found.rule in {"exact", "fine-tuned"}
    assert found is None or is_stated or (found.price_provider, found.price_model) != model


@settings(max_examples=400)
@given(st.sampled_from(LISTED))
def test_every_listed_id_is_its_own_model(model: tuple[str, str]) -> None:
    """An id that another model of the list states as an alias too is nobody's."""
    found = NAMES.resolve(*model)
    assert found is None or (found.price_provider, found.price_model) == model


def test_a_sellers_own_price_goes_before_the_makers() -> None:
    names = ModelNames(frozenset({("azure", "gpt-4o")}))
    assert names.resolve("azure.ai.openai", "gpt-4o-2024-08-06") == Resolved("azure", "gpt-4o", "exact")
    assert names.resolve("openai", "gpt-4o-2024-08-06") == Resolved("openai", "gpt-4o", "exact")
