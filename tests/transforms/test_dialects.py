"""The registry and its tables: what a new dialect must satisfy."""

import importlib
import pkgutil
from pathlib import Path

import pytest

from tests.transforms import oracle
from tests.transforms.comparing import rows_of
from transforms import dialects
from transforms.columns import CANONICAL, TAGS
from transforms.content import is_content
from transforms.dialects import COLUMN_ORDER, DIALECTS, USAGE_ORDER
from transforms.dialects.base import Dialect
from transforms.picking import resource_sources, span_sources

HOW = "see the first lines of transforms/dialects/base.py for how a dialect is added"
_MECHANISM = {"base", "readings"}


def test_every_dialect_file_is_registered() -> None:
    files = {module.name for module in pkgutil.iter_modules(dialects.__path__)} - _MECHANISM
    registered = {dialect.name for dialect in DIALECTS}
    assert files == registered, f"one file, one DIALECT of the same name, one line in the registry: {HOW}"
    for name in files:
        found = importlib.import_module(f"transforms.dialects.{name}").DIALECT
        assert found in DIALECTS, f"transforms/dialects/{name}.py is not in DIALECTS: {HOW}"
    assert set(map(id, COLUMN_ORDER)) == set(map(id, DIALECTS))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_tables_name_real_columns_and_no_content(dialect: Dialect) -> None:
    for table in (dialect.columns, dialect.fallbacks, dialect.resource):
        assert not table.keys() - CANONICAL.keys(), f"{dialect.name} names columns that columns.py lacks; {HOW}"
    for group in dialect.usage:
        assert group in USAGE_ORDER, f"{dialect.name}'s usage group {group.name} has no place in USAGE_ORDER; {HOW}"
    assert dialect.scopes or dialect.keys or dialect.prefixes or dialect.names, f"{dialect.name} can never be found"


def test_no_column_is_filled_from_content() -> None:
    """A column's value would be stored in clear beside its own hash."""
    sources = [one for table in (span_sources(), resource_sources()) for all_ in table.values() for one in all_]
    keys = {source.key for source in sources if source.reading is None}  # a reading may take a name out of content
    assert not [key for key in keys if is_content(key)]


def test_the_marker_of_evaluations_is_a_tag() -> None:
    assert "traffic_marker" in TAGS


def test_dialects_with_recordings_are_found_in_them() -> None:
    found = {
        row["dialect"]
        for recording in oracle.recordings()
        for row in rows_of(list(oracle.bodies_of(recording).values()))
    }
    unrecorded = {dialect.name for dialect in DIALECTS} - found
    said = {name for name in unrecorded if "from documents, not recorded" in _first_paragraph(name)}
    assert unrecorded - said == {"spanledger", "bare"}, f"no recording shows these dialects, nor do they say so; {HOW}"


def test_dialects_from_documents_are_tested_by_hand() -> None:
    """Spans written by hand from the documented keys stand in for a recording."""
    tests = {path.stem.removeprefix("test_") for path in (Path(__file__).parent / "dialects").glob("test_*.py")}
    from_documents = {dialect.name for dialect in DIALECTS if "from documents" in _first_paragraph(dialect.name)}
    assert from_documents <= tests, f"tests/transforms/dialects has no test of these; {HOW}"


def _first_paragraph(name: str) -> str:
    return str(importlib.import_module(f"transforms.dialects.{name}").__doc__).partition("\n\n")[0]
