"""The search over seeds: a red one is told with its seed and what failed."""

from pathlib import Path

import pytest

from benchmarks import soak_seeds


def test_a_red_seed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = tmp_path / "test_drawn.py"
    module.write_text("import os\n\n\ndef test_drawn() -> None:\n    assert os.environ['TEST_SEED'] == 'none'\n")
    assert soak_seeds.main(["--seeds", "1", "--workers", "0", str(module)]) == 1
    said = capsys.readouterr().out
    assert "TEST_SEED=" in said
    assert "test_drawn.py::test_drawn" in said
    assert "1 of 1 seeds failed" in said


def test_modules_that_draw_are_found() -> None:
    found = {str(path) for path in soak_seeds.modules()}
    assert {"tests/end_to_end/test_company.py", "tests/transforms/test_money_reading.py"} <= found
    assert "tests/test_imports.py" not in found
