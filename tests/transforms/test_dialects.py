"""The registry and its tables: what a new dialect must satisfy."""

import importlib
import pkgutil

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
    keys = {source.key for table in (span_sources(), resource_sources()) for all_ in table.values() for source in all_}
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
    assert unrecorded == {"spanledger", "bare"}, f"no recording shows these dialects; {HOW}"
