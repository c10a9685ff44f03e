"""A published sample warehouse for the explorer's tests."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module that publishes sample builds."""
    return _load("sample_warehouse")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    """A data directory with one build of 60 days."""
    directory = tmp_path_factory.mktemp("data")
    sample.publish(directory)
    return directory
