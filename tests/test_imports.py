"""Imports point one way: collector → transforms ← app, spanledger above all; sample traces share nothing with them."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"spanledger", "collector", "transforms", "app", "sample_traces"}
MAY_IMPORT = {
    "transforms": set[str](),
    "collector": {"transforms"},
    "app": {"transforms"},
    "sample_traces": set[str](),
    "spanledger": {"collector", "transforms", "app", "sample_traces"},
}
NOT_PURE = {"socket", "asyncio", "http", "urllib", "requests", "subprocess", "threading", "time", "grpc", "uvicorn"}
ADVICE = {
    "transforms": "transforms/ is where pure code lives: pass the value in as an argument",
    "collector": "move what both need into transforms/, or let spanledger/ pass it in",
    "app": "move what both need into transforms/; the app gets everything else from the published build",
    "sample_traces": "its truth must not share code with what it checks: write it a second time, from the definition",
}


def imports(package: str) -> list[tuple[str, str]]:
    """(file:line, imported module) of everything a package imports, inside functions too."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                found += [(where, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert not node.level, f"{where}: relative import; write the full name"
                found.append((where, module))
    assert found, f"{package}/ imports nothing: is it still there?"
    return found


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_imports_point_one_way(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    wrong = [f"{where} imports {name}" for where, name in imports(package) if name.split(".")[0] in OURS - allowed]
    assert not wrong, "\n".join([*wrong, ADVICE.get(package, "")])


def test_transforms_is_pure() -> None:
    wrong = [
        f"{where} imports {name}"
        for where, name in imports("transforms")
        if name.split(".")[0] in NOT_PURE and name != "urllib.parse"  # splits texts, opens nothing
    ]
    wrong += [
        f"{path.relative_to(ROOT)} reads the {what}"
        for path in sorted((ROOT / "transforms").rglob("*.py"))
        for what, spelling in (("environment", "os.environ"), ("environment", "getenv"), ("clock", ".now("))
        if spelling in path.read_text()
    ]
    assert not wrong, "\n".join([*wrong, ADVICE["transforms"]])


def test_models_import_nothing() -> None:
    code = [str(path.relative_to(ROOT)) for path in (ROOT / "dbt_project").rglob("*.py") if "target" not in path.parts]
    assert not code, f"{code}: dbt_project/ holds SQL and YAML; Python belongs to transforms/"


@pytest.mark.parametrize("module", ["spanledger.building.build", "spanledger.doctor", "spanledger.keeping.retention"])
def test_dbt_is_loaded_by_builds_alone(module: str) -> None:
    """Loading it takes a second: a look whether there is something to build, and the doctor, do without."""
    code = f"import sys, {module}; sys.exit('dbt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
