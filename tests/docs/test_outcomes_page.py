"""The page on outcomes lists every key there is in the words of the code, and its examples can be read and sent."""

import json
import re
from datetime import UTC, datetime

from click.testing import CliRunner

from collector.door.signals import Sent
from collector.outcomes import OUTCOMES
from docs.generate import DOCS
from spanledger.cli import main
from transforms.outcome_lines import Reader
from transforms.outcomes import FIELDS

PAGE = (DOCS / "outcomes.md").read_text()
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def fence(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(text)


def test_every_key_is_listed_in_the_words_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert rows == {name: field.meaning for name, field in FIELDS.items()}


def test_the_request_is_answered_as_the_page_says() -> None:
    body = fence("bash").partition("-d '")[2].rpartition("'")[0]
    _, answer = OUTCOMES.read(body.encode(), Sent(None, int(NOW.timestamp() * 1e9), is_json=True))
    assert (answer.accepted, answer.items) == (2, ())


def test_the_error_is_what_is_really_answered() -> None:
    body = b'[{"task_id": "a", "outcome": "success"}, {"task_id": "b", "outcome": "sucess"}]'
    _, answer = OUTCOMES.read(body, Sent(None, int(NOW.timestamp() * 1e9), is_json=True))
    said = json.loads(fence("json"))
    assert said["accepted"] == answer.accepted
    assert said["rejected"] == [{"index": item.index, "error": item.error} for item in answer.items]


def test_the_table_can_be_read() -> None:
    reading = Reader(NOW).read(fence("csv").encode(), "verdicts.csv")
    assert (reading.errors, [one.source for one in reading.revisions]) == ([], ["human", "file"])


def test_the_commands_keep_what_they_say(tmp_path: object) -> None:
    for line in fence("text").splitlines():
        arguments = [part.strip("'") for part in re.findall(r"'[^']*'|\S+", line)][1:]
        result = CliRunner().invoke(main, [*arguments, "--data", str(tmp_path)])
        assert "1 new outcomes are kept" in result.output, line
