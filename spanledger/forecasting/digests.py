"""Digests of what forecasts are made of: the same says that they need not be made again."""

import hashlib

import numpy as np

from spanledger.forecasting.reading import Spend
from spanledger.forecasting.targets import Known
from transforms.forecasts import Pasts

DECIMALS = 9


def digest(spend: Spend, known: Known, scopes_a_kind: int, told: bytes = b"") -> str:
    """Of the series that ``spend`` is forecast by, what is known beside them, and what else was ``told``."""
    found = hashlib.sha256(repr((spend.today, spend.first, known.events, known.steps)).encode())
    found.update((known.past if isinstance(known.past, Pasts) else Pasts.of(known.past)).digest.encode())
    for scope, series in spend.series(scopes_a_kind).items():
        found.update(repr((scope.key, series.first)).encode() + np.round(series.usd, DECIMALS).tobytes())
        if series.volume is not None:
            found.update(series.volume.tobytes())
    found.update(told)
    return found.hexdigest()
