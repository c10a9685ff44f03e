"""The user's outcome rules of this moment, from the file that the settings name."""

import functools
from pathlib import Path

from spanledger.texts import read_rules_text
from transforms.outcome_rules import NO_RULES, OutcomeRules, read_outcome_rules


def read_rules(path: Path | None) -> OutcomeRules:
    """What the file says; no rules where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_RULES
    return _read(read_rules_text(path, "the outcome rules"), str(path))


_read = functools.lru_cache(maxsize=4)(read_outcome_rules)
