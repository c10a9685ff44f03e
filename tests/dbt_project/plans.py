"""How DuckDB means to run what dbt gives it: the joins of each model that are no hash joins."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

SLOW = re.compile(r"BLOCKWISE_NL_JOIN|NESTED_LOOP_JOIN|CROSS_PRODUCT|PIECEWISE_MERGE_JOIN|IE_JOIN")
"""Operators that compare more rows than have equal keys."""
_WRITING = re.compile(
    r"\s*(?:/\*.*?\*/\s*)?(?:create (?:or replace )?(?:temp )?table\s+(\S+)|copy|insert)", re.I | re.S
)


@contextmanager
def watched() -> Iterator[dict[str, set[str]]]:
    """Builds inside: the slow joins of every statement that writes rows, by the name of the table it makes."""
    found: dict[str, set[str]] = {}
    real = DuckDBCursorWrapper.execute

    def execute(self: Any, sql: str, bindings: Any = None) -> Any:
        writes = _WRITING.match(sql)
        if writes and bindings is None:
            name = (writes[1] or writes[0]).rpartition(".")[2].strip('"')
            first = self._cursor.extract_statements(sql)[0]
            [(_, plan)] = self._cursor.execute(f"explain {first.query.rstrip().rstrip(';')}").fetchall()
            if slow := set(SLOW.findall(plan)):
                found.setdefault(name, set()).update(slow)
        return real(self, sql, bindings)

    with patch.object(DuckDBCursorWrapper, "execute", execute):
        yield found
