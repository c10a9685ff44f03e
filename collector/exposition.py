"""Figures in Prometheus' text format, version 0.0.4, and how processes hand theirs to the one page that shows them all.

Each process that has figures of its own writes `run/metrics/<process>.json`; the collector's /metrics shows its own and
those. What a process says of its present (memory, whether a part runs) counts only while it lives; what it says of the
past (builds made, the last backup) stays. Names follow Prometheus: base units, `_total` for what only grows,
`_timestamp_seconds` for when.
"""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from collector.files import make_folder, read_json, write_json

Labels = tuple[tuple[str, str], ...]
COUNTER, GAUGE, HISTOGRAM = "counter", "gauge", "histogram"
FOLDER = "metrics"
"""In `run/`."""


@dataclasses.dataclass(frozen=True)
class Family:
    """All samples of one name. ``samples`` are a suffix ('' but for histograms), labels and a value."""

    name: str
    kind: str
    help: str
    samples: Sequence[tuple[str, Labels, float]]


def single(name: str, kind: str, help_: str, value: float, **labels: str) -> Family:
    """A family of one sample."""
    return Family(name, kind, help_, [("", tuple(sorted(labels.items())), value)])


def histogram(name: str, help_: str, counts: Sequence[tuple[float, int]], total: float) -> Family:
    """``counts``: rising upper bounds, the last infinite, and how many lie at or below each; ``total``: their sum."""
    buckets = [("_bucket", (("le", "+Inf" if bound == float("inf") else repr(bound)),), n) for bound, n in counts]
    return Family(name, HISTOGRAM, help_, [*buckets, ("_sum", (), total), ("_count", (), counts[-1][1])])


def render(families: Iterable[Family]) -> str:
    """The text. Families of one name are shown as one; raises ValueError where two say the same sample."""
    merged: dict[str, Family] = {}
    for family in families:
        before = merged.get(family.name)
        samples = [*(before.samples if before else ()), *family.samples]
        merged[family.name] = dataclasses.replace(family, samples=samples)
    return "".join(line + "\n" for name in sorted(merged) for line in _lines(merged[name]))


def _lines(family: Family) -> list[str]:
    said = [(suffix, labels) for suffix, labels, _ in family.samples]
    if len(set(said)) != len(said):
        raise ValueError(f"{family.name} has two values for one set of labels: {said}")
    head = [f"# HELP {family.name} {_escape(family.help)}", f"# TYPE {family.name} {family.kind}"]
    return [*head, *(f"{family.name}{suffix}{_format(labels)} {_number(n)}" for suffix, labels, n in family.samples)]


def _format(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{_quote(value)}"' for key, value in labels) + "}" if labels else ""


def _number(value: float) -> str:
    """All digits: a count of spans or a time in seconds has more than six."""
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quote(text: str) -> str:
    return _escape(text).replace('"', r"\"")


def publish(run: Path, process: str, families: Sequence[Family], *, is_lasting: bool) -> None:
    """Hand ``families`` to the collector on the same data directory, in place of what ``process`` said before.

    ``is_lasting``: they hold also when this process has ended. Raises OSError.
    """
    make_folder(run / FOLDER)
    said = {"pid": None if is_lasting else os.getpid(), "families": [dataclasses.asdict(one) for one in families]}
    write_json(run / FOLDER / f"{process}.json", said)


def of_others(run: Path) -> list[Family]:
    """What other processes have published and still holds. Raises ValueError naming a damaged file."""
    files = [read_json(path) for path in sorted((run / FOLDER).glob("[!.]*.json"))]
    return [_family(one) for said in files if said and _holds(said["pid"]) for one in said["families"]]


def _holds(pid: int | None) -> bool:
    if pid is None:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as another user
        return True
    return True


def _family(said: dict[str, object]) -> Family:
    values = dict(said)
    rows: list[tuple[str, list[list[str]], float]] = values.pop("samples")  # type: ignore[assignment]  # as written above
    samples = [(suffix, tuple((key, value) for key, value in labels), number) for suffix, labels, number in rows]
    return Family(samples=samples, **values)  # type: ignore[arg-type]
