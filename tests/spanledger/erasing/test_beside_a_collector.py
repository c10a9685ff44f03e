"""`spanledger delete-user` with a real collector: refused while it works, and whole after it was killed."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from spanledger.cli import main
from spanledger.exits import FAILED, IN_THE_WAY
from tests.collector.running import Collector, configuration, rows, wait_until
from transforms.pseudonyms import pseudonym

USER, OTHER = "ann@example.com", "bob@example.com"


def text(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def spans(number: int, user: str) -> dict[str, Any]:
    said = {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": f"answer to {user}",
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000001000000000",
        "attributes": [text("gen_ai.request.model", "gpt-4o"), text("user.id", user), text("session.id", f"s:{user}")],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [said]}]}]}


def send(collector: Collector, path: str, said: object) -> None:
    answer = collector.request("POST", path, json.dumps(said).encode(), {"content-type": "application/json"})
    assert answer.status == 200, answer.body


def run(data: Path, user: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["delete-user", user, "--data", str(data), *more], catch_exceptions=False)


def naming(data: Path, *ids: str) -> list[str]:
    found = []
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        values = str(pq.ParquetFile(path).read().to_pylist()).encode() if path.suffix == ".parquet" else b""
        if any(one.encode() in path.read_bytes() + values for one in ids):
            found.append(str(path.relative_to(data)))
    return found


@pytest.mark.parametrize("is_pseudonymous", [False, True])
def test_refused_while_it_works_and_whole_after_it_was_killed(tmp_path: Path, is_pseudonymous: bool) -> None:
    config = configuration(tmp_path / "data", pseudonymous_users=is_pseudonymous)
    with Collector(config) as collector:
        send(collector, "/v1/traces", spans(1, USER))
        send(collector, "/v1/traces", spans(2, OTHER))
        wait_until(lambda: list(config.spans.rglob("*.parquet")) and not collector.waiting(), "landing")
        busy = run(config.data, USER)
        assert (busy.exit_code, "in use by the collector" in busy.output) == (IN_THE_WAY, True)

        writer = int(collector.writer_state["pid"])
        os.kill(writer, signal.SIGSTOP)  # what comes now waits in the log
        send(collector, "/v1/traces", spans(3, USER))
        send(collector, "/v1/outcomes", {"task_id": f"task of {USER}", "outcome": "success"})
        collector.kill()
        os.kill(writer, signal.SIGKILL)
    hidden = pseudonym(USER, (config.data / "hash.key").read_bytes())
    before = naming(config.data, USER, hidden)
    assert [name for name in before if name.startswith("log/")]
    assert [name for name in before if name.startswith("lake/")]
    asked = run(config.data, USER, "--verify")
    assert asked.exit_code == FAILED
    assert "name the user" in asked.output

    environment = {"SPANLEDGER_PSEUDONYMOUS_USERS": str(is_pseudonymous).lower()}
    arguments = ["delete-user", "-", "--data", str(config.data)]
    said = CliRunner().invoke(main, arguments, input=f"{USER}\n", env=environment, catch_exceptions=False)
    assert said.exit_code == 0, said.output
    assert naming(config.data, USER, hidden) == []
    users = [user for user in rows(config)["user_id"].to_pylist() if user.startswith("erased-")]
    assert len(users) == 2
    assert len(set(users)) == 1, "the user's calls still belong together"
    for one in (USER, hidden):
        verified = run(config.data, one, "--verify")
        assert verified.exit_code == 0
        assert "erased on" in verified.output

    with Collector(config) as again:
        send(again, "/v1/traces", spans(4, OTHER))
        assert again.stop() == 0
    assert rows(config).num_rows == 4
