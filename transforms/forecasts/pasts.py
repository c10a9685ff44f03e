"""Forecasts that were made and whose days are over, as columns: half a year of an organization's are ten thousands."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from transforms.forecasts.series import Floats, Past

Numbers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pasts:
    """A row a forecast. ``key`` and ``method`` are places in ``keys`` and ``methods``, ``origin`` is a day as ordinal,
    ``error`` (actual − expected) ÷ scale; the rest as in `Past`."""

    keys: tuple[str, ...]
    methods: tuple[str, ...]
    key: Numbers
    method: Numbers
    origin: Numbers
    days: Numbers
    error: Floats

    @classmethod
    def of(cls, past: Sequence[Past]) -> "Pasts":
        """The same, as columns."""
        keys, methods = sorted({one.key for one in past}), sorted({one.method for one in past})
        return cls(
            tuple(keys),
            tuple(methods),
            _numbers([keys.index(one.key) for one in past]),
            _numbers([methods.index(one.method) for one in past]),
            _numbers([one.origin.toordinal() for one in past]),
            _numbers([one.horizon_days for one in past]),
            np.array([one.error for one in past], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.key)

    @property
    def digest(self) -> str:
        """Changes with anything that ranges are made of."""
        digest = hashlib.sha256(repr((self.keys, self.methods)).encode())
        for column in (self.key, self.method, self.origin, self.days, np.round(self.error, 9)):
            digest.update(column.tobytes())
        return digest.hexdigest()

    def over_by(self, day: date) -> "Pasts":
        """Those whose days had passed on ``day``."""
        return self._only(self.origin + self.days <= day.toordinal())

    def by_methods(self, methods: Mapping[str, str]) -> "Pasts":
        """Those made with the method that ``methods`` gives their key, and those of other keys."""
        numbers = {name: number for number, name in enumerate(self.methods)}
        wanted = [numbers.get(methods[key], -1) if key in methods else None for key in self.keys]
        is_any = np.array([one is None for one in wanted], dtype=bool)
        of_key = np.array([-1 if one is None else one for one in wanted], dtype=np.int64)
        return self if not len(self) else self._only(is_any[self.key] | (of_key[self.key] == self.method))

    def rows_of(self, key: str) -> Numbers:
        """The rows of a key."""
        found = self.keys.index(key) if key in self.keys else -1
        rows: Numbers = np.flatnonzero(self.key == found)
        return rows

    def _only(self, chosen: NDArray[np.bool_]) -> "Pasts":
        columns = (self.key, self.method, self.origin, self.days)
        key, method, origin, days = (column[chosen] for column in columns)
        return Pasts(self.keys, self.methods, key, method, origin, days, self.error[chosen])


def _numbers(of: Sequence[int]) -> Numbers:
    return np.array(of, dtype=np.int64)
