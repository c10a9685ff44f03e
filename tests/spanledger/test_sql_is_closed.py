"""SQL for readers reads the build and nothing else, whatever it is asked."""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from app.console import statements
from spanledger.cli import main
from spanledger.published.current import published
from transforms.read_only import open_read_only

SECRET = "nobody may read this"


def sql(data: Path, query: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["sql", "--data", str(data), query, *options])


def test_every_table_and_view_of_the_build_can_be_read(data: Path) -> None:
    database = published(data)
    assert database is not None
    with open_read_only(str(database)) as connection:
        names = [name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()]
        assert len(names) > 30
        counted = connection.execute("select count(*) from fct_calls").fetchall()
    allowed = json.loads(sql(data, "select current_setting('allowed_paths') as p", "--format", "json").stdout)
    assert counted[0][0] > 100
    assert any("/facts/" in path for path in allowed[0]["p"]), "large tables are read from files of their own"


FILES: list[str] = [
    "from read_text('{file}')",
    "from read_blob('{file}')",
    "from read_csv('{file}')",
    "from read_json('{file}')",
    "from '{file}'",
    "from read_text('{link}')",
    "from read_text('{facts}/../hash.key')",
    "from read_text('file://{file}')",
    "from glob('{data}/*')",
    "from glob('/etc/*')",
    "from read_csv('/etc/passwd')",
    "from sniff_csv('/etc/passwd')",
    "from read_text('/proc/self/environ')",
    "from parquet_metadata('{other}')",
    "from read_parquet('{other}')",
    "from read_parquet('{lake}')",
    "from read_duckdb('{lake}', table_name = 'x')",
    "from read_csv('https://127.0.0.1:1/x.csv')",
    "from read_parquet('s3://bucket/x.parquet')",
    "select getenv('HOME')",
    "explain analyze from read_text('{file}')",
    "select * from query('from read_text(''{file}'')')",
]

STATEMENTS: list[str] = [
    "copy (select 1) to '{out}'",
    "copy fct_calls to '{fact}'",
    "explain copy (select 1) to '{out}'",
    "explain analyze copy (select 1) to '{fact}'",
    "/* a */ explain analyze copy (select 1) to '{fact}'",
    "explain analyze explain analyze copy (select 1) to '{fact}'",
    "explain (analyze) copy (select 1) to '{fact}'",
    "attach '{out}' as x",
    "export database '{data}/stolen'",
    "import database '{data}'",
    "install httpfs",
    "load httpfs",
    "load '{file}'",
    "set enable_external_access = true",
    "reset enable_external_access",
    "set lock_configuration = false",
    "set allowed_directories = ['/']",
    "pragma enable_object_cache",
    "call pragma_version()",
    "create secret (type s3, key_id 'x', secret 'y')",
    "create temp table x as select 1",
    "create temp macro m() as 1",
    "insert into fct_calls select * from fct_calls",
    "delete from fct_calls",
    "drop table build_info",
    "checkpoint",
    "vacuum",
    "prepare p as select 1",
    "set variable x = 1",
    "begin",
    "detach memory",
    "select 1; copy (select 1) to '{out}'",
    "from enable_logging('QueryLog', storage = 'file', storage_config = {{'path': '{out}'}})",
    "from disable_logging()",
    "from truncate_duckdb_logs()",
]


@pytest.fixture(scope="module")
def data(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all: nothing here may change it."""
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("closed") / "data"))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SPANLEDGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def places(data: Path, tmp_path: Path) -> Iterator[dict[str, Path]]:
    """What the queries name; secrets lie where one might look."""
    (data / "hash.key").write_text(SECRET)
    database = published(data)
    assert database is not None
    with duckdb.connect(str(database), read_only=True) as connection:
        views = connection.execute("select string_agg(sql, ' ') from duckdb_views() where not internal").fetchall()
    fact = Path(re.findall(r"'([^']+\.parquet)'", views[0][0])[0])
    link = fact.parent / "link.csv"
    link.symlink_to(data / "hash.key")
    other = tmp_path / "other.parquet"
    duckdb.sql(f"copy (select '{SECRET}' as secret) to '{other}'")
    yield {
        "file": data / "hash.key",
        "data": data,
        "fact": fact,
        "facts": fact.parent,
        "link": link,
        "other": other,
        "lake": next((data / "lake").rglob("*.parquet")),
        "out": tmp_path / "stolen.csv",
    }
    link.unlink()


@pytest.fixture
def ask(data: Path, places: dict[str, Path]) -> Callable[[str], Result]:
    """Runs a query on the command line, with the places filled in."""
    return lambda query: sql(data, query.format(**places))


@pytest.fixture
def ask_page(copy_of_page: Path, places: dict[str, Path]) -> Callable[[str], statements.Answer]:
    """Runs it as the explorer's SQL page does."""
    database = published(copy_of_page)
    assert database is not None
    return lambda query: statements.ask(str(database), query.format(**places))


@pytest.fixture(scope="module")
def copy_of_page(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's own: within one process all who open a file share its limits, and the command line has others."""
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("page") / "data"))


