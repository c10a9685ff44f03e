"""Logs as JSON lines: the same keys in every process, one line an event, whatever happened."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.logs import configure_logging, ready_records
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until

KEYS = {"time", "level", "process", "pid", "logger", "event", "message"}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged, with logging as it was afterwards."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    before, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    logging.captureWarnings(False)


def test_collector_and_writer_log_one_json_object_a_line(tmp_path: Path) -> None:
    with Collector(configuration(tmp_path / "data", log_format="json")) as collector:
        assert collector.send(request(span()).SerializeToString()).status == 200
        wait_until(lambda: not collector.waiting(), "the segment to land")
        assert collector.stop() == 0
    said = [json.loads(line) for line in collector.errors().splitlines()]
    assert said
    assert all(set(line) == KEYS for line in said)
    listening = next(line for line in said if line["event"].startswith("listening on %s"))
    assert str(collector.state["http_port"]) in listening["message"]
    assert (listening["process"], listening["level"], listening["logger"]) == ("collector", "info", "collector.server")


def test_levels_tracebacks_and_warnings(lines: io.StringIO) -> None:
    configure_logging("builder", "json", "warning", stream=lines)
    logger = logging.getLogger("some.module")
    logger.info("not at this level")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn("an old way", stacklevel=1)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logger.exception("%d went wrong", 3)
    warned, failed = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert "an old way" in warned["message"]
    assert (failed["event"], failed["message"], failed["level"]) == ("%d went wrong", "3 went wrong", "error")
    assert failed["error"].endswith("two\nlines")


def test_a_library_with_a_template_of_its_own_writes_the_same_lines(lines: io.StringIO) -> None:
    configure_logging("app", "json", stream=lines)
    ready_records("app", "json")
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logging.Formatter("%(line)s"))
    library = logging.getLogger("a.library")
    library.addHandler(handler)
    library.propagate = False
    try:
        raise KeyError("gone")
    except KeyError:
        library.exception('it said "no"')
    finally:
        library.removeHandler(handler)
        library.propagate = True
    [line] = [json.loads(text) for text in lines.getvalue().splitlines()]
    assert set(line) == {*KEYS, "error"}
    assert line["message"] == 'it said "no"'
