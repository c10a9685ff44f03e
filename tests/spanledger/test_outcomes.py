"""`spanledger outcome`: what is typed or read is kept once, what is wrong is named, what nobody knows is said."""

import getpass
import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from collector.store.outcome_files import active, folder_of
from spanledger.cli import main
from tests.lake import open_warehouse
from transforms.outcomes import SCHEMA


def run(data: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["outcome", "--data", str(data), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def kept(data: Path) -> list[dict[str, Any]]:
    """What is recorded, each row without what it does not say."""
    rows = [row for file in active(folder_of(data)) for row in pq.ParquetFile(file.path).read().to_pylist()]
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with nothing in it, without settings in the environment."""
    for name in [name for name in os.environ if name.startswith("SPANLEDGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "fresh"


def test_one_that_a_person_types(fresh: Path) -> None:
    said = ("success", "--task", "4711", "--by", "alice", "--at", "2026-11-20T10:00:00+01:00", "--reason", "merged")
    result = run(fresh, *said)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.output == "1 new outcomes are kept and count from the next build on\n"
    (row,) = kept(fresh)
    assert (row["task_id"], row["outcome"], row["source"]) == ("4711", "success", "human")
    assert (row["judged_by"], row["reason"]) == ("alice", "merged")
    assert row["judged_at"].isoformat() == "2026-11-20T09:00:00+00:00"
    assert row["recorded_at"] > row["judged_at"]
    again = run(fresh, *said)
    assert again.output == "0 new outcomes are kept and count from the next build on; 1 were known already\n"
    assert len(kept(fresh)) == 1


def test_who_and_when_are_the_user_and_now_unless_said(fresh: Path) -> None:
    for _ in range(2):  # said again it is another statement, so that one can go back to an earlier word
        assert run(fresh, "failure", "--run", "r-1", "--source", "api", "--organization", "acme").exit_code == 0
    first, second = kept(fresh)
    assert first["judged_by"] == getpass.getuser()
    assert (first["workflow_run_id"], first["source"], first["organization"]) == ("r-1", "api", "acme")
    assert first["judged_at"] == first["recorded_at"] < second["judged_at"]
    assert first["revision_id"] != second["revision_id"]


def test_an_evaluation_with_its_score(fresh: Path) -> None:
    trace = "0AF7651916CD43DD8448EB211C80319C"
    result = run(
        fresh, "--trace", trace, "--evaluation", "quality", "--score", "0.5", "--label", "fair", "--units", "3"
    )
    assert result.exit_code == 0
    (row,) = kept(fresh)
    assert (row["trace_id"], row["evaluation_name"], row["score"], row["label"]) == (
        trace.lower(),
        "quality",
        0.5,
        "fair",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected either --file, or a verdict"),
        (("success",), "expected exactly one of task_id, trace_id, workflow_run_id, got none"),
        (("--task", "t"), "expected outcome, or evaluation_name with score or label, got neither"),
        (("success", "--task", "t", "--trace", "a" * 32), "got task_id and trace_id"),
        (("success", "--task", "t", "--at", "2026-11-20"), "judged_at is '2026-11-20', expected a time zone in it"),
        (("success", "--task", "t", "--traffic-source", "prod"), "expected one of production, eval, replay"),
        (("great", "--task", "t"), "'great' is not one of"),
        (("success", "--task", "t", "--evaluation", "e", "--score", "1"), "got outcome and evaluation_name"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_kept(fresh: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(fresh, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not fresh.exists()


def test_files_are_read_with_their_wrong_lines_named_and_reading_them_again_adds_nothing(fresh: Path) -> None:
    table, scores = Path("verdicts.csv"), Path("scores.json")
    table.write_text("task_id,outcome,source\na,success,\nb,sucess,\nc,failure,human\n")
    score = {"id": "1", "traceId": "a" * 32, "name": "quality", "value": 1, "dataType": "NUMERIC", "source": "API"}
    scores.write_text(json.dumps({"data": [score]}))
    result = run(fresh, "--file", str(table), "--file", str(scores))
    assert result.exit_code == 1
    assert result.output.splitlines()[:2] == [
        "verdicts.csv: SpanLedger, 2 outcomes, 1 wrong lines",
        "scores.json: Langfuse scores, 1 outcomes, 0 wrong lines",
    ]
    assert "verdicts.csv:3: outcome is 'sucess'" in result.stderr
    assert "1 lines were not kept; correct them and read the file again" in result.stderr
    assert [row["source"] for row in kept(fresh)] == ["file", "human", "file"]

    table.write_text(table.read_text().replace("sucess", "success"))
    result = run(fresh, "--file", str(table), "--file", str(scores))
    assert result.exit_code == 0
    assert result.output.splitlines()[2:] == [
        "1 new outcomes are kept and count from the next build on; 3 were known already"
    ]
    assert sorted(row.get("task_id", "") for row in kept(fresh)) == ["", "a", "b", "c"]
    assert pq.ParquetFile(active(folder_of(fresh))[0].path).schema_arrow.equals(SCHEMA)


def test_strict_keeps_nothing_of_a_file_with_a_wrong_line(fresh: Path) -> None:
    Path("v.jsonl").write_text('{"task_id": "a", "outcome": "success"}\n{\n')
    result = run(fresh, "--file", "v.jsonl", "--strict")
    assert result.exit_code == 1
    assert "nothing was kept (--strict)" in result.stderr
    assert not fresh.exists()


def test_a_file_that_holds_the_same_line_twice_keeps_it_once(fresh: Path) -> None:
    Path("v.jsonl").write_text('{"task_id": "a", "outcome": "success"}\n' * 2)
    assert (
        "1 new outcomes are kept and count from the next build on; 1 were known"
        in run(fresh, "--file", "v.jsonl").output
    )
    assert len(kept(fresh)) == 1


def test_a_file_that_is_no_such_file_ends_with_2(fresh: Path) -> None:
    Path("v.txt").write_text("a")
    result = run(fresh, "--file", "v.txt")
    assert (result.exit_code, "v.txt: expected a file that ends in .csv" in result.stderr) == (2, True)


def test_what_the_published_build_does_not_know_is_kept_and_said(data: Path) -> None:
    query = "select distinct organization, task_id, trace_id, workflow_run_id from fct_calls order by all limit 1"
    with open_warehouse(data) as connection:
        ((organization, task, trace, workflow_run),) = connection.execute(query).fetchall()
    assert organization, "the sample's tasks carry an organization"
    for known in (("--task", task), ("--trace", trace), ("--run", workflow_run)):
        assert run(data, "success", *known, "--organization", organization).stderr == "", known
    result = run(data, "success", "--task", task)
    assert result.exit_code == 0
    assert "the published build does not know 1 of them; they count once it does" in result.stderr
    assert f"task_id {task}\n" in result.stderr
    assert "trace_id aaaa" in run(data, "success", "--trace", "a" * 32).stderr
    stranger = run(data, "success", "--run", "nobody", "--organization", "acme").stderr
    assert "workflow_run_id nobody of organization acme" in stranger
    assert len(kept(data)) == 6


def test_a_damaged_file_is_named_and_nothing_is_added(fresh: Path) -> None:
    assert run(fresh, "success", "--task", "a").exit_code == 0
    (file,) = active(folder_of(fresh))
    file.path.write_bytes(b"PAR1 no more")
    result = run(fresh, "success", "--task", "b")
    assert result.exit_code == 1
    assert f"the outcomes cannot be kept: {file.path} cannot be read; restore it from a backup" in result.stderr
    doctor = CliRunner().invoke(
        main, ["doctor", "--data", str(fresh), *["--grpc-port", "0", "--http-port", "0", "--app-port", "0"]]
    )
    assert f"fault  outcomes: {file.path} cannot be read" in doctor.output


def test_the_doctor_counts_them(fresh: Path) -> None:
    run(fresh, "success", "--task", "a")
    doctor = CliRunner().invoke(
        main, ["doctor", "--data", str(fresh), *["--grpc-port", "0", "--http-port", "0", "--app-port", "0"]]
    )
    assert "ok     outcomes: 1 files, 1 said later" in doctor.output


def test_what_the_published_build_has_not_read_is_said_and_keeps_months_from_closing(data: Path) -> None:
    run(data, "success", "--task", "a")
    ports = ["--grpc-port", "0", "--http-port", "0", "--app-port", "0"]
    doctor = CliRunner().invoke(main, ["doctor", "--data", str(data), *ports])
    assert "fault  freshness: 1 files of outcomes are not in the published build" in doctor.output
    closing = CliRunner().invoke(main, ["close", "2026-10", "--data", str(data)])
    assert "1 files of outcomes are not in the published build yet; run `spanledger build` first" in closing.output
