"""YAML read strictly, so that every complaint can name file, line and key: the one way settings files are read.

Values are asked for as what they should be; what they are not is a `ConfigError`. Scalars are taken as they are
written: `yes`, `1.0` and `null` are the texts "yes", "1.0" and nothing, whatever YAML would make of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

import yaml  # type: ignore[import-untyped]  # ships no types

_NULL = "tag:yaml.org,2002:null"


class ConfigError(ValueError):
    """A file of the user's that cannot be used; names file, line and key, what was expected and what stands there."""


@dataclass(frozen=True)
class Value:
    """A value of a YAML file and where it stands. ``key`` is the path to it, such as ``senders[1].span``."""

    node: yaml.Node
    file: str
    line: int  # from 1; of a value with a key, the key's
    key: str = ""

    def refuse(self, problem: str) -> NoReturn:
        """Raises ConfigError naming this place."""
        raise ConfigError(f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{problem}")

    def fields(self, allowed: Collection[str] = (), what: str = "keys with values") -> dict[str, "Value"]:
        """The values of a mapping by key; ``allowed`` names all keys there may be, none means any."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse(f"expected {what}, got {self._said()}")
        found: dict[str, Value] = {}
        for key, node in self.node.value:
            name = Value(key, self.file, _line(key), self.key).text()
            value = Value(node, self.file, _line(key), f"{self.key}.{name}" if self.key else name)
            if name in found:
                value.refuse(f"stands twice, first in line {found[name].line}")
            if allowed and name not in allowed:
                value.refuse(f"no such key{near(name, allowed)}; there are {', '.join(allowed)}")
            found[name] = value
        return found

    def items(self) -> list["Value"]:
        """The values of a list, at least one."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            self.refuse(f"expected a list with at least one entry, got {self._said()}")
        numbered = enumerate(self.node.value, start=1)
        return [Value(node, self.file, _line(node), f"{self.key}[{place}]") for place, node in numbered]

    @property
    def is_null(self) -> bool:
        """Whether nothing is said: an empty value, `null` or `~`."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == _NULL

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys of its own."""
        return isinstance(self.node, yaml.MappingNode)

    def text(self) -> str:
        """A scalar as it is written; not an empty one."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null or not self.node.value.strip():
            self.refuse(f"expected a text, got {self._said()}")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """One text, or a list of them."""
        if isinstance(self.node, yaml.SequenceNode):
            return tuple(item.text() for item in self.items())
        return (self.text(),)

    def one_of(self, allowed: Collection[str]) -> str:
        """A text that is one of ``allowed``."""
        said = self.text()
        if said not in allowed:
            self.refuse(f"{said!r} is none of {', '.join(allowed)}{near(said, allowed)}")
        return said

    def _said(self) -> str:
        if isinstance(self.node, yaml.MappingNode):
            return "keys with values" if self.node.value else "an empty mapping"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list" if self.node.value else "an empty list"
        return repr(self.node.value) if self.node.value and not self.is_null else "nothing"


def near(said: str, allowed: Collection[str]) -> str:
    """A hint at the name that was probably meant; empty where none is near."""
    return "".join(f"; did you mean {name}?" for name in get_close_matches(said, allowed, 1))


def read_yaml(text: str, file: str) -> Value:
    """The one document of ``text``. ``file`` stands in errors. Raises ConfigError."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{file}:{mark.line + 1 if mark else 1}: not YAML: {_words(error)}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f"{file}:1: not YAML: {error}") from error
    if node is None:
        raise ConfigError(f"{file}:1: the file is empty")
    return Value(node, file, _line(node))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _words(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part)
