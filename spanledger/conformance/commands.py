"""`spanledger recording`: make a recording of what an exporter sends, and compare it with what was billed."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spanledger.exits import FAILED, IN_THE_WAY, MEANING, USAGE, Failure
from spanledger.options import command
from spanledger.settings import Settings

if TYPE_CHECKING:  # the modules take a second to load, `--help` need not wait for them
    from spanledger.conformance.writing import Taken

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
KEEP_CONTENT = click.option(
    "--keep-content", is_flag=True, help="Keep prompts, answers and persons instead of hiding them."
)


@click.group(epilog=MEANING)
def recording() -> None:
    """Record what a library exports, and check it against what the provider billed."""


@command(
    recording,
    *("host", "grpc_port", "http_port"),
    example="spanledger recording new tests/corpus/my-app -- python my_app.py",
)
@FOLDER
@click.argument("program", nargs=-1)
@click.option(
    "--for",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="How long to listen; else until Ctrl-C.",
)
@KEEP_CONTENT
def new(settings: Settings, folder: Path, program: tuple[str, ...], seconds: float | None, keep_content: bool) -> None:
    """Listen for OTLP and keep what comes in FOLDER, request by request, with prompts and answers hidden.

    With a PROGRAM, run it with OTEL_EXPORTER_OTLP_ENDPOINT set, and end with it.
    """
    from collector.server import START_ERRORS
    from spanledger.conformance.recorder import listening

    _refuse_what_is_there(folder)
    if program:  # nobody else has to know the ports
        free = {name: 0 for name in ("grpc_port", "http_port") if name not in settings.model_fields_set}
        settings = settings.model_copy(update=free)
    try:
        with _interrupted() as stop, listening(settings.collector_config()) as doors:
            click.echo(f"recording at {doors.grpc} (gRPC) and {doors.http} (HTTP)", err=True)
            if program:
                _run(program, doors.grpc, doors.http)
            else:
                stop.wait(seconds)
    except START_ERRORS as error:
        raise Failure(f"the recorder cannot start: {error}", IN_THE_WAY) from error
    _write(folder, doors.recorder.taken(), keep_content)


@command(
    recording, example="spanledger recording take tests/corpus/my-app data --trace 5b8efff798038103d269b633813fc60c"
)
@FOLDER
@click.argument("source", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--trace", "traces", multiple=True, metavar="ID", help="Which traces of a lake; may be repeated.")
@KEEP_CONTENT
def take(
    settings: Settings, folder: Path, source: tuple[Path, ...], traces: tuple[str, ...], keep_content: bool
) -> None:
    """Make FOLDER of what is here already: export files, log segments, quarantined requests, traces of a lake."""
    from collector.store.lake_file import LakeError
    from collector.wal.segments import SegmentError
    from spanledger.conformance.folder import FolderError
    from spanledger.conformance.rebuilding import NotRebuiltError
    from spanledger.conformance.sources import SourceError
    from spanledger.conformance.sources import take as requests_in

    _refuse_what_is_there(folder)
    try:
        taken = [one for path in source for one in requests_in(path, traces)]
    except (SourceError, SegmentError, LakeError, FolderError, NotRebuiltError) as error:
        raise Failure(str(error), USAGE if isinstance(error, SourceError) else FAILED) from error
    _write(folder, taken, keep_content)


@command(recording, example="spanledger recording check tests/corpus/my-app")
@FOLDER
def check(settings: Settings, folder: Path) -> None:
    """Compare what SpanLedger makes of FOLDER with the expected numbers in it. A number that differs ends with 1."""
    from spanledger.building.building import NOT_BUILT
    from spanledger.conformance.expected import ExpectedError, read_expected
    from spanledger.conformance.folder import FolderError, read_recording
    from spanledger.conformance.judging import compare
    from spanledger.conformance.reading import RefusedBodyError, read_through
    from spanledger.conformance.report import lines

    try:
        read = read_recording(folder)
        expected = read_expected(folder)
        found = read_through([read])[read.name]
    except (FolderError, ExpectedError) as error:
        raise Failure(str(error), USAGE) from error
    except (RefusedBodyError, *NOT_BUILT) as error:
        raise Failure(str(error), FAILED) from error
    comparison = compare(expected, found, read.spans())
    for line in lines(comparison):
        click.echo(line)
    if comparison.differences:
        click.get_current_context().exit(FAILED)


def _refuse_what_is_there(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise Failure(f"{folder} is there already and not empty; choose another name", IN_THE_WAY)


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """Set by SIGINT and SIGTERM for as long as the block lasts."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(program: Sequence[str], grpc: str, http: str) -> None:
    is_grpc = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc"
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": grpc if is_grpc else http}
    default = {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}
    try:
        code = subprocess.run(program, env={**default, **os.environ, **told}, check=False).returncode
    except OSError as error:
        raise Failure(f"{program[0]} cannot be run: {error.strerror}", USAGE) from error
    if code:
        click.echo(f"{program[0]} ended with {code}; what it sent until then is kept", err=True)


def _write(folder: Path, taken: "Sequence[Taken]", keep_content: bool) -> None:
    from spanledger.conformance.folder import FolderError
    from spanledger.conformance.writing import HidingError, write_recording

    if not taken:
        raise Failure(f"nothing came, so {folder} was not made; does the exporter send to the address above?", FAILED)
    try:
        written = write_recording(folder, taken, is_content_kept=keep_content)
    except HidingError as error:
        raise Failure(
            f"{error}\nLook at what is sent, and use --keep-content if others may read it.", FAILED
        ) from error
    except (FolderError, OSError) as error:
        raise Failure(str(error), FAILED) from error
    content = "content kept" if keep_content else f"{written.hidden} values of content and persons hidden"
    click.echo(f"{folder}: {written.requests} requests, {written.spans} spans, {content}")
    click.echo(f"Next: fill in {folder / 'expected.toml'}, then `spanledger recording check {folder}`")
