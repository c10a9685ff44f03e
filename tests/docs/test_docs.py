"""What the documentation says is there: links, commands, settings, tables, checks, dependencies."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.snippets import NAMES
from app.words import CHECKS
from docs.generate import DOCS, pages
from sample_traces.public.files import ENVIRONMENT_VARIABLE
from spanledger.cli import main as cli
from spanledger.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
TEXTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
    ROOT / "sample_traces" / "README.md",
    ROOT / "tests" / "corpus" / "README.md",
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ABSENT = (
    re.compile(r"(?<![\w.])/(work|root|home|Users|tmp)\b"),
    re.compile(r"pypi\.org|npmjs|files\.pythonhosted|registry\.|index-url"),
)
MENTIONED = ROOT.joinpath("README.md"), ROOT.joinpath("CONTRIBUTING.md"), *DOCS.rglob("*.md")


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """The names that headings of a page get, as GitHub makes them."""
    text = FENCE.sub("", path.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def fences(path: Path, language: str) -> list[str]:
    return [text for spoken, text in FENCE.findall(path.read_text()) if spoken == language]


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(FENCE.sub("", path.read_text())):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        assert page.exists(), f"{ids(path)} links to {target}, which is not there"
        assert not anchor or anchor in anchors(page), f"{ids(path)}: {ids(page)} has no heading {anchor!r}"


def test_the_index_leads_to_every_page() -> None:
    linked = {DOCS / target.partition("#")[0] for target in LINK.findall((DOCS / "README.md").read_text())}
    missing = {ids(page) for page in DOCS.rglob("*.md")} - {ids(path.resolve()) for path in linked} - {"docs/README.md"}
    assert not missing, f"docs/README.md does not lead to {sorted(missing)}"


def test_the_generator_writes_what_is_checked(written: dict[str, str]) -> None:
    assert set(written) == set(GENERATED)


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_pictures_are_there_and_small(path: Path) -> None:
    for target in PICTURE.findall(FENCE.sub("", path.read_text())):
        picture = path.parent / target
        assert picture.exists(), f"{ids(path)} shows {target}, which is not there"
        assert picture.stat().st_size < 150_000, f"{target} has {picture.stat().st_size:,} bytes"


def test_every_picture_is_shown() -> None:
    pictures = list((DOCS / "pictures").glob("*"))
    shown = {(path.parent / target).resolve() for path in TEXTS for target in PICTURE.findall(path.read_text())}
    assert set(pictures) == shown
    assert sum(picture.stat().st_size for picture in pictures) < 1_000_000


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


GENERATED = [
    *("tables.md", "settings.md", "commands.md", "dialects.md", "conformance.md", "metrics.md", "http.md"),
    *(f"howto/{name}.md" for name in NAMES),
]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_are_current(name: str, written: dict[str, str]) -> None:
    path = DOCS / name
    assert path.exists(), f"{ids(path)} is missing: run `.venv/bin/python -m docs.generate`"
    assert path.read_text() == written[name], f"{ids(path)} is out of date: run `.venv/bin/python -m docs.generate`"


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands(group: click.Group, words: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        yield words + name
        if isinstance(command, click.Group):
            yield from commands(command, f"{words}{name} ")


def code(path: Path) -> str:
    """Everything a page shows as something to type."""
    text = path.read_text()
    shown = [block for language, block in FENCE.findall(text) if language in {"sh", "text"}]
    return "\n".join([*shown, *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))])


@pytest.mark.parametrize("path", MENTIONED, ids=ids)
def test_commands_that_are_named_exist(path: Path) -> None:
    named = set(re.findall(r"^make ([a-z]+)", code(path), re.MULTILINE))
    assert named <= make_targets(), f"{ids(path)} names make targets that the Makefile does not have"
    known = set(commands(cli))
    for words in re.findall(r"^(?:\.venv/bin/)?spanledger ([a-z][a-z -]*[a-z])", code(path), re.MULTILINE):
        first = " ".join(words.split(" -")[0].split()[:2])
        assert first in known or first.split()[0] in known, f"{ids(path)} names `spanledger {words}`"


def test_examples_of_commands_use_options_that_exist() -> None:
    runner = CliRunner()
    for words in commands(cli):
        result = runner.invoke(cli, [*words.split(), "--help"])
        assert result.exit_code == 0, result.output
        for example in re.findall(r"^  spanledger (.+)$", result.output, re.MULTILINE):
            assert example.startswith(words), f"the example of `{words}` is of another command: {example}"
            for option in re.findall(r" (--[a-z-]+)", example):
                assert f"{option} " in result.output.replace("\n", " ").split("Example:")[0], example


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_settings_that_are_named_exist(path: Path) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {ENVIRONMENT_VARIABLE}
    named = set(re.findall(rf"(?<![A-Z_]){PREFIX}[A-Z][A-Z_]*(?![A-Z_<])", path.read_text()))
    assert named <= known, f"{ids(path)} names settings that do not exist"


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_nothing_of_one_machine_is_said(path: Path) -> None:
    for pattern in ABSENT:
        found = pattern.search(path.read_text())
        assert found is None, f"{ids(path)} says {found.group()!r}"


@pytest.mark.parametrize("path", TEXTS, ids=ids)
def test_python_in_pages_compiles(path: Path) -> None:
    for text in fences(path, "python"):
        compile(text, ids(path), "exec")


def test_javascript_in_pages_parses(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.fail("no Node found: install it (Debian, Ubuntu: `apt-get install nodejs`)")
    blocks = fences(DOCS / "howto" / "javascript.md", "js")
    assert blocks
    for text in blocks:
        script = tmp_path / "page.mjs"
        script.write_text(text)
        checked = subprocess.run([node, "--check", script], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_every_check_is_explained() -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "data_quality.md").read_text(), re.MULTILINE))
    makers = ("dbt_project/models/marts/rpt_data_quality.sql", "spanledger/forecasting/sql/failures.sql")
    model = "".join((ROOT / maker).read_text() for maker in makers)
    made = set(re.findall(r"\benvironment,\s+'(\w+)'|\bnull, '(\w+)'", model))
    assert explained == {one or other for one, other in made} == set(CHECKS)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    reasons = (ROOT / "CONTRIBUTING.md").read_text().partition("## Why each dependency")[2]
    for requirement in wanted:
        name = re.split(r"[=<>;\[ ]", requirement)[0]
        shortened = name.replace("opentelemetry-exporter-otlp-proto-grpc", "opentelemetry-exporter-otlp-proto-")
        shortened = shortened.replace("opentelemetry-exporter-otlp-proto-http", "opentelemetry-exporter-otlp-proto-")
        assert re.search(rf"\b{re.escape(shortened)}", reasons), f"CONTRIBUTING.md does not say why {name} is needed"


def test_readme_fits_one_screen() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 60, f"README.md has {len(lines)} lines; move something into docs/"
