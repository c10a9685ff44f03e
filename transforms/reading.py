"""Attribute values as canonical types, by column: text, whole numbers, numbers, flags, money.

Each reader takes the attributes at some indices and gives a `Read`: the values (null where the attribute says
nothing of that type) and whether turning a value back into the attribute's own type gives exactly what was sent.
`transforms.lossless.back` is that way back; the two must agree.
"""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from transforms.arrays import Flags, Ints, valid
from transforms.attributes import Attributes, Kind
from transforms.columns import MONEY

_PICO = 10**12
_TEXT = pa.string()
_EXACT_INT = 2**53  # doubles hold every whole number up to here


@dataclass(frozen=True)
class Read:
    """Values read from attributes; ``is_exact`` says which of them hold the attribute without loss."""

    values: pa.Array
    is_exact: Flags


def text(attributes: Attributes, at: Ints) -> Read:
    """Strings (an empty one says nothing), numbers and flags as text."""
    kind = attributes.kind[at]
    values = attributes.texts(at)
    usable = np.isin(kind, (Kind.STRING, Kind.INT, Kind.BOOL, Kind.DOUBLE))
    if not usable.all() or pc.any(pc.equal(values, "")).as_py():
        usable &= np.asarray(pc.fill_null(pc.not_equal(values, ""), False).to_numpy(zero_copy_only=False))
        values = pc.if_else(pa.array(usable), values, None)
    return Read(values, usable)


def reworded(
    attributes: Attributes, at: Ints, reading: Callable[[str], str | None], type_: pa.DataType = _TEXT
) -> Read:
    """Text that needs a reading; asked once per distinct value, of any type. The reading's text is then taken as
    a value of ``type_``, which holds nothing of what was sent exactly unless it is text."""
    examples, which = attributes.distinct(at)
    sent = attributes.texts(examples)
    meanings = pa.array([_sound(reading(one)) if one else None for one in sent.to_pylist()], pa.string())
    if type_ != _TEXT:
        return Read(_parsed(meanings, type_).take(pa.array(which)), np.zeros(len(at), dtype=np.bool_))
    same = np.asarray(pc.fill_null(pc.equal(meanings, sent), False).to_numpy(zero_copy_only=False))
    same = same & np.isin(attributes.kind[examples], (Kind.STRING, Kind.INT, Kind.BOOL, Kind.DOUBLE))
    return Read(meanings.take(pa.array(which)), same[which])


def one_or_several(sent: str) -> str | None:
    """A name as it is; of a list of names a JSON array, sorted, each once, or its only one; a map is none."""
    if sent[:1] not in ("[", "{"):
        return sent
    try:
        said = json.loads(sent)
    except (ValueError, RecursionError):
        return sent  # a name that begins like JSON
    if isinstance(said, dict):
        return None
    names = sorted({name for name in said if name}) if all(isinstance(name, str) for name in said) else []
    return json.dumps(names, ensure_ascii=False) if len(names) > 1 else names[0] if names else None


def _parsed(texts: pa.Array, type_: pa.DataType) -> pa.Array:
    """The values that texts spell; null where one spells none."""
    return pa.array([None if text is None else spelled(text, type_) for text in texts.to_pylist()], type_)


