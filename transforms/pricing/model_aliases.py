"""The user's table of names: what a deployment, a profile or an internal name means.

    provider,name,price_provider,price_model
    azure.ai.openai,prod-chat,openai,gpt-4o

`provider` and `name` are as spans say them; an empty provider stands for any. `price_provider` and `price_model` are a
row of the ledger (`spanledger prices list`).
"""

from collections.abc import Collection

from transforms.csv_lines import near, read_lines
from transforms.pricing.prices import PriceError

ALIAS_COLUMNS = ("provider", "name", "price_provider", "price_model")

Aliases = dict[tuple[str | None, str], tuple[str, str]]
"""(provider or None for any, name) -> (price provider, price model)."""


def read_aliases(text: str, name: str, models: Collection[tuple[str, str]]) -> Aliases:
    """The table from CSV text; every target must be one of ``models``. Raises PriceError naming file and line."""
    found: Aliases = {}
    for line in read_lines(text, name, ALIAS_COLUMNS, (), PriceError):
        said = (line.text("provider") or None, line.required("name"))
        target = (line.required("price_provider"), line.required("price_model"))
        if target not in models:
            spellings = sorted("/".join(model) for model in models)
            line.refuse(f"there is no price of {'/'.join(target)}{near('/'.join(target), spellings)}")
        if found.setdefault(said, target) != target:
            line.refuse(f"{said[1]!r} of {said[0] or 'any provider'} means {'/'.join(found[said])} above")
    return found
