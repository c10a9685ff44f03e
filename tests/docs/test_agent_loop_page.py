"""The how-to on agents at their budget: its example, run against a real collector, ends where the page says."""

import re
import subprocess
import sys
from pathlib import Path

from tests.collector.running import Collector, configuration

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "agent-loop.md").read_text()


def test_the_loop_ends_where_the_page_says(tmp_path: Path) -> None:
    budgets = ROOT / "docs" / "examples" / "agent_budgets.yaml"
    with Collector(configuration(tmp_path, budgets_file=budgets)) as collector:
        command = [sys.executable, "docs/examples/agent_loop.py", collector.http_url]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    [said] = re.findall(r"^```text\n(.+)\n```$", PAGE, re.MULTILINE)
    assert _without_id(done.stdout.strip()) == _without_id(said)


def _without_id(text: str) -> str:
    return re.sub(r"[0-9a-f]{32}", "the run", text)
