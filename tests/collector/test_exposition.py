"""/metrics: what Prometheus' own checker asks of a page, and figures of other processes beside the collector's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from collector.exposition import COUNTER, FOLDER, GAUGE, Family, histogram, of_others, publish, render, single
from collector.processes import CPU, MEMORY, usage
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until

SAMPLE = re.compile(r'^(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z_]+="[^"]*",?)*)\})? (?P<value>[-+0-9.e]+)$')
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


def check(text: str) -> dict[str, str]:
    """The kinds of all families. Asserts order, names, units and that no sample stands twice."""
    kinds: dict[str, str] = {}
    seen: set[str] = set()
    current = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            current = line.split()[2]
            assert current not in kinds, f"{current} stands in two places"
            assert line.split(maxsplit=3)[3].endswith("."), line
        elif line.startswith("# TYPE "):
            assert line.split()[2] == current
            kinds[current] = line.split()[3]
        else:
            found = SAMPLE.match(line)
            assert found, line
            assert found["name"] in [current + suffix for suffix in SUFFIXES.get(kinds[current], ("",))], line
            assert line.rpartition(" ")[0] not in seen, line
            seen.add(line.rpartition(" ")[0])
    for name, kind in kinds.items():
        assert name.startswith("spanledger_"), name
        assert name.endswith("_total") == (kind == COUNTER), f"{name} is a {kind}"
        assert not re.search(r"_(ms|ns|kb|mb|milliseconds|minutes)(_|$)", name), f"{name}: base units"
    return kinds


def test_the_page_of_a_real_collector_and_of_those_beside_it(tmp_path: Path) -> None:
    config = configuration(tmp_path / "data")
    text = "When a build was last published."
    with Collector(config) as collector:
        publish(config.run, "builds", [single("spanledger_build_last_success", GAUGE, text, 1.5)], is_lasting=True)
        collector.send(request(span(), span()).SerializeToString())
        wait_until(lambda: not collector.waiting(), "the spans to land")
        page = collector.request("GET", "/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = page.body.decode()
    kinds = check(lines)
    assert kinds["spanledger_items_accepted_total"] == COUNTER
    assert "\nspanledger_build_last_success 1.5\n" in lines
    assert f'{MEMORY}{{process="writer"}}' in lines
    assert f'{CPU}{{process="collector"}}' in lines


def test_numbers_keep_their_digits_and_labels_their_marks() -> None:
    text = render([single("spanledger_a_total", COUNTER, "All.\nOf it.", 13_616_123, where='a "b" \\c')])
    assert text == (
        "# HELP spanledger_a_total All.\\nOf it.\n# TYPE spanledger_a_total counter\n"
        'spanledger_a_total{where="a \\"b\\" \\\\c"} 13616123\n'
    )
    assert render([single("spanledger_b_seconds", GAUGE, "B.", 1_763_820_000.25)]).endswith(" 1763820000.25\n")


def test_a_histogram_counts_up_to_all() -> None:
    text = render([histogram("spanledger_build_seconds", "How long.", [(0.5, 1), (float("inf"), 3)], 7.25)])
    assert check(text) == {"spanledger_build_seconds": "histogram"}
    assert text.splitlines()[2:] == [
        'spanledger_build_seconds_bucket{le="0.5"} 1',
        'spanledger_build_seconds_bucket{le="+Inf"} 3',
        "spanledger_build_seconds_sum 7.25",
        "spanledger_build_seconds_count 3",
    ]


def test_families_of_several_processes_are_one_and_never_say_a_thing_twice() -> None:
    one, other = (Family(MEMORY, GAUGE, "Memory.", [("", (("process", name),), 1.0)]) for name in ("up", "app"))
    assert render([one, other]).count("# TYPE") == 1
    with pytest.raises(ValueError, match="two values for one set of labels"):
        render([one, one])


def test_what_a_process_says_of_its_present_ends_with_it(tmp_path: Path) -> None:
    publish(tmp_path, "up", usage({"up": os.getpid()}), is_lasting=False)
    assert {family.name for family in of_others(tmp_path)} >= {MEMORY, CPU}
    script = (
        "import pathlib, sys; from collector.exposition import publish, single\n"
        "publish(pathlib.Path(sys.argv[1]), 'gone', [single('spanledger_x', 'gauge', 'X.', 1)], is_lasting=False)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert (tmp_path / FOLDER / "gone.json").exists()
    assert "spanledger_x" not in {family.name for family in of_others(tmp_path)}
