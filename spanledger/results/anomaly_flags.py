"""`facts.anomaly_flags`: hours and days out of the ordinary, of every scope; later builds carry them over.

Days are judged in blocks of 28, counted from 1970, each with the same days before it as history. So a step's judgement
is the same in every build that knows the same data up to it: a build judges the blocks that its touched days reach,
and copies the rest.
"""

from datetime import date, timedelta

import pyarrow as pa

from spanledger.results.table import Work, question
from transforms.anomalies.detector import DAILY, HOURLY, Rhythm
from transforms.anomalies.flags import STEPS_A_DAY, Spend, flags
from transforms.anomalies.money import FLOOR_DAYS, LEAST_SHARE, LEAST_USD

BLOCK_DAYS = 28
EPOCH = date(1970, 1, 1)
DAY_SECONDS = 86400
FOLLOWED = "('int_calls', 'int_call_charges', 'int_covered_charges')"
"""The models by whose touched dates rpt_spend_hourly is made."""


def touched_days(work: Work) -> list[int]:
    """Days since 1970 on which spend may differ from the build before; all with spend where nothing is carried over."""
    source = "meta.touched_dates" if work.is_carried else "main.rpt_spend_hourly"
    where = f"where model in {FOLLOWED}" if work.is_carried else ""
    rows = work.connection.execute(f"select distinct date - date '1970-01-01' from {source} {where} order by 1")
    return [int(day) for (day,) in rows.fetchall() if day is not None]


def make(work: Work) -> pa.Table | None:
    """The flags of all blocks: judged again where a touched day reaches, carried over elsewhere."""
    parts = [_judged(work, rhythm, block) for rhythm in (HOURLY, DAILY) for block in _blocks(work, rhythm)]
    if work.is_carried:
        parts += [_carried(work, rhythm) for rhythm in (HOURLY, DAILY)]
    return pa.concat_tables(parts) if parts else None


def _blocks(work: Work, rhythm: Rhythm) -> list[int]:
    """Blocks with spend, of which a day or a day of the history may differ."""
    touched = touched_days(work)
    rows = work.connection.execute(
        f"select distinct (date - date '1970-01-01') // {BLOCK_DAYS} from main.rpt_spend_hourly order by 1"
    )
    return [block for (block,) in rows.fetchall() if _is_reached(block, rhythm, touched)]


def _is_reached(block: int, rhythm: Rhythm, touched: list[int]) -> bool:
    first, until = _first(block, rhythm), (block + 1) * BLOCK_DAYS
    return any(first <= day < until for day in touched)


def _first(block: int, rhythm: Rhythm) -> int:
    """The day where a block's history begins."""
    return block * BLOCK_DAYS - -(-rhythm.lead // STEPS_A_DAY[rhythm.grain])


def _judged(work: Work, rhythm: Rhythm, block: int) -> pa.Table:
    connection, a_day = work.connection, STEPS_A_DAY[rhythm.grain]
    first, start, until = _first(block, rhythm), block * BLOCK_DAYS, (block + 1) * BLOCK_DAYS
    days = {"first_day": _date(first), "judged_day": _date(start), "until_day": _date(until)}
    connection.execute(
        question("range"),
        {
            **days,
            "step_seconds": DAY_SECONDS // a_day,
            "least_usd": LEAST_USD,
            "least_share": LEAST_SHARE,
            "floor_days": FLOOR_DAYS,
        },
    )
    connection.execute(question("scoped_spend"))
    spend = Spend(
        connection.sql(question("scoped_amounts")).pl(),
        connection.sql("select distinct organization, step from anomaly_steps").pl(),
        connection.sql(
            "select organization, environment, date - date '1970-01-01' as day, floor_usd from anomaly_floors"
        ).pl(),
    )
    connection.register("found_flags", flags(spend, rhythm, first * a_day, until * a_day).to_arrow())
    found = connection.execute(question("flagged"), {"grain": rhythm.grain}).to_arrow_table()
    connection.unregister("found_flags")
    return found


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def _carried(work: Work, rhythm: Rhythm) -> pa.Table:
    parameters = {"grain": rhythm.grain, "block_days": BLOCK_DAYS, "judged": _blocks(work, rhythm)}
    return work.connection.execute(question("carried_flags"), parameters).to_arrow_table()
