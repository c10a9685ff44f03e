"""What clients say, read strictly: every complaint names the field, what was expected and what stands there."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

from transforms.budgets.budget import DEFAULT_PRIORITY, DIMENSIONS, PICO, UNITS, USD
from transforms.strict_json import JsonError, read_json

DEFAULT_TTL_S, LONGEST_TTL_S = 900, 7 * 86400
MOST_CALLS = 100_000
_LONGEST_TEXT = 500
_LARGEST = 10**21  # pico-dollars or tokens: above, somebody means something else
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_NO_TEXT = re.compile("[\ud800-\udfff]")  # halves of characters, which no file can hold

CHECK_FIELDS = (*("scope", "priority", "estimate", "calls", "ttl_s", "reservation_id", "reserve", "approval"),)
TOKENS_OF_MODEL = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens")
ESTIMATE_FIELDS = (*UNITS, "model", "provider", *TOKENS_OF_MODEL, "like_workflow")


class BadRequestError(ValueError):
    """A request that cannot be meant as it is; names the field."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    """What a request may take: amounts by unit as far as they are said, and what else they can be worked out from."""

    amounts: Mapping[str, int]
    model: str | None = None
    provider: str | None = None
    tokens: Mapping[str, int] = dataclasses.field(default_factory=dict)
    workflow: str | None = None  # like the last runs of this one


@dataclasses.dataclass(frozen=True)
class Check:
    """May this be dispatched?"""

    scope: Mapping[str, str]
    estimate: Estimate
    priority: int = DEFAULT_PRIORITY
    calls: int | None = None  # as many as there are steps
    ttl_s: int = DEFAULT_TTL_S
    reservation: str | None = None
    is_reserving: bool = True
    approval: str | None = None

    @property
    def digest(self) -> str:
        """Equal where as much is asked for the same: what may be repeated under one reservation."""
        estimate = {name: _sorted(value) for name, value in vars(self.estimate).items()}
        said = json.dumps([sorted(self.scope.items()), estimate, self.calls, self.ttl_s])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def body_of(text: bytes) -> dict[str, Any]:
    """The object in a request's body. Raises BadRequestError."""
    try:
        said = read_json(text)
    except JsonError as error:
        raise BadRequestError(f"the body is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise BadRequestError(f"the body: expected an object, got {_type(said)}")
    return said


def read_check(said: Mapping[str, Any], organization: str | None) -> Check:
    """A check; the token's ``organization``, where there is one, takes the place of the scope's. Raises
    BadRequestError."""
    _refuse_unknown(said, CHECK_FIELDS, "")
    scope = _scope(said.get("scope", {}))
    if organization is not None:
        scope["organization"] = organization
    calls = _whole(said, "calls", 1, 1, MOST_CALLS) if "calls" in said else None
    return Check(
        scope,
        read_estimate(said.get("estimate", {}), calls),
        _whole(said, "priority", DEFAULT_PRIORITY, 0, 100),
        calls,
        _whole(said, "ttl_s", DEFAULT_TTL_S, 1, LONGEST_TTL_S),
        _id(said, "reservation_id") if said.get("reservation_id") is not None else None,
        _flag(said, "reserve", is_default=True),
        _id(said, "approval") if said.get("approval") is not None else None,
    )


def read_estimate(said: Any, calls: int | None) -> Estimate:
    """An estimate. Where calls are said and steps are not, each call is a step. Raises BadRequestError."""
    if not isinstance(said, dict):
        raise BadRequestError(f"estimate: expected an object, got {_type(said)}")
    _refuse_unknown(said, ESTIMATE_FIELDS, "estimate.")
    amounts = _amounts(said, "estimate.")
    if calls is not None:
        amounts = {"steps": calls} | amounts
    tokens = {name: _whole(said, name, 0, 0, _LARGEST, "estimate.") for name in TOKENS_OF_MODEL if name in said}
    if tokens and "model" not in said:
        raise BadRequestError("estimate.model: expected the model that the tokens are for")
    if tokens and "tokens" not in amounts:
        amounts["tokens"] = tokens.get("input_tokens", 0) + tokens.get("output_tokens", 0)
    texts = {name: _text(said[name], f"estimate.{name}") for name in ("model", "provider") if name in said}
    like = _text(said["like_workflow"], "estimate.like_workflow") if "like_workflow" in said else None
    return Estimate(amounts, texts.get("model"), texts.get("provider"), tokens, like)


def read_settlement(said: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """Which reservation, and what it cost by unit. Raises BadRequestError."""
    _refuse_unknown(said, ("reservation_id", "spent", "organization"), "")
    spent = said.get("spent")
    if not isinstance(spent, dict):
        raise BadRequestError(f"spent: expected an object of amounts by unit ({', '.join(UNITS)}), got {_type(spent)}")
    _refuse_unknown(spent, UNITS, "spent.")
    return _id(said, "reservation_id"), _amounts(spent, "spent.")


def read_release(said: Mapping[str, Any]) -> str:
    """Which reservation. Raises BadRequestError."""
    _refuse_unknown(said, ("reservation_id", "organization"), "")
    return _id(said, "reservation_id")


def read_organization(said: Mapping[str, Any], organization: str | None) -> str | None:
    """Whose reservation it is: the token's ``organization``, or what is said; "" is none. Raises BadRequestError."""
    value = said.get("organization")
    if organization is not None or value is None:
        return organization
    return "" if value == "" else _text(value, "organization")


def dollars(pico: int) -> str:
    """An amount of dollars as text, exact."""
    text = f"{Decimal(pico).scaleb(-12):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def worded(amount: int, unit: str) -> str | int:
    """An amount as answers state it: dollars as text, all else as a number."""
    return dollars(amount) if unit == USD else amount


def _amounts(said: Mapping[str, Any], where: str) -> dict[str, int]:
    found = {}
    for unit in UNITS:
        if unit in said:
            found[unit] = _money(said[unit], where + unit) if unit == USD else _whole(said, unit, 0, 0, _LARGEST, where)
    return found


def _money(value: Any, where: str) -> int:
    """Pico-dollars. What is finer than those counts as a whole one."""
    try:
        amount = Decimal(value if isinstance(value, str) else repr(value))
    except InvalidOperation:
        amount = Decimal("nan")
    if isinstance(value, bool) or not amount.is_finite() or not 0 <= amount <= _LARGEST // PICO:
        raise BadRequestError(f'{where}: expected US dollars, 0 or more, such as "0.25", got {value!r:.60}')
    return int((amount * PICO).to_integral_value(ROUND_CEILING))


def _whole(said: Mapping[str, Any], name: str, default: int, least: int, most: int, where: str = "") -> int:
    value: object = said.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadRequestError(f"{where}{name}: expected a whole number from {least} to {most}, got {value!r:.60}")
    return value


def _flag(said: Mapping[str, Any], name: str, *, is_default: bool) -> bool:
    value = said.get(name, is_default)
    if not isinstance(value, bool):
        raise BadRequestError(f"{name}: expected true or false, got {value!r:.60}")
    return value


def _scope(said: Any) -> dict[str, str]:
    if not isinstance(said, dict):
        raise BadRequestError(f"scope: expected an object of dimensions and values, got {_type(said)}")
    _refuse_unknown(said, DIMENSIONS, "scope.")
    return {name: _text(value, f"scope.{name}") for name, value in said.items() if value is not None}


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value or len(value) > _LONGEST_TEXT or _NO_TEXT.search(value):
        raise BadRequestError(f"{where}: expected a text of 1 to {_LONGEST_TEXT} characters, got {value!r:.60}")
    return value


def _id(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise BadRequestError(f"{name}: expected 1 to 100 letters, digits or _ . : -, got {value!r:.60}")
    return value


def _refuse_unknown(said: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if unknown := sorted(set(said) - set(known)):
        raise BadRequestError(f"{where}{unknown[0]}: no such field; expected some of {', '.join(known)}")


def _sorted(value: Any) -> Any:
    return sorted(value.items()) if isinstance(value, Mapping) else value


def _type(value: Any) -> str:
    return {dict: "an object", list: "a list", str: "a text", type(None): "nothing"}.get(type(value), "a value")
