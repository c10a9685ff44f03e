"""JSON read strictly, for what people and other systems hand in: nothing in it is silently dropped or made up."""

import json
from collections import Counter
from typing import Any, NoReturn


class JsonError(ValueError):
    """A text that is no JSON, or says something that JSON cannot mean; says where or what."""


def read_json(text: str | bytes) -> Any:
    """The value of ``text``. Refuses a key that stands twice in an object, NaN and Infinity. Raises JsonError."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except JsonError:
        raise
    except RecursionError:
        raise JsonError("it is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise JsonError(f"it is not UTF-8: {error.reason} at byte {error.start}") from error
    except ValueError as error:
        raise JsonError(str(error)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise JsonError(f"the key {_repeated(pairs)!r:.100} stands twice")
    return found


def _repeated(pairs: list[tuple[str, Any]]) -> str:
    """The first key that stands twice; in linear time, as a stranger's object may have millions."""
    counts = Counter(name for name, _ in pairs)
    return next(name for name, _ in pairs if counts[name] > 1)


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is no number of JSON")
