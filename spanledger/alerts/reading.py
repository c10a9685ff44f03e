"""The user's alert rules of this moment, from the file that the settings name."""

import functools
from pathlib import Path

from transforms.alerts.rule_file import read_alert_rules
from transforms.alerts.rules import NO_RULES, AlertRules
from transforms.yaml_lines import ConfigError


def read_rules(path: Path | None) -> AlertRules:
    """What the file says; nobody is told where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_RULES
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"the alert rules {path} cannot be read: {reason}") from error
    return _read(text, str(path))


_read = functools.lru_cache(maxsize=4)(read_alert_rules)
