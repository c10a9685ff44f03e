"""The soaks of docs/backpressure.md, small: what they check holds here too, and they say what they found."""

import pytest

from benchmarks import idle_connections, soak_fuzz, soak_overload


def test_fuzzed_requests(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak_fuzz.main(["--http", "1500", "--grpc", "400", "--seed", "7", "--sample-s", "0.2"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1900 requests in ")
    assert "'sentinels': 0" not in said


def test_overload(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak_overload.main(["--seconds", "6", "--writer-spans-per-s", "150", "--log-mib", "1"]) == 0
    assert "all in the lake once" in capsys.readouterr().out


def test_idle_connections(capsys: pytest.CaptureFixture[str]) -> None:
    assert idle_connections.main(["--connections", "200"]) == 0
    assert capsys.readouterr().out.startswith("200 idle connections each: ")
