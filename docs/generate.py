"""Writes the pages of docs/ that are said elsewhere already: `python -m docs.generate`.

Tables come from the YAML beside the models, settings from their fields, commands from the command line itself,
dialects from their registry and from reading every recording, conformance from comparing each with what was billed,
metrics from the code that makes them, HTTP from the description it serves, how to send from the first-run page's files.
`tests/docs` fails when a committed page is not what this program writes.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import yaml  # type: ignore[import-untyped]  # ships no types
from annotated_types import Ge, Gt, Le, MinLen
from pydantic.fields import FieldInfo

from app.snippets import Doors, Snippet, snippets
from docs import api, conformance, metrics
from docs.markdown import code, grid
from spanledger.cli import main as cli
from spanledger.exits import MEANING
from spanledger.settings import PREFIX, Settings
from tests.transforms.oracle import bodies_of, recordings
from transforms import dialects
from transforms.dialects.base import Dialect, TokenRule
from transforms.normalise import NormaliseOptions, Request, normalise

DOCS = Path(__file__).parent
MARTS = DOCS.parent / "dbt_project" / "models" / "marts"
RESULTS = DOCS.parent / "spanledger" / "results" / "tables"
NOTE = "<!-- Written by docs/generate.py; change what it reads, then run `python -m docs.generate`. -->"


def pages() -> dict[str, str]:
    """Every generated page: file name in docs/ and its text."""
    writers: dict[str, Callable[[], Iterator[str]]] = {
        "tables.md": _tables,
        "settings.md": _settings,
        "commands.md": _commands,
        "dialects.md": _dialects,
        "conformance.md": conformance.page,
        "metrics.md": metrics.page,
        "http.md": api.page,
        **{f"howto/{one.name}.md": partial(_snippet, one) for one in snippets(Doors())},
    }
    return {name: f"{NOTE}\n\n" + "\n".join(write()).rstrip() + "\n" for name, write in writers.items()}


def _snippet(snippet: Snippet) -> Iterator[str]:
    """How to point one emitter here: what the first-run page says, and how it was tried."""
    yield from (f"# {snippet.title}", "", snippet.text.strip("\n"), "", snippet.more)


def _tables() -> Iterator[str]:
    """Columns of the published tables."""
    yield from (
        "# Tables",
        "",
        "Schema `main` of the published build. Money is `decimal(28,12)` in US dollars, times are `timestamptz`",
        "in UTC, a `date` is the UTC day. Null means not known; it is never written as zero. What the words mean:",
        "[semantics](semantics.md). Ask with `spanledger sql`, or open the file read-only with DuckDB.",
        "",
        "Beside these, `build_info` has one row about the build: `build_id`, `built_at`, `data_until`, `lake_files`,",
        "`lake_rows`.",
        "",
    )
    for path in sorted([*MARTS.glob("*.yml"), *RESULTS.glob("rpt_*.yml")], key=lambda path: path.stem):
        for model in yaml.safe_load(path.read_text()).get("models", []):
            yield from (f"## {model['name']}", "", " ".join(model["description"].split()), "")
            columns = model["columns"]
            rows = [(f"`{one['name']}`", one["data_type"], one.get("description", "")) for one in columns]
            yield from grid(("column", "type", "meaning"), rows)


def _settings() -> Iterator[str]:
    """Names, defaults and limits of the settings."""
    yield from (
        "# Settings",
        "",
        "The first place that says something wins: an option of the command, the environment, `spanledger.toml` in",
        "the working directory, the default. Sizes are bytes; names that end in `_s` are seconds. A name nobody",
        "knows, or a value that does not fit, ends the command with exit code 2 and says where it stands and what",
        "was expected.",
        "",
    )
    rows = [
        (f"`{name}`", f"`{PREFIX}{name.upper()}`", _default(field), _limits(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    yield from grid(("in `spanledger.toml`", "in the environment", "default", "allowed", "meaning"), rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    return "not set" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limits(field: FieldInfo) -> str:
    words: list[str] = []
    for limit in field.metadata:
        if isinstance(limit, Ge):
            words.append(f"from {limit.ge}")
        elif isinstance(limit, Gt):
            words.append(f"above {limit.gt}")
        elif isinstance(limit, Le):
            words.append(f"to {limit.le}")
        elif isinstance(limit, MinLen):
            words.append("not empty")
    return " ".join(words) or _kinds(field.annotation)


def _kinds(annotation: Any) -> str:
    if annotation is bool:
        return "`true`, `false`"
    return "a path" if "Path" in str(annotation) else ""


def _commands() -> Iterator[str]:
    """Every command with its options and an example."""
    yield from ("# Commands", "", "`spanledger COMMAND --help` says the same on the terminal.", "")
    yield from _indented(MEANING)
    for words, command in _walk(cli, ("spanledger",)):
        arguments = "".join(f" {one.human_readable_name}" for one in command.params if isinstance(one, click.Argument))
        yield from (f"## {' '.join(words)}{arguments}", "", " ".join((command.help or "").split()), "")
        rows = [(_flags(option), option.help or "") for option in command.params if isinstance(option, click.Option)]
        if rows:
            yield from grid(("option", "meaning"), rows)
        yield from _indented((command.epilog or "").removesuffix(MEANING))


def _indented(text: str) -> Iterator[str]:
    lines = [line for line in text.replace("\b", "").splitlines() if line.strip()]
    if lines:
        yield from (lines[0], "", "```text", *(line.removeprefix("  ") for line in lines[1:]), "```", "")


def _walk(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _walk(command, (*words, name))
        else:
            yield (*words, name), command


def _flags(option: click.Option) -> str:
    choices = "|".join(option.type.choices) if isinstance(option.type, click.Choice) else ""
    value = "" if option.is_flag else f" {option.metavar or choices or option.type.name.upper()}"
    return f"`{', '.join(option.opts)}{value}`"


def _dialects() -> Iterator[str]:
    """How each dialect is recognised and counted, and which recordings prove it."""
    yield from (
        "# Dialects",
        "",
        "A dialect is the way one family of libraries writes a model call on a span. Each is one table in",
        "`transforms/dialects/`. A span may speak several; the first below that fits gives it its name, unless another",
        "one gave the counts. Whatever no column holds is kept beside the columns, so nothing sent is lost.",
        "",
        "What comes out of them, beside what was really billed: [conformance](conformance.md).",
        "",
        "Where a span carries counts in several spellings, one group is taken whole, in this order:",
        f"{code(group.name for group in dialects.USAGE_ORDER)}.",
        "Parts it leaves out are filled from another group with the same input and output. *Inclusive* means: input",
        "holds cache reads and writes, and output holds reasoning; *exclusive* that cache comes on top of input;",
        "*exclusive_output* that reasoning comes on top of output. Cache counts larger than the input prove it",
        "exclusive, whatever the rule says.",
        "",
    )
    stated = [group for group in dialects.USAGE_ORDER if group.rule]
    yield "These groups say by themselves what their counts hold, whoever sent them:"
    yield ""
    yield from grid(("group", "its counts are"), ((f"`{group.name}`", group.rule) for group in stated))
    yield ""
    for dialect in dialects.DIALECTS:
        yield from _dialect(dialect)
    yield from ("## Recordings", "", "What real libraries sent, read with these tables: `tests/corpus`.", "")
    yield from grid(("recording", "spans", "requests or usage read by"), map(_recording, recordings()))


def _dialect(dialect: Dialect) -> Iterator[str]:
    yield from (f"## {dialect.name}", "", " ".join(_said(dialect).split()), "")
    signs = {
        "scope begins with": dialect.scopes,
        "attribute": dialect.keys,
        "attribute begins with": dialect.prefixes,
        "span is named": dialect.names,
        "service is": dialect.services,
    }
    yield from (f"- {sign} {code(values)}" for sign, values in signs.items() if values)
    if dialect.is_private:
        yield "- its plain keys count only on spans recognised by one of these signs"
    yield from (f"- counts: {_rule(rule)}" for rule in dialect.token_rules)
    own_group = [group for group in dialects.USAGE_ORDER if group.rule and group.name == dialect.name]
    yield from (f"- counts: {group.rule}" for group in own_group)
    is_settled = own_group or (
        dialect.token_rules and dialect.token_rules[-1] == TokenRule(dialect.token_rules[-1].rule)
    )
    if not is_settled:
        yield "- counts elsewhere: a reported total decides, else inclusive"
    yield ""


def _said(dialect: Dialect) -> str:
    """What the dialect's file says of itself."""
    modules = [one for one in vars(dialects).values() if isinstance(one, ModuleType)]
    return next(one.__doc__ or "" for one in modules if getattr(one, "DIALECT", None) is dialect)


def _rule(rule: TokenRule) -> str:
    conditions = {
        "scope begins with": rule.scope,
        "provider is": rule.provider,
        "version below": ".".join(map(str, rule.before)),
    }
    where = " and ".join(f"{name} `{value}`" for name, value in conditions.items() if value)
    return f"{rule.rule} where {where}" if where else rule.rule


def _recording(name: str) -> tuple[str, str, str]:
    requests = [Request(body, 0, None, name) for body in bodies_of(name).values()]
    rows = normalise(requests, NormaliseOptions(store_content=False, hash_key=bytes(32)))
    columns = zip(*(rows[column].to_pylist() for column in ("dialect", "role", "usage_fields")), strict=True)
    read = Counter(dialect for dialect, role, fields in columns if role == "request" or fields)
    words = ", ".join(f"{dialect} {count}" for dialect, count in sorted(read.items()))
    return f"`{name}`", str(rows.num_rows), words or "none: its spans carry neither"


def main() -> int:
    """Write every page; returns 0."""
    for name, text in pages().items():
        (DOCS / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
