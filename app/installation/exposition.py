"""Counters in Prometheus' text format, version 0.0.4, as the collector's /metrics answers with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Labels = frozenset[tuple[str, str]]

_SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
_LABEL = re.compile(r'(?P<key>[a-zA-Z_]\w*)="(?P<value>(?:[^"\\]|\\.)*)",?')
_ESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


@dataclass(frozen=True)
class Samples:
    """Values by name and labels."""

    values: Mapping[tuple[str, Labels], float]

    def value(self, name: str, **labels: str) -> float | None:
        """The sum over all samples that have these labels; None where there is none."""
        found = [value for of, value in self._of(name) if labels.items() <= of.items()]
        return sum(found) if found else None

    def by(self, name: str, label: str, **labels: str) -> dict[str, float]:
        """The sums by the values of one label, of the samples that have these others."""
        sums: dict[str, float] = {}
        for of, value in self._of(name):
            if labels.items() <= of.items() and label in of:
                sums[of[label]] = sums.get(of[label], 0) + value
        return sums

    def texts(self, name: str, label: str) -> list[str]:
        """The values that a label takes."""
        return sorted({of[label] for of, _ in self._of(name) if label in of})

    def _of(self, name: str) -> list[tuple[dict[str, str], float]]:
        return [(dict(labels), value) for (of, labels), value in self.values.items() if of == name]


def parse(text: str) -> Samples:
    """Read such a text. Raises ValueError naming the first line that is none of its forms."""
    values: dict[tuple[str, Labels], float] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = _SAMPLE.match(line)
        if match is None:
            raise ValueError(f"expected a name, labels and a value, got {line!r}")
        values[match["name"], _labels(match["labels"] or "")] = float(match["value"])
    return Samples(values)


def _labels(text: str) -> Labels:
    found = [(match["key"], _plain(match["value"])) for match in _LABEL.finditer(text)]
    if sum(len(match[0]) for match in _LABEL.finditer(text)) != len(text):
        raise ValueError(f'expected labels such as key="value", got {text!r}')
    return frozenset(found)


def _plain(text: str) -> str:
    return re.sub(r'\\[\\"n]', lambda match: _ESCAPED[match[0]], text)
