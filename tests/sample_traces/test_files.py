"""The committed sample files: recordings decode and are listed, broken samples get the answers they are said to."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

import sample_traces
from sample_traces.recordings import FOLDER, PROVES, recordings
from tests.collector.running import Collector, configuration

SAMPLES = Path(sample_traces.__file__).parent
INVALID = SAMPLES / "invalid"
ANSWERS: list[dict[str, Any]] = json.loads((INVALID / "answers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Collector(configuration(tmp_path_factory.mktemp("collector"))) as running:
        yield running


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: str(case["file"]))
def test_a_broken_sample_gets_its_answer(collector: Collector, case: dict[str, Any]) -> None:
    headers = {"content-type": case["content_type"]}
    if case["encoding"]:
        headers["content-encoding"] = case["encoding"]
    response = collector.request("POST", "/v1/traces", (INVALID / case["file"]).read_bytes(), headers)
    assert response.status == case["status"], response.body
    text = response.body.decode(errors="replace")
    assert case.get("names", "") in text
    if response.status == 200 and case["content_type"] == "application/json":
        rejected = int(json.loads(text).get("partialSuccess", {}).get("rejectedSpans", 0))
        assert rejected == case["rejected"]
    elif response.status == 200:
        partial = ExportTraceServiceResponse.FromString(response.body).partial_success
        assert partial.rejected_spans == case["rejected"]


def test_every_broken_sample_is_listed_in_the_readme() -> None:
    text = (INVALID / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in INVALID.iterdir()} - {"README.md", "answers.json"}
    assert files == {case["file"] for case in ANSWERS}, "list every sample in answers.json"
    for case in ANSWERS:
        row = next((line for line in text.splitlines() if line.startswith(f"| `{case['file']}`")), "")
        assert f"| {case['status']}" in row, f"README.md needs a row for {case['file']} with answer {case['status']}"


def test_every_recording_is_listed_and_decodes() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(PROVES)
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for recording in recordings():
        assert f"`{recording.name}`" in text
        spans = [s for body in recording.protobuf for s in spans_of(body)]
        assert spans or recording.json
        assert recording.expected["totals"]["successful_billed_calls"] > 0


def spans_of(body: bytes) -> list[Any]:
    request = ExportTraceServiceRequest.FromString(body)
    return [s for rs in request.resource_spans for ss in rs.scope_spans for s in ss.spans]


def test_recordings_equal_those_of_the_test_corpus() -> None:
    corpus = Path(__file__).parents[1] / "corpus"
    for name in PROVES:
        for path in (FOLDER / name).iterdir():
            assert path.read_bytes() == (corpus / name / path.name).read_bytes(), path
