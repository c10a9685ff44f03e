"""Somebody has decided about every table of a build, by columns that it has."""

from pathlib import Path

import pytest
import yaml

from app.access import Grant, Scope, tables

ROOT = Path(__file__).parents[3]
FILES = [*(ROOT / "dbt_project/models/marts").glob("*.yml"), *(ROOT / "spanledger/results/tables").glob("*.yml")]
MARTS = {
    model["name"]: {column["name"] for column in model["columns"]}
    for file in sorted(FILES)
    for model in yaml.safe_load(file.read_text()).get("models", ())
    if model["name"].startswith(("dim_", "fct_", "rpt_", "focus_"))
}
NEEDED = {
    tables.BY_PROJECT: {"organization", "team", "project"},
    tables.BY_TEAM: {"organization", "team"},
    tables.BY_ORGANIZATION: {"organization"},
    tables.BY_PART: {"organization", "scope_kind", "scope"},
    tables.BY_CALL: {"organization", "call_id", "date"},
}
OF_TEAM, OF_ORGANIZATION = Scope.of([Grant("acme", ("search",))]), Scope.of([Grant("acme")])


def test_every_mart_has_a_rule() -> None:
    undecided = sorted(name for name in MARTS if not tables.is_ruled(name))
    assert not undecided, (
        f"nobody has decided what a reader of one team may see of {undecided}: until then they see none of it. "
        "Put each into a group of app/access/tables.py by its columns, or write it a file in app/access/sql; "
        "a sum over teams is no team's"
    )


def test_no_rule_is_of_a_table_that_is_not_there() -> None:
    ruled = [*(name for group in NEEDED for name in group), *tables.BY_SQL, *tables.NOBODY]
    assert sorted(set(ruled) - MARTS.keys() - {"build_info"}) == []
    assert len(ruled) == len(set(ruled)), "each in one place"


@pytest.mark.parametrize("group", NEEDED, ids=lambda group: "-".join(sorted(NEEDED[group])))
def test_a_rule_asks_for_columns_that_are_there(group: tuple[str, ...]) -> None:
    for name in group:
        assert NEEDED[group] <= MARTS[name], name


def test_no_table_with_a_team_is_told_by_its_organization_alone() -> None:
    """A row of one team would go to who may see the organization; who may see the team would get nothing."""
    assert [name for name in tables.BY_ORGANIZATION if "team" in MARTS[name]] == []


def test_a_table_that_nobody_knows_is_not_there() -> None:
    for scope in (OF_TEAM, OF_ORGANIZATION):
        assert tables.narrowed("rpt_new_mart", scope) is None
        assert tables.narrowed("focus_cost_and_usage", scope) is None
    assert tables.narrowed("rpt_versions", OF_TEAM) is None
    assert tables.narrowed("rpt_versions", OF_ORGANIZATION) is not None
