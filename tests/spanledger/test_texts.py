"""The user's files as editors and spreadsheets save them."""

from pathlib import Path

import pytest

from spanledger.charges.charge_files import ChargeFiles
from spanledger.charges.charge_list import read_charge_list
from spanledger.prices.price_files import PriceFiles
from spanledger.prices.price_list import read_price_list
from transforms.pricing.charges import ChargeError
from transforms.pricing.currency import Exchange
from transforms.pricing.prices import PriceError

PRICES = (
    "provider,model,token_kind,unit_price,valid_from,valid_to,source\r\n"
    "test,m,input,2,2026-10-01,,Müller\r\n"
    "test,m,output,8,2026-10-01,,Müller\r\n"
)


def test_a_spreadsheets_utf_8_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(PRICES.encode("utf-8-sig"))
    own = read_price_list(PriceFiles(prices=file)).ledger.own
    assert {rate.source for rate in own} == {"Müller"}


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused_by_file_and_line(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(PRICES.encode(encoding))
    line = 2 if encoding == "latin-1" else 1
    with pytest.raises(PriceError, match=rf"prices\.csv:{line}: not text in UTF-8 .*; save it as UTF-8"):
        read_price_list(PriceFiles(prices=file))
    with pytest.raises(ChargeError, match=rf"prices\.csv:{line}: not text in UTF-8"):
        read_charge_list(ChargeFiles(charges=file), Exchange())
