"""The user's alert rules of this moment, from the file that the settings name."""

import functools
from pathlib import Path

from spanledger.texts import read_rules_text
from transforms.alerts.rule_file import read_alert_rules
from transforms.alerts.rules import NO_RULES, AlertRules


def read_rules(path: Path | None) -> AlertRules:
    """What the file says; nobody is told where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_RULES
    return _read(read_rules_text(path, "the alert rules"), str(path))


_read = functools.lru_cache(maxsize=4)(read_alert_rules)
