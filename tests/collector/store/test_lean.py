"""The writer without what it has no use for: asked of a process of its own, as it changes the whole process."""

import subprocess
import sys

_LANDS = """
import sys
from collector.store.lean import keep_memory, without_pandas
{calls}
import numpy as np
import pyarrow as pa
pa.array([1, 2]).to_numpy()
pa.array(np.arange(3))
print("pandas" in sys.modules)
"""


def _imports_pandas(calls: str) -> str:
    return subprocess.check_output([sys.executable, "-c", _LANDS.format(calls=calls)], text=True).strip()


def test_arrays_come_from_and_go_to_numpy_without_pandas() -> None:
    assert _imports_pandas("without_pandas(); keep_memory()") == "False"
