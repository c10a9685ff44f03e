"""The soaks of docs/backpressure.md, small: what they check holds here too, and they say what they found."""

import subprocess
import sys

import pytest

from benchmarks import idle_connections, soak_overload


def test_fuzzed_requests() -> None:
    """In a process of its own: it starts others, which read the main module again."""
    command = [sys.executable, "-m", "benchmarks.soak_fuzz", "--http", "1500", "--grpc", "400", "--seed", "7"]
    done = subprocess.run([*command, "--sample-s", "0.2"], capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("1900 requests in ")
    assert "'sentinels': 0" not in done.stdout


def test_overload(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak_overload.main(["--seconds", "6", "--writer-spans-per-s", "150", "--log-mib", "1"]) == 0
    assert "all in the lake once" in capsys.readouterr().out


def test_idle_connections(capsys: pytest.CaptureFixture[str]) -> None:
    assert idle_connections.main(["--connections", "200"]) == 0
    assert capsys.readouterr().out.startswith("200 idle connections each: ")
