"""Patterns of the user's files: ``*`` stands for any text, ``?`` for one character; capitals matter."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def matches(value: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns matches."""
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def covers(earlier: Sequence[str], later: Sequence[str]) -> bool:
    """Whether what ``later`` matches surely matches ``earlier`` too. May say no for want of looking harder."""
    plain = [pattern for pattern in earlier if not set("?[") & set(pattern)]
    return all(one in earlier or matches(one, plain) for one in later)
