"""Every outcome that was said later, opened for the models: `records/outcomes/` as one view.

A revision may stand there more than once, because it was sent again or read again. The row that was recorded first
counts; of two recorded at the same moment the smaller by content, so that neither files nor their order matter.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from collector.store import outcome_files
from collector.store.lake_file import LakeFile
from transforms.outcomes import SCHEMA

ONE_EACH = (Path(__file__).parent.parent / "sql" / "outcomes.sql").read_text()


def files(data: Path) -> list[LakeFile]:
    """The files that hold every row once, with the parts each was made of (its ``segments``), which never change.

    What a reader has not seen yet are the parts it does not know. Raises LakeError naming a damaged file.
    """
    return outcome_files.active(outcome_files.folder_of(data.absolute()))


def open_outcomes(
    connection: duckdb.DuckDBPyConnection, of: Sequence[LakeFile], name: str, gone: Sequence[Path] = ()
) -> None:
    """Create the view ``name`` with the columns of `SCHEMA`: one row per organization ('' where none was said) and
    revision id in the files ``of``, but those that the files ``gone`` name.

    Makes ``<name>_rows`` and ``<name>_columns`` on the way. Raises duckdb.Error.
    """
    connection.register("no_outcomes", SCHEMA.empty_table())
    connection.execute(f"create table {name}_columns as from no_outcomes")
    connection.unregister("no_outcomes")
    source = f"union all by name from read_parquet({_listed(of)}, union_by_name = true)" if of else ""
    if of and gone:
        source += (
            " where (coalesce(organization, ''), revision_id) not in "
            f"(select (organization, revision_id) from read_parquet({[str(path) for path in gone]}))"
        )
    connection.execute(f"create view {name}_rows as from {name}_columns {source}")
    connection.execute(f"create view {name} as {ONE_EACH.format(rows=f'{name}_rows')}")


def _listed(of: Sequence[LakeFile]) -> str:
    """The paths as SQL has them: a view takes no parameters."""
    return "[" + ", ".join("'" + str(file.path).replace("'", "''") + "'" for file in of) + "]"
