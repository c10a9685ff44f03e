"""A moment from nanoseconds: what SQL's own words for it say, microsecond by microsecond, for less."""

import duckdb
from jinja2 import Environment

from spanledger.published.project import PROJECT

MOMENTS = [-1500, -1000, -1, 0, 499, 999, 1000, 946_684_800_000_000_000, 1_790_000_000_123_456_789, 2**63 - 808]


def test_a_moment_is_cut_to_the_microsecond_it_lies_in() -> None:
    text = (PROJECT / "macros" / "keys.sql").read_text()
    macros = Environment(autoescape=False).from_string(text).make_module()
    moment = str(getattr(macros, "at_utc")("ns"))  # noqa: B009 - a macro's name is data
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'America/New_York'")
    found = connection.execute(
        f"select ns, epoch_us({moment}), epoch_us(make_timestamp_ns(ns)::timestamp at time zone 'UTC'), "
        f"typeof({moment}) from (select unnest(?::bigint[] || [null]) as ns)",
        [MOMENTS],
    ).fetchall()
    assert len(found) == len(MOMENTS) + 1
    for ns, said, expected, kind in found:
        assert (said, kind) == (expected, "TIMESTAMP WITH TIME ZONE"), ns
