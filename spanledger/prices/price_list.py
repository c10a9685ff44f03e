"""The price list of this moment, from the package and the user's files, with a digest that tells when it changes."""

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from spanledger.prices.price_files import PriceFiles
from spanledger.texts import read_text
from transforms.pricing import lists as price_lists
from transforms.pricing import model_names, model_spellings
from transforms.pricing.currency import Exchange
from transforms.pricing.ledger import Ledger, UserFiles, exchange_of, ledger
from transforms.pricing.prices import PriceError


@dataclass(frozen=True)
class PriceList:
    """All rates known now; ``digest`` changes with any rate and with how names are resolved."""

    ledger: Ledger
    digest: str


def read_price_list(files: PriceFiles) -> PriceList:
    """The price list with the user's ``files`` on top. Raises PriceError naming file, line and column."""
    return _read(read_texts(files))


def display_exchange(files: PriceFiles, currency: str) -> Exchange:
    """The exchange rates that figures are shown with. Raises PriceError where ``currency`` is not among them."""
    exchange = exchange_of(read_texts(files))
    if currency not in exchange.currencies:
        known = (
            f"{exchange.name} has {', '.join(sorted(exchange.currencies))}" if exchange.name else "fx_file is not set"
        )
        raise PriceError(f"currency = {currency}: no exchange rate for it; {known}")
    return exchange


def read_texts(files: PriceFiles) -> UserFiles:
    """What the files say. Raises OSError, PriceError for what is no UTF-8."""
    return UserFiles(**{name: read_text(path, PriceError) for name, path in vars(files).items() if path})


@functools.lru_cache(maxsize=4)
def _read(files: UserFiles) -> PriceList:
    rates = ledger(files)
    digest = hashlib.sha256("".join(sorted(rate.version for rate in rates.rates)).encode())
    digest.update(repr((sorted(rates.models), sorted(rates.aliases.items(), key=repr))).encode())
    for module in (model_names, model_spellings, price_lists):
        digest.update(Path(str(module.__file__)).read_bytes())
    return PriceList(rates, digest.hexdigest())
