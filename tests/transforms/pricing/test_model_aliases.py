"""The user's table of names."""

import pytest

from transforms.pricing.ledger import Text, UserFiles, ledger
from transforms.pricing.model_aliases import read_aliases
from transforms.pricing.model_names import ModelNames, Resolved
from transforms.pricing.prices import PriceError

MODELS = frozenset({("openai", "gpt-4o"), ("openai", "gpt-4o-mini")})
HEADER = "provider,name,price_provider,price_model\n"


def test_a_deployment_name_means_what_the_table_says() -> None:
    table = Text("names.csv", f"{HEADER}azure.ai.openai,prod-chat,openai,gpt-4o\n,cheap,openai,gpt-4o-mini\n")
    found = ledger(UserFiles(model_names=table))
    names = ModelNames(found.models, found.aliases)
    assert names.resolve("azure.ai.openai", "prod-chat") == Resolved("openai", "gpt-4o", "alias")
    assert names.resolve("openai", "prod-chat") is None
    assert (
        names.resolve(None, "cheap") == names.resolve("litellm", "cheap") == Resolved("openai", "gpt-4o-mini", "alias")
    )


def test_a_vertex_location_has_the_regional_price() -> None:
    found = ledger(UserFiles())
    name = "projects/p/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5@20250929"
    resolved = ModelNames(found.models).resolve("gcp.vertex_ai", name)
    assert resolved == Resolved("google", "regional.claude-sonnet-4-5", "endpoint")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",prod,openai,gpt-4", "names.csv:2: there is no price of openai/gpt-4; did you mean openai/gpt-4o?"),
        (",,openai,gpt-4o", "names.csv:2: name is empty"),
        (",a,openai,gpt-4o\n,a,openai,gpt-4o-mini", "names.csv:3: 'a' of any provider means openai/gpt-4o above"),
    ],
)
def test_a_wrong_row_is_refused(row: str, said: str) -> None:
    with pytest.raises(PriceError) as caught:
        read_aliases(f"{HEADER}{row}\n", "names.csv", MODELS)
    assert said in str(caught.value)