def spelled(text: str, type_: pa.DataType) -> object:
    """The value of ``type_`` that ``text`` spells; None where it spells none."""
    parse: dict[pa.DataType, Callable[[str], object]] = {
        _TEXT: str,
        MONEY: _amount,
        pa.int64(): whole_number,
        pa.float64(): _finite,
        pa.bool_(): _spelled,
    }
    return parse[type_](text)


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _spelled(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _sound(meaning: str | None) -> str | None:
    """None for half a surrogate pair, which JSON can spell and UTF-8 cannot."""
    is_sound = not meaning or meaning.isascii() or meaning == meaning.encode("utf-8", "ignore").decode()
    return meaning if is_sound else None


def whole(attributes: Attributes, at: Ints) -> Read:
    """int64 from ints, whole doubles, and strings that spell a whole number."""
    kind = attributes.kind[at]
    if bool((kind == Kind.INT).all()):
        return Read(attributes.of_kind(Kind.INT, at), np.ones(len(at), dtype=np.bool_))
    out = _Slots(len(at), np.int64)
    is_int = kind == Kind.INT
    out.put(is_int, _numpy(attributes, Kind.INT, at[is_int]), np.True_)
    is_double = kind == Kind.DOUBLE
    doubles = _numpy(attributes, Kind.DOUBLE, at[is_double])
    fits = np.isfinite(doubles) & (np.floor(doubles) == doubles) & (np.abs(doubles) < 2.0**63)
    whole_doubles = np.where(fits, doubles, 0.0)
    out.put(is_double, whole_doubles.astype(np.int64), ~np.signbit(doubles) | (doubles != 0), fits)
    for slot, sent in _strings(attributes, at):
        number = whole_number(sent)
        if number is not None:
            out.put_one(slot, number, str(number) == sent)
    return out.read(pa.int64())


def whole_number(sent: str) -> int | None:
    """ "12" and "12.0" are 12; anything that is not a whole number of 64 bits is None."""
    try:
        number = Decimal(sent.strip().replace("_", "x"))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= 2**63 or number != number.to_integral_value():
        return None
    return int(number)


def number(attributes: Attributes, at: Ints) -> Read:
    """A double from doubles, ints and strings."""
    kind = attributes.kind[at]
    out = _Slots(len(at), np.float64)
    is_double, is_int = kind == Kind.DOUBLE, kind == Kind.INT
    out.put(is_double, _numpy(attributes, Kind.DOUBLE, at[is_double]), np.True_)
    whole_values = _numpy(attributes, Kind.INT, at[is_int])
    out.put(is_int, whole_values.astype(np.float64), np.abs(whole_values) <= _EXACT_INT)
    for slot, sent in _strings(attributes, at):
        try:
            value = float(sent)
        except ValueError:
            continue
        out.put_one(slot, value, repr(value) == sent)
    return out.read(pa.float64())


def flag(attributes: Attributes, at: Ints) -> Read:
    """A bool from bools, "true"/"false" in any case, and 1/0."""
    kind = attributes.kind[at]
    out = _Slots(len(at), np.bool_)
    is_bool, is_int = kind == Kind.BOOL, kind == Kind.INT
    bools = attributes.of_kind(Kind.BOOL, at[is_bool])
    out.put(is_bool, np.asarray(bools.to_numpy(zero_copy_only=False), dtype=np.bool_), np.True_)
    bits = _numpy(attributes, Kind.INT, at[is_int])
    out.put(is_int, bits == 1, np.True_, (bits == 0) | (bits == 1))
    for slot, sent in _strings(attributes, at):
        if sent.lower() in ("true", "false"):
            out.put_one(slot, sent.lower() == "true", sent in ("true", "false"))
    return out.read(pa.bool_())


def money(attributes: Attributes, at: Ints) -> Read:
    """US dollars to 12 decimals from doubles, ints and strings; exact where the double comes back the same."""
    kind = attributes.kind[at]
    pico = np.zeros(len(at), dtype=np.int64)
    known, exact = np.zeros(len(at), dtype=np.bool_), np.zeros(len(at), dtype=np.bool_)
    is_double = np.flatnonzero(kind == Kind.DOUBLE)
    doubles = _numpy(attributes, Kind.DOUBLE, at[is_double])
    with np.errstate(invalid="ignore", over="ignore"):
        product = doubles * _PICO
        nearest = np.rint(product)
        # Product and decimal spelling are both within an ulp of the double: this far from a half they round alike.
        plain = np.abs(product - nearest) < 0.5 - 4 * np.spacing(np.abs(product))
        plain &= (np.abs(nearest) < _EXACT_INT) & ~(np.signbit(doubles) & (doubles == 0))
        # Below 2**53 the division is the correctly rounded reading of the decimal, so equality proves the round trip.
        same = plain & (nearest / _PICO == doubles)
    pico[is_double[plain]] = nearest[plain].astype(np.int64)
    known[is_double[plain]] = True
    exact[is_double[same]] = True
    values = _pico_dollars(pico, known)
    odd = np.flatnonzero(~known)
    if not len(odd):
        return Read(values, exact)
    texts = attributes.texts(at[odd]).to_pylist()
    amounts: list[Decimal | None] = []
    for slot, sent, type_ in zip(odd.tolist(), texts, kind[odd].tolist(), strict=True):
        amount = _amount(sent) if type_ in _AMOUNTS else None
        amounts.append(amount)
        if amount:  # 0 here is a rounded trifle or -0.0
            exact[slot] = type_ != _STRING and (amount == int(sent) if type_ == _INT else float(amount) == float(sent))
        elif type_ == _INT:
            exact[slot] = amount is not None
    order = np.arange(len(at), dtype=np.int64)
    order[odd] = len(at) + np.arange(len(odd))
    return Read(pa.concat_arrays([values, pa.array(amounts, MONEY)]).take(pa.array(order)), exact)


_INT, _STRING = int(Kind.INT), int(Kind.STRING)  # plain ints: enum members are slow to look up in loops
_AMOUNTS = frozenset({int(Kind.DOUBLE), _INT, _STRING})


def _amount(sent: str) -> Decimal | None:
    try:
        amount = Decimal(sent.strip().replace("_", "x"))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= 10**15:
        return None
    return amount.quantize(Decimal("1e-12"))


def _pico_dollars(pico: Ints, known: Flags) -> pa.Array:
    """decimal128 from 64-bit pico-dollars: the low word is the number, the high word its sign."""
    words = np.empty((len(pico), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = pico, pico >> 63
    values = pa.Array.from_buffers(MONEY, len(pico), [None, pa.py_buffer(words.tobytes())])
    return values if known.all() else pc.if_else(pa.array(known), values, pa.scalar(None, MONEY))


def _numpy(attributes: Attributes, kind: Kind, at: Ints) -> NDArray[np.generic]:
    return np.asarray(attributes.of_kind(kind, at).to_numpy(zero_copy_only=False))


def _strings(attributes: Attributes, at: Ints) -> Iterator[tuple[np.int64, str]]:
    """The texts among the values, each with its place in ``at``."""
    slots = np.flatnonzero(attributes.kind[at] == Kind.STRING)
    return zip(slots, attributes.texts(at[slots]).to_pylist(), strict=True)


class _Slots:
    """Values under construction: what is known, and whether exactly."""

    def __init__(self, size: int, type_: type) -> None:
        self.values: NDArray[Any] = np.zeros(size, dtype=type_)
        self.known = np.zeros(size, dtype=np.bool_)
        self.exact = np.zeros(size, dtype=np.bool_)

    def put(
        self, where: Flags, values: NDArray[np.generic], exact: Flags | np.bool_, known: Flags | np.bool_ = np.True_
    ) -> None:
        if where.any():
            self.values[where], self.known[where], self.exact[where] = values, known, exact & known

    def put_one(self, slot: np.int64, value: float, exact: bool) -> None:
        self.values[slot], self.known[slot], self.exact[slot] = value, True, exact

    def read(self, type_: pa.DataType) -> Read:
        return Read(pa.array(self.values, type_, mask=~self.known), self.exact)


def reader(type_: pa.DataType) -> Callable[[Attributes, Ints], Read]:
    """The reader of a column's type."""
    return {pa.string(): text, pa.int64(): whole, pa.float64(): number, pa.bool_(): flag, MONEY: money}[type_]


def known(read: Read) -> Flags:
    """Which values were said."""
    return valid(read.values)
