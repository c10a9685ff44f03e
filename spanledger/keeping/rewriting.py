"""`spanledger rewrite`: reads history again with today's dialects and mapping file, and says what became of it."""

import datetime
import sys

import click
import pyarrow as pa

from collector.data_format import FormatError
from collector.mapping import read_file
from collector.store.lake_file import LakeError
from collector.store.rewriting import Period, Rewriting, Rewritten
from spanledger.exits import FAILED, USAGE, Failure
from spanledger.settings import Settings
from transforms.mapping import NO_MAPPING
from transforms.yaml_lines import ConfigError

SHOWN = 8


def rewrite(
    settings: Settings, since: datetime.date | None, until: datetime.date | None, *, is_trial: bool
) -> Rewritten:
    """Rewrite what arrived from ``since`` to ``until``. Raises Failure naming what is in the way."""
    try:
        mapping = read_file(settings.mapping_file)[1] if settings.mapping_file else NO_MAPPING
        rewriting = Rewriting(settings.collector_config(), mapping, Period(since, until))
        length, is_hidden = len(rewriting.files), not sys.stderr.isatty()
        with click.progressbar(length=length, label="Reading again", file=sys.stderr, hidden=is_hidden) as bar:
            return rewriting.run(is_trial=is_trial, on_file=lambda: bar.update(1))
    except ConfigError as error:
        raise Failure(str(error), USAGE) from error
    except (LakeError, FormatError, OSError, ValueError, pa.ArrowException) as error:
        raise Failure(f"the lake could not be read again: {error}", FAILED) from error


def describe(result: Rewritten, *, is_trial: bool) -> str:
    """What happened, in a line or two."""
    whole = f"{result.rows:,} spans in {result.files:,} files"
    if not result.changed_rows:
        return f"{whole}: all read as before, nothing to rewrite"
    most = [f"{name} {count:,}" for name, count in result.columns.most_common(SHOWN)]
    more = len(result.columns) - len(most)
    columns = ", ".join([*most, *([f"and {more} more columns"] if more else [])])
    verb = "would read" if is_trial else "read"
    lines = [f"{whole}: {result.changed_rows:,} in {result.replaced_files:,} files {verb} otherwise ({columns})"]
    if not is_trial:
        lines.append("the next build makes everything anew; replaced files go with the next compaction")
    return "\n".join(lines)
