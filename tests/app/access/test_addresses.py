"""What a reader may write into an address leads to nobody else: what others have is as if nobody had it."""

import ast
import itertools
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app import warehouse
from app.access import tables
from app.evidence import literals
from app.evidence.answers import Asked
from app.filters import Filters, as_parameters
from tests.app.access.planted import MARKS
from tests.app.access.test_pages_of_a_scope import OF_TEAM, drawn, read_as
from tests.app.drawing import ask, page

__all__ = ["read_as"]  # a fixture

APP = Path(tables.__file__).parents[1]
FILTERS = ("organization", "team", "project", "workflow", "model", "task", "user", "cost_center", "run")


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_on_what_others_have_is_one_on_nothing(
    name: str, builds: tuple[Path, Path], read_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = {"workflow": "workflow_id", "run": "workflow_run_id"}.get(
        name, f"{name}_id" if name in ("task", "user") else name
    )
    own = f"SELECT {column} FROM fct_calls WHERE organization = 'acme' AND team = 'search' AND {column} IS NOT NULL"
    foreign = f"SELECT min({column}) FROM fct_calls WHERE {column} NOT IN ({own})"
    theirs = ask(builds[0], foreign)
    read_as(OF_TEAM)
    nobody = "?" * len(theirs)
    found, none = (drawn(page("calls", builds[0], monkeypatch, period="all", **{name: it})) for it in (theirs, nobody))
    assert len(found) == len(none)
    for one, other in zip(found, none, strict=True):
        assert _without(one, theirs) == _without(other, nobody)


def _without(sent: bytes, name: str) -> bytes:
    return sent.replace(name.encode(), b"X").replace(name.replace("?", "%3F").encode(), b"X")


def test_a_trace_of_others_is_a_trace_that_is_not_there(
    builds: tuple[Path, Path], read_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = "SELECT min(trace_id) FROM fct_calls WHERE team LIKE '%legal'"
    trace = ask(builds[0], theirs)
    mixed = ask(builds[0], "SELECT min(trace_id) FROM fct_calls GROUP BY trace_id HAVING count(DISTINCT team) > 1")
    foreign_call = ask(
        builds[0], f"SELECT span_id FROM fct_calls WHERE trace_id = '{mixed}' AND team <> 'search' LIMIT 1"
    )
    read_as(OF_TEAM)
    test = page("trace", builds[0], monkeypatch, trace=trace)
    assert test.warning[0].value == f"No trace {trace} in this build."
    shown = drawn(page("trace", builds[0], monkeypatch, trace=mixed, org="acme", span=foreign_call))
    assert not [sent for sent in shown if MARKS[0].encode() in sent]
    assert any(b"One span, a call" in sent for sent in shown)


HOSTILE = (
    "x' OR true --",
    "a\n AND (NULL IS NULL OR b)",
    "$first",
    "'); FROM fct_alerts; --",
    "x\u2028 AND (NULL IS NULL OR c)",
)


def test_a_value_stays_a_value_in_the_sql_that_is_shown(
    builds: tuple[Path, Path], read_as: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are made of this text: a value that ended its quotes would be a statement of the reader's own."""
    read_as(OF_TEAM)
    monkeypatch.setenv("SPANLEDGER_DATA", str(builds[0]))
    path = warehouse.current(builds[0]).path
    days = {"first": date(2026, 1, 1), "last": date(2026, 12, 31), "until_at": datetime(2026, 12, 31, tzinfo=UTC)}
    for one, other in itertools.product(HOSTILE, HOSTILE):
        filters = Filters("all", {"task": (one, "x"), "user": (other,), "service": (one + other,)})
        text = literals.sql(Asked(path, "spend", days | as_parameters(filters)))
        assert warehouse.table(path, "spend", text).to_pylist()[0]["calls"] == 0


def test_every_file_is_made_for_the_reader_who_pressed() -> None:
    """A file is made outside of the reader's run, so who they are must be kept: `access.kept`."""
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.download_button":
                assert any(ast.unparse(argument).startswith("access.kept(") for argument in node.args), (
                    f"{file.name}:{node.lineno}: give st.download_button its data as access.kept(…)"
                )


def test_one_place_opens_the_warehouse() -> None:
    """Whatever else asked it would ask for everybody."""
    opening = {"open_read_only", "open_narrowed", "_whole", "_narrowed", "_answered", "_run", "connect"}
    allowed = {"warehouse.py", "access/narrowing.py", "times/zones.py"}  # zones asks an empty database
    found = {
        str(file.relative_to(APP))
        for file in APP.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute | ast.alias)
        and (node.attr if isinstance(node, ast.Attribute) else node.name) in opening
    }
    assert found <= allowed


def test_every_cache_knows_whose_answers_it_keeps() -> None:
    """A cache of what somebody saw must have the scope in its key; of the others each has a reason."""
    without = {"_whole": "for who sees everything"}
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.FunctionDef) or node.name in without:
                continue
            if any("st.cache" in ast.unparse(decorator) for decorator in node.decorator_list):
                assert "scope" in [argument.arg for argument in node.args.args], f"{file.name}: {node.name}"
