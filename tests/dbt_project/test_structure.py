"""The shape of the models: each says what a row is, marts keep a contract, layers refer downwards, files are short.

dbt reads all YAML below `models/` as one; so does this.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # ships no types

from spanledger.published.project import PROJECT
from transforms.dialects import DIALECTS
from transforms.evaluations import EVENT as EVALUATION

MODELS = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
MARTS = [name for name, path in MODELS.items() if path.parent.name == "marts"]

MAY_REFER_TO = {
    "staging": {"sources"},
    "intermediate": {"staging", "intermediate", "sources"},
    "facts": {"intermediate", "facts"},
    "marts": {"facts", "marts"},
}
ALLOWED: dict[tuple[str, str], str] = {
    ("int_rate_cards", "dim_prices"): "the published price list is what calls are priced with, so both read one table",
    ("int_restatements", "build"): "a restatement compares this build with the published one, as the builder opened it",
    ("int_restatements", "published"): "as above",
    ("int_restatements", "published_calls"): "as above",
    ("int_outcome_restatements", "build"): "as above, of tasks",
    ("int_outcome_restatements", "published"): "as above",
    ("int_outcome_restatements", "published_tasks"): "as above",
    ("int_outcome_restatements", "closings"): "as above",
    ("fct_restatements", "restatements"): "what earlier builds restated outlives them; only the builder knows it",
    ("fct_alerts", "alert_records"): "what happened to alerts outlives builds; only the builder knows it",
    ("dim_charges", "charges"): "charges come from the builder, not from spans; there is nothing between to name",
    ("fct_charges", "charge_days"): "as above",
    ("int_restatements", "closings"): "what changes in a closed month is always a restatement; only the builder knows",
    ("rpt_total_cost", "closings"): "what was closed, and with which figures, outlives builds; the builder knows it",
    ("rpt_total_cost", "closed_figures"): "as above",
    ("rpt_attribution", "closings"): "as above",
    ("rpt_attribution", "closed_attribution"): "as above",
    ("int_owner_days", "owner_rules"): "rules on owners come from the builder; there is nothing between to name",
    ("int_owner_days", "shared_rules"): "as above",
    ("rpt_tag_compliance", "required_tags"): "as above, on the tags that calls must carry",
    ("rpt_tag_compliance", "tag_exceptions"): "as above",
    ("fct_corrections", "closings"): "what was closed outlives builds; the builder knows it",
    ("dim_periods", "closings"): "as above",
    ("int_budget_days", "budgets"): "budgets come from the builder, not from spans; there is nothing between to name",
    ("int_budget_days", "new_budget_scopes"): "as above",
    ("int_budget_counters", "budgets"): "as above",
    ("int_budget_counters", "budget_book"): "as above",
    ("dim_budgets", "budgets"): "as above",
    ("rpt_budget_status", "budget_overrides"): "as above",
    ("rpt_budget_status", "budget_reservations"): "as above",
    ("rpt_late_spans", "spans"): "what is in no model can be counted in the lake alone",
    ("rpt_late_spans", "closed_days"): "what was closed outlives builds; the builder knows it",
    ("rpt_late_spans", "late_removed"): "as above",
    ("dim_prices", "prices"): "prices come from the builder, not from spans; there is nothing between to name",
}
"""References against the layers, with the reason for each."""

LONGEST = 110
LONGER: dict[str, str] = {}
"""Models with more lines, with the reason for each."""


def _properties() -> dict[str, dict[str, Any]]:
    """Every model's YAML entry by name; a model described twice fails."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            assert model["name"] not in found, f"{path.name}: {model['name']} is described a second time"
            found[model["name"]] = model
    return found


PROPERTIES = _properties()


def _references(path: Path) -> set[tuple[str, str]]:
    """(layer, name) of everything a model reads."""
    text = re.sub(r"--[^\n]*|\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    models = re.findall(r"ref\('(\w+)'\)", text)
    sources = re.findall(r"source\('\w+', '(\w+)'\)", text)
    return {(MODELS[name].parent.name, name) for name in models} | {("sources", name) for name in sources}


@pytest.mark.parametrize("model", MODELS)
def test_the_first_words_of_a_description_say_what_a_row_is(model: str) -> None:
    assert model in PROPERTIES, f"describe {model} in a YAML beside it: 'One row per …'"
    description = PROPERTIES[model].get("description", "")
    assert description.startswith("One row per "), f"{model} begins its description with {description[:40]!r}"


def test_no_description_without_its_model() -> None:
    assert not PROPERTIES.keys() - MODELS.keys()


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_describes_and_types_every_column(mart: str) -> None:
    """Contracts, enforced for the folder in dbt_project.yml, hold the SQL to these columns."""
    columns = PROPERTIES[mart]["columns"]
    assert not [column["name"] for column in columns if not column.get("description") or not column.get("data_type")]
    assert len({column["name"] for column in columns}) == len(columns)


def test_contracts_are_enforced_on_what_outlives_a_build() -> None:
    folders = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["models"]["spanledger"]
    assert all(folders[folder]["+contract"] == {"enforced": True} for folder in ("facts", "marts"))
    switched_off = [
        name for name, path in MODELS.items() if re.search(r"enforced['\"]?\s*[:=]\s*false", path.read_text())
    ]
    assert not switched_off
    assert not [name for name, model in PROPERTIES.items() if "contract" in model.get("config", {})]


@pytest.mark.parametrize("model", MODELS)
def test_references_point_downwards(model: str) -> None:
    layer = MODELS[model].parent.name
    against = {
        name
        for other, name in _references(MODELS[model])
        if other not in MAY_REFER_TO[layer] and (model, name) not in ALLOWED
    }
    assert not against, f"{model} ({layer}) reads {against}; {layer} may read {MAY_REFER_TO[layer]}"


def test_every_exception_is_still_needed() -> None:
    assert all(other in {name for _, name in _references(MODELS[model])} for model, other in ALLOWED)
    assert all(len(MODELS[model].read_text().splitlines()) > LONGEST for model in LONGER)


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_short(model: str) -> None:
    lines = len(MODELS[model].read_text().splitlines())
    assert lines <= LONGEST or model in LONGER, f"{model} has {lines} lines: look for the second concept"


def test_the_agents_whose_sessions_have_several_sources_are_those_whose_logs_are_read() -> None:
    """The election and the reader name the same dialects."""
    (text,) = re.findall(
        r"macro agent_dialects\(\) -%\}\s*\((.*?)\)", (PROJECT / "macros" / "sighting_keys.sql").read_text()
    )
    calls = {one.name for one in DIALECTS if any(event.name != EVALUATION for event in one.log_events) or one.metrics}
    assert set(re.findall(r"'(\w+)'", text)) == calls
