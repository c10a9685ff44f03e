"""The user's outcome rules of this moment, from the file that the settings name."""

import functools
from pathlib import Path

from transforms.outcome_rules import NO_RULES, OutcomeRules, read_outcome_rules
from transforms.yaml_lines import ConfigError


def read_rules(path: Path | None) -> OutcomeRules:
    """What the file says; no rules where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_RULES
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"the outcome rules {path} cannot be read: {reason}") from error
    return _read(text, str(path))


_read = functools.lru_cache(maxsize=4)(read_outcome_rules)
