"""What keeps our processes light: a library they have no use for, memory that the writer gets back at once, and memory
that the collector gives back.

Both are about the process as a whole, so they are called once, first of all, and by no one else.
"""

import ctypes
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGEST_BLOCK = 32 * 2**20  # as much as glibc allows
_KEPT = 256 * 2**20
_MAPPED = 2**20


class _NoPandas(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname == "pandas":
            raise ModuleNotFoundError("the writer does without pandas (collector/store/lean.py)", name=fullname)
        return None


def without_pandas() -> None:
    """pyarrow imports pandas, where it is installed, at its first array from or to numpy, only to ask whether a value
    is one of its series: half a second of CPU and 50 MB. Here none ever is."""
    sys.meta_path.insert(0, _NoPandas())


def keep_memory() -> None:
    """Let freed blocks of up to 32 MB be used again, up to 256 MB in all.

    glibc gives large blocks back to the system, and gets them again page by page, each zeroed: that was a quarter of
    the time of landing a segment. Where there is another C library, nothing is changed.
    """
    _set_malloc({_M_MMAP_THRESHOLD: _LARGEST_BLOCK, _M_TRIM_THRESHOLD: _KEPT})


def give_memory_back() -> None:
    """Let blocks of 1 MB and more go back to the system when they are freed: large requests, which are rare.

    By itself glibc keeps what it was once given back in a large block, up to 32 MB each.
    """
    _set_malloc({_M_MMAP_THRESHOLD: _MAPPED})


def trim() -> None:
    """Give back what is free between blocks in use, which takes milliseconds; another C library does what it does."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def _set_malloc(options: dict[int, int]) -> None:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "gnu_get_libc_version"):
        for option, value in options.items():
            libc.mallopt(option, value)
