"""The file in which a user says what an export's columns and words mean (`--mapping`). Every part may be left out.

provider: mistral_ai
currency: EUR
columns: {date: Day, model: SKU, kind: Meter, quantity: Tokens, amount: Net}
kinds: {Prompt: input, Completion: output, Promo: credit}
models: {"Mistral Large (EU)": mistral-large-latest}
projects: {proj_8fk2: helpdesk}
"""

from transforms.invoices.generic import FIELDS
from transforms.invoices.lines import OTHER_CHARGES, USAGE_KINDS, Meaning
from transforms.yaml_lines import Value, read_yaml

PARTS = ("provider", "currency", "columns", "kinds", "models", "projects")


def read_meaning(text: str, name: str) -> Meaning:
    """What a mapping file says. ``name`` stands in errors. Raises ConfigError."""
    parts = read_yaml(text, name).fields(PARTS)
    texts = {part: _pairs(parts[part]) for part in ("models", "projects") if part in parts}
    return Meaning(
        columns=_pairs(parts["columns"], FIELDS) if "columns" in parts else {},
        kinds=_kinds(parts["kinds"]) if "kinds" in parts else {},
        models=texts.get("models", {}),
        projects=texts.get("projects", {}),
        provider=parts["provider"].text() if "provider" in parts else None,
        currency=parts["currency"].text() if "currency" in parts else None,
    )


def _pairs(value: Value, allowed: tuple[str, ...] = ()) -> dict[str, str]:
    return {key: one.text() for key, one in value.fields(allowed).items()}


def _kinds(value: Value) -> dict[str, str]:
    return {key: one.one_of((*USAGE_KINDS, *OTHER_CHARGES)) for key, one in value.fields().items()}
