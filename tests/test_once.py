"""What is made once is made once, also by processes that ask at the same time, and again after a failure."""

import multiprocessing
from pathlib import Path

import pytest

from tests.collector.running import wait_until
from tests.once import once

PROCESSES = 4


class Factory:
    """As each process of a run has it: with a folder of its own in that of the run."""

    def __init__(self, run: Path, number: int) -> None:
        self.run, self.number = run, number

    def getbasetemp(self) -> Path:
        (self.run / f"asked-{self.number}").touch()
        return self.run / f"popen-gw{self.number}"


def _make(folder: Path) -> None:
    run = folder.parent
    wait_until(lambda: len(list(run.glob("asked-*"))) == PROCESSES, "all processes to ask")
    with (run / "makers").open("a") as makers:
        makers.write("one\n")
    (folder / "figure").write_text("1")


def test_processes_that_ask_at_once_share_what_one_of_them_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    fork = multiprocessing.get_context("fork")
    asking = [fork.Process(target=once, args=(Factory(tmp_path, number), "it", _make)) for number in range(PROCESSES)]
    for process in asking:
        process.start()
    for process in asking:
        process.join()
    assert [process.exitcode for process in asking] == [0] * PROCESSES
    assert (tmp_path / "it" / "figure").read_text() == "1"
    assert (tmp_path / "makers").read_text() == "one\n"


def test_what_failed_is_made_anew(tmp_path_factory: pytest.TempPathFactory) -> None:
    def fails(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("a disk is full")

    with pytest.raises(OSError, match="full"):
        once(tmp_path_factory, "after a failure", fails)
    made = once(tmp_path_factory, "after a failure", lambda folder: (folder / "whole").touch())
    assert [path.name for path in made.iterdir()] == ["whole"]
