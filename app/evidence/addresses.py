"""A statement in the address of the SQL page: readable where it is short, packed where it is longer."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from urllib.parse import quote, urlencode

PAGE = "sql"
PLAIN, PACKED = "q", "z"
MOST_PLAIN, MOST_PACKED, MOST_UNPACKED = 900, 6000, 200_000
"""Characters: of a readable address, of a packed one, of a statement."""


def of_statement(text: str) -> str:
    """The page's address with the statement; empty for one that no browser would keep whole."""
    parameters = as_parameters(text)
    return f"{PAGE}?{urlencode(parameters, quote_via=quote)}" if parameters else ""


def as_parameters(text: str) -> dict[str, str]:
    """The statement as a parameter of the address; none where it is too long or empty."""
    if not text.strip():
        return {}
    if len(quote(text)) <= MOST_PLAIN:
        return {PLAIN: text}
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return {PACKED: packed} if len(packed) <= MOST_PACKED else {}


def statement(parameters: Mapping[str, str]) -> str:
    """The statement of an address, empty where it names none. Raises ValueError for one that cannot be unpacked."""
    if PACKED not in parameters:
        return parameters.get(PLAIN, "")
    packed = parameters[PACKED]
    try:
        inflate = zlib.decompressobj()
        text = inflate.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), MOST_UNPACKED)
        if not inflate.eof:
            raise ValueError("the statement in the address is cut off or too long")
        return text.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError) as error:
        raise ValueError("the statement in the address is damaged; ask for the link again") from error
