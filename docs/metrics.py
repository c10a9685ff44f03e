"""The page of Prometheus figures, read out of the code that makes them.

Each figure is a call of `Family`, `single` or `histogram` with its name, its kind and its help, or a line of a table
(HELP) or a tuple whose first text continues the name: `f"spanledger_build_{name}"`. A figure made in another way is
missed here, and a test that reads a running product's /metrics then fails.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from collector import metrics, processes
from collector.exposition import COUNTER, GAUGE, HISTOGRAM
from docs.markdown import grid

ROOT = Path(__file__).parents[1]
PREFIX = "spanledger_"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
MAKERS = {"Family", "single", "histogram"}
GROUPS = {
    "The door": ("requests", "items", "untagged", "connections"),
    "Log, writer and lake": (
        *("log", "lake", "landed", "outcomes", "damages", "quarantine", "quarantined", "replayed"),
        *("writer", "compacted"),
    ),
    "Builds": ("build", "builds"),
    "Budgets and alerts": ("budget", "alert", "alerts"),
    "The product": ("ready", "info", "part", "process", "backup"),
}
"""By the first word after the prefix."""


def page() -> Iterator[str]:
    """The page's lines."""
    yield from (
        "# Metrics",
        "",
        "`/metrics` of the collector's HTTP port, in Prometheus' text format, for the whole product: each process puts",
        "its figures into `run/metrics`, and the collector shows them beside its own. What is worth an alarm:",
        "[running it](running.md#metrics).",
        "",
    )
    found = figures()
    left = set(found)
    for title, words in GROUPS.items():
        names = sorted(name for name in found if name.removeprefix(PREFIX).split("_")[0] in words)
        left -= set(names)
        yield from (f"## {title}", "")
        yield from grid(("figure", "kind", "says"), ((f"`{name}`", *found[name]) for name in names))
    if left:
        raise ValueError(f"docs/metrics.py: GROUPS has no place for {sorted(left)}")


def figures() -> dict[str, tuple[str, str]]:
    """Kind and help of every figure there can be."""
    found = {name: (COUNTER if name.endswith("_total") else GAUGE, text) for name, text in metrics.HELP.items()}
    found |= {name: (kind, text) for name, (kind, text) in processes.HELP.items()}
    for folder in ("collector", "spanledger"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found |= dict(_of_module(ast.parse(path.read_text())))
    return found


def _of_module(module: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    for scope in ast.walk(module):
        if not isinstance(scope, FUNCTIONS):
            continue
        words = dict(_assigned(scope))
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MAKERS and node.args:
                yield from _of_call(node, scope, words)


def _assigned(scope: ast.AST) -> Iterator[tuple[str, object]]:
    """Names that stand for a text there, also where several are given at once."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            several = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = zip(target.elts, value.elts, strict=True) if several else [(target, value)]
            for name, text in pairs:
                if isinstance(name, ast.Name) and isinstance(text, ast.Constant):
                    yield name.id, text.value


def _of_call(call: ast.Call, scope: ast.AST, words: dict[str, object]) -> Iterator[tuple[str, tuple[str, str]]]:
    name, is_histogram = call.args[0], getattr(call.func, "id", "") == "histogram"
    if isinstance(name, ast.Constant) and str(name.value).startswith(PREFIX):
        yield str(name.value), _told(_parts(call.args[1:]), words, is_histogram=is_histogram)
    elif isinstance(name, ast.JoinedStr):
        head = str(getattr(name.values[0], "value", ""))
        for line in (node for node in ast.walk(scope) if isinstance(node, ast.Tuple) and node.elts):
            first = line.elts[0]
            texts = [part for part in line.elts[1:] if isinstance(part, ast.Constant) and " " in str(part.value)]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and texts:
                yield head + first.value, _told(_parts(line.elts[1:]), words, is_histogram=False)


def _parts(nodes: list[ast.expr]) -> list[ast.expr]:
    """The arguments, those behind a star too."""
    return [
        part
        for node in nodes
        for part in (
            _parts(node.value.elts) if isinstance(node, ast.Starred) and isinstance(node.value, ast.Tuple) else [node]
        )
    ]


def _told(parts: list[ast.expr], words: dict[str, object], *, is_histogram: bool) -> tuple[str, str]:
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    kind = HISTOGRAM if is_histogram else COUNTER if "COUNTER" in names else GAUGE
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    texts += [str(words[name]) for name in names if isinstance(words.get(name), str)]
    return kind, next(text for text in texts if len(text.split()) > 1)
