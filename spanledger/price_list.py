"""The price list of this moment, from the package and the user's files, with a digest that tells when it changes."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from transforms import model_names
from transforms.price_ledger import Ledger, Text, UserFiles, ledger


@dataclass(frozen=True)
class PriceList:
    """All rates known now; ``digest`` changes with any rate and with how names are resolved."""

    ledger: Ledger
    digest: str


def read_price_list(prices_file: Path | None) -> PriceList:
    """The price list with the user's ``prices_file`` on top. Raises PriceError naming file, line and column."""
    return _read(UserFiles(prices=Text(prices_file.name, prices_file.read_text()) if prices_file else None))


@functools.lru_cache(maxsize=4)
def _read(files: UserFiles) -> PriceList:
    rates = ledger(files)
    digest = hashlib.sha256("".join(sorted(rate.version for rate in rates.rates)).encode())
    digest.update(Path(model_names.__file__).read_bytes())
    return PriceList(rates, digest.hexdigest())