@pytest.mark.parametrize("query", FILES)
def test_no_file_beside_the_build_s_own_is_read(ask: Callable[[str], Result], query: str) -> None:
    result = ask(query)
    assert result.exit_code == 1, result.output
    assert re.search("disabled by configuration|Cannot access|does not exist|only select", result.stderr, re.I), (
        result.stderr
    )
    assert SECRET not in result.output


@pytest.mark.parametrize("query", STATEMENTS)
def test_nothing_but_one_reading_statement_is_run(ask: Callable[[str], Result], tmp_path: Path, query: str) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    result = ask(query)
    assert result.exit_code in (1, 2), result.output
    written = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert not [path for path in written if path.suffix in (".csv", ".sql")]
    assert ask("select count(*) from fct_calls").exit_code == 0, "the build's files are whole"


def test_settings_stay_as_they_are_and_tell_no_secret(ask: Callable[[str], Result]) -> None:
    assert "0 rows" not in ask("from duckdb_secrets()").output
    assert (
        ask("select value from duckdb_settings() where name = 'enable_external_access'").output.split()[-1] == "false"
    )


def test_variables_of_the_process_are_no_tables(ask: Callable[[str], Result]) -> None:
    assert ask("from data").exit_code == 1
    assert ask("from places").exit_code == 1


@pytest.mark.parametrize(
    "query",
    [
        "with recursive t(i) as (select 1 union all select i + 1 from t) select count(*) from t",
        "select count(*) from range(1000000000) a, range(1000000000) b",
    ],
)
def test_what_takes_too_long_is_ended(
    ask: Callable[[str], Result], monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setenv("SPANLEDGER_QUERY_TIMEOUT_S", "0.5")
    result = ask(query)
    assert (result.exit_code, "not answered within 0.5 s (query_timeout_s)" in result.stderr) == (1, True), (
        result.stderr
    )


def test_what_takes_too_much_memory_is_ended(ask: Callable[[str], Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_QUERY_MEMORY_BYTES", str(64 * 1024**2))
    result = ask("select length(string_agg(repeat(i::text, 1000), '')) from range(1000000) r(i)")
    assert result.exit_code == 1
    assert "Out of Memory" in result.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "parquet"])
def test_answers_can_still_be_written(data: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    result = sql(data, "from rpt_traffic_split limit 3", "--format", form, "--output", str(out))
    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 10
    assert sql(data, "explain analyze select count(*) from fct_calls").exit_code == 0


@pytest.mark.parametrize("query", [*FILES, *STATEMENTS])
def test_the_explorer_s_sql_page_is_as_closed(
    ask_page: Callable[[str], statements.Answer], copy_of_page: Path, tmp_path: Path, query: str
) -> None:
    before = {path for place in (tmp_path, copy_of_page) for path in place.rglob("*") if path.is_file()}
    with pytest.raises(statements.StatementError) as caught:
        ask_page(query)
    assert SECRET not in f"{caught.value} {caught.value.excerpt}"
    assert {path for place in (tmp_path, copy_of_page) for path in place.rglob("*") if path.is_file()} == before
    assert ask_page("select count(*) from fct_calls").rows[0][0] > 100, "the build's files are whole"


def test_the_sql_page_has_limits(ask_page: Callable[[str], statements.Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_PAGE_TIMEOUT_S", "0.5")
    for query in (
        "with recursive t(i) as (select 1 union all select i + 1 from t) select count(*) from t",
        "select count(*) from range(1000000000) a, range(1000000000) b",
    ):
        with pytest.raises(statements.StatementError, match=r"Not answered within 0\.5 seconds"):
            ask_page(query)
    with pytest.raises(statements.StatementError, match=r"needs more than|Not answered"):
        ask_page("select len(list(range)) from range(10000000000)")
