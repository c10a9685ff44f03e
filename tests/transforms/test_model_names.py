"""Model names resolve by stated rules or stay unpriced."""

import pytest

from transforms.model_names import ModelNames, Resolved

NAMES = ModelNames(own=frozenset({("acme", "acme-extract")}))


@pytest.mark.parametrize(
    ("provider", "name", "model", "rule"),
    [
        ("openai", "gpt-4o", ("openai", "gpt-4o"), "exact"),
        ("openai", "gpt-4o-2024-08-06", ("openai", "gpt-4o"), "exact"),
        ("anthropic", "claude-sonnet-4-5-20250929", ("anthropic", "claude-sonnet-4-5"), "dated name"),
        ("anthropic", "claude-opus-5[1m]", ("anthropic", "claude-opus-5"), "deployment name"),
        ("azure.ai.openai", "gpt-4o", ("openai", "gpt-4o"), "exact"),
        ("gcp.gemini", "models/gemini-2.5-flash", ("google", "gemini-2.5-flash"), "deployment name"),
        (None, "gpt-4o-mini", ("openai", "gpt-4o-mini"), "exact"),
        (None, "claude-haiku-4-5-20251001", ("anthropic", "claude-haiku-4-5"), "dated name"),
        ("acme", "acme-extract", ("acme", "acme-extract"), "exact"),
        (None, "acme-extract", ("acme", "acme-extract"), "exact"),
    ],
)
def test_stated_rules(provider: str | None, name: str, model: tuple[str, str], rule: str) -> None:
    assert NAMES.resolve(provider, name) == Resolved(*model, rule)


def test_a_newer_model_never_takes_an_older_ones_price() -> None:
    """A prefix match priced opus-4-8 as opus-4, three times too dear."""
    found = NAMES.resolve("anthropic", "claude-opus-4-8")
    assert found is not None
    assert found.price_model == "claude-opus-4-8"


@pytest.mark.parametrize(
    ("provider", "name"),
    [("openai", "gpt-4o-turbo-max"), ("anthropic", "claude-opus-4-99"), (None, "our-own-model"), ("nobody", "gpt-4o")],
)
def test_unknown_names_stay_unpriced(provider: str | None, name: str) -> None:
    assert NAMES.resolve(provider, name) is None
