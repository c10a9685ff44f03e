"""Every recording of a real instrumentation, through the real door: each billed call once, with the true counts.

The truth is what the provider charged (tests/corpus/README.md). What a number is compared with, and what counts as
known, is said in `spanledger.conformance.judging`, which also writes docs/conformance.md.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from collector.door.signals import TRACES
from sample_traces.send import send
from spanledger.building.build import Builder
from spanledger.conformance.expected import Expected, read_expected
from spanledger.conformance.folder import Body, Recording, read_recording
from spanledger.conformance.judging import Comparison, Verdict, compare
from spanledger.conformance.measures import WHOLE
from spanledger.conformance.reading import FoundCall, found_calls
from tests.collector.running import Collector, configuration, wait_until
from tests.lake import open_warehouse
from tests.transforms import oracle

RECORDINGS = oracle.recordings()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[FoundCall]]]:
    """The elected calls of each recording; all are in one warehouse, each sent with a token of its own."""
    data: Path = tmp_path_factory.mktemp("recordings")
    tokens = data / "tokens.toml"
    tokens.write_text("\n".join(map(token, RECORDINGS)))
    with Collector(configuration(data, token_file=tokens)) as collector:
        for name in RECORDINGS:
            for body in read_recording(oracle.CORPUS / name).bodies:
                deliver(collector, body, {"authorization": f"Bearer {name}"})
        wait_until(lambda: not collector.waiting(), "the log to be empty")
        assert collector.stop() == 0, collector.errors()
    Builder(data, data / "lake").build()
    with open_warehouse(data) as connection:
        assert_no_call_of_zeros(connection)
        yield found_calls(connection)


def token(name: str) -> str:
    return f'[[token]]\nsha256 = "{hashlib.sha256(name.encode()).hexdigest()}"\norganization = "{name}"\n'


def deliver(collector: Collector, body: Body, headers: dict[str, str]) -> None:
    """Protobuf traces over gRPC, everything else over HTTP."""
    if body.signal is TRACES and not body.is_json:
        assert send([body.content], collector.grpc_address, headers=headers).rejected == 0
        return
    kind = "application/json" if body.is_json else "application/x-protobuf"
    answer = collector.request("POST", f"/v1/{body.signal.name}", body.content, {**headers, "content-type": kind})
    assert answer.status == 200, answer.body


def assert_no_call_of_zeros(connection: duckdb.DuckDBPyConnection) -> None:
    zeros = connection.execute("from fct_calls where input_tokens = 0 and output_tokens = 0").fetchall()
    assert not zeros, "what telemetry does not hold is unknown, not zero"


def judged(recording: str, found: dict[str, list[FoundCall]]) -> tuple[Recording, Expected, Comparison]:
    read = read_recording(oracle.CORPUS / recording)
    expected = read_expected(read.folder)
    return read, expected, compare(expected, found.get(recording, []), read.spans())


@pytest.mark.parametrize("recording", RECORDINGS)
def test_no_number_that_is_shown_as_known_is_untrue(found: dict[str, list[FoundCall]], recording: str) -> None:
    _, expected, comparison = judged(recording, found)
    assert not comparison.differences, "\n".join(comparison.differences)
    for figure in comparison.figures:
        assert figure.found <= expected.totals.get(figure.name, expected.billed_calls), figure
        assert figure.verdict is not Verdict.EXACT or figure.of is None or figure.exact == figure.of


@pytest.mark.parametrize("recording", RECORDINGS)
def test_every_usage_that_a_span_carries_is_found(found: dict[str, list[FoundCall]], recording: str) -> None:
    _, _, comparison = judged(recording, found)
    matched = comparison.matched
    for pair in matched.billed if matched else ():
        if pair.true.is_carried:
            assert pair.found, f"a span carries the usage of {pair.true.label}, and no call has it"
            assert not pair.found.is_estimated, f"the true counts of {pair.true.label} are called an estimate"
            for name in WHOLE:
                assert pair.found.counts.get(name, 0) == (pair.true.counts or {})[name], pair


@pytest.mark.parametrize("recording", RECORDINGS)
def test_estimates_are_marked_where_the_counts_are_not_the_providers(
    found: dict[str, list[FoundCall]], recording: str
) -> None:
    """An estimate that is marked stands beside another truth: none is marked for nothing."""
    _, _, comparison = judged(recording, found)
    for pair in comparison.matched.billed if comparison.matched else ():
        if pair.found and pair.found.is_estimated:
            assert any(pair.found.counts.get(name) != (pair.true.counts or {}).get(name) for name in WHOLE), pair


@pytest.mark.parametrize("recording", RECORDINGS)
def test_failed_attempts_are_shown_or_known_to_be_hidden(found: dict[str, list[FoundCall]], recording: str) -> None:
    _, expected, comparison = judged(recording, found)
    if comparison.matched is None:
        return
    assert comparison.failed.total() == (expected.failed_attempts or 0)
    shown = [pair.found for pair in comparison.matched.failed if pair.found]
    assert all(one.is_error and not one.counts for one in shown)
    assert not [one for one in comparison.matched.left if not one.is_error or one.counts]
