"""The user's text files: UTF-8, with or without the mark that spreadsheets put in front of it."""

from collections.abc import Callable
from pathlib import Path

from transforms.pricing.ledger import Text
from transforms.yaml_lines import ConfigError


def read_text(path: Path, error: Callable[[str], Exception]) -> Text:
    """What a file says, its lines ending in ``\\n``. Raises OSError, and ``error`` for another encoding than UTF-8."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        message = f"{path.name}:{line}: not text in UTF-8 (byte {problem.start} of the file); save it as UTF-8"
        raise error(message) from problem
    return Text(path.name, text.replace("\r\n", "\n").replace("\r", "\n"))


def read_rules_text(path: Path, what: str) -> str:
    """The text of a file of rules; ``what`` it is stands in the ConfigError raised where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{what} {path} cannot be read: {reason}") from error
