"""The command line: help everywhere, exit codes that mean what they say, rows in every format."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.published.builds import Builds


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        else:
            yield (*names, name)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def sql(data: Path, query: str, *options: str) -> Result:
    return run("sql", "--data", str(data), query, *options)


@pytest.mark.parametrize("names", list(commands(main)), ids=" ".join)
def test_help_has_an_example_and_the_exit_codes(names: tuple[str, ...]) -> None:
    text = run(*names, "--help").output
    assert f"spanledger {' '.join(names)}" in text.partition("Example:")[2]
    assert "3  nothing has been published yet" in text


def test_a_wrong_setting_is_said_as_it_is(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_GRPC_PRT", "1")
    result = run("build")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: environment variable SPANLEDGER_GRPC_PRT is no setting; did you mean")


def test_the_folder_of_the_tests_data_is_no_setting(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANLEDGER_PUBLIC_DATA", "/anywhere")
    assert sql(data, "select 1").exit_code == 0


def test_nothing_published(tmp_path: Path, data: Path) -> None:
    for arguments in (("sql", "select 1"), ("prices", "list"), ("prices", "unpriced")):
        result = run(*arguments, "--data", str(tmp_path / "fresh"))
        assert result.exit_code == 3
        assert "nothing has been published" in result.stderr
    assert not (tmp_path / "fresh").exists()


def test_money_keeps_every_digit_in_every_format(data: Path, tmp_path: Path) -> None:
    query = "select 1.000000000001::decimal(28, 12) as usd, null as nothing, 'ä' as text"
    assert sql(data, query).output.splitlines()[2].split() == ["1.000000000001", "-", "ä"]
    assert sql(data, query, "--format", "csv").output == "usd,nothing,text\n1.000000000001,,ä\n"
    rows = json.loads(sql(data, query, "--format", "json").output, parse_float=Decimal)
    assert rows == [{"usd": Decimal("1.000000000001"), "nothing": None, "text": "ä"}]
    written = tmp_path / "rows.parquet"
    assert sql(data, query, "--format", "parquet", "--output", str(written)).exit_code == 0
    with duckdb.connect() as connection:
        assert connection.sql(f"select usd from '{written}'").fetchall() == [(Decimal("1.000000000001"),)]


def test_no_rows_are_a_table_of_names_alone(data: Path) -> None:
    assert sql(data, "select 1 as one where false").output == "one\n---\n"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("select * from nowhere", 1, "nowhere does not exist"),
        ("select 1 / 'x'::int", 1, "Could not convert"),
        ("copy (select 1) to 'stolen.csv'", 2, "expected one statement that reads"),
        ("attach 'other.duckdb'", 2, "expected one statement that reads"),
        ("select 1; select 2", 2, "expected one statement that reads"),
        ("", 2, "expected one statement that reads"),
    ],
)
def test_sql_only_reads_and_says_what_is_wrong(data: Path, query: str, code: int, message: str) -> None:
    result = sql(data, query)
    assert result.exit_code == code
    assert message in result.stderr
    assert not Path("stolen.csv").exists()


def test_sql_says_where_it_cannot_write(data: Path) -> None:
    result = sql(data, "select 1", "--output", "no/such/folder.txt")
    assert result.exit_code == 1
    assert "no/such/folder.txt cannot be written: No such file or directory" in result.stderr


def test_prices_are_those_of_the_build(data: Path) -> None:
    rows = json.loads(run("prices", "list", "--data", str(data), "--model", "GPT-4o-Mini", "--format", "json").output)
    rates = {(row["token_kind"], row["usd_per_million"]) for row in rows if row["model"] == "gpt-4o-mini"}
    assert {("input", 0.15), ("output", 0.6)} <= rates
    listed = run("prices", "unpriced", "--data", str(data), "--format", "json").output
    with duckdb.connect(str(Builds(data).published), read_only=True) as connection:
        count = connection.execute("select count(*) from fct_calls where cost_source = 'unpriced'").fetchall()[0][0]
    assert sum(row["calls"] for row in json.loads(listed)) == count


def test_building_twice_and_while_another_builds(data: Path) -> None:
    # the fixture is a copied data directory: its views name the files of the original, so all is made anew once
    assert "everything made anew" in run("build", "--data", str(data)).output
    assert "nothing new" in run("build", "--data", str(data)).output
    with Builds(data).lock():
        result = run("build", "--data", str(data))
    assert result.exit_code == 4
    assert "another process is building" in result.stderr


def test_a_wrong_price_file_is_wrong_usage(data: Path, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("provider,model\n")
    result = run("build", "--data", str(data), "--prices-file", str(prices))
    assert result.exit_code == 2
    assert "missing column(s)" in result.stderr
