"""The user's tag policy of this moment, and the days that are judged by it again."""

import functools
from pathlib import Path

import duckdb

from spanledger.texts import read_text
from transforms.pricing.ledger import Text
from transforms.tag_policy import NO_POLICY, TagPolicy, exception_table, read_tag_policy, tag_table
from transforms.yaml_lines import ConfigError

REJUDGED = (Path(__file__).parent / "sql" / "rejudged_tags.sql").read_text()


def read_policy(path: Path | None) -> TagPolicy:
    """What the file says; nothing is asked for where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_POLICY
    try:
        return _read(read_text(path, ConfigError))
    except OSError as error:
        raise ConfigError(f"the tag policy {path} cannot be read: {error.strerror}") from error


@functools.lru_cache(maxsize=4)
def _read(text: Text) -> TagPolicy:
    return read_tag_policy(text.text, text.name)


def open_policy(connection: duckdb.DuckDBPyConnection, policy: TagPolicy, *, carried: bool) -> None:
    """The tables of `meta` that compliance is judged by; with ``carried`` there is a previous build, whose days are
    judged again where it was judged by another policy."""
    for name, rows in {"required_tags": tag_table(policy), "tag_exceptions": exception_table(policy)}.items():
        connection.register("incoming", rows)
        connection.execute(f"insert into meta.{name} by name select * from incoming")
        connection.unregister("incoming")
    if carried:
        connection.execute(REJUDGED)
