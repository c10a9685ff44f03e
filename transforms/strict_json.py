"""JSON read strictly, for what people and other systems hand in: nothing in it is silently dropped or made up."""

import json
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
        names = [name for name, _ in pairs]
        raise JsonError(f"the key {next(name for name in names if names.count(name) > 1)!r:.100} stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is no number of JSON")
