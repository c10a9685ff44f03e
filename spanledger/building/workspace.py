"""Prepares the database that dbt works in: what arrived since the last build, prices, names, what to carry over."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any

import duckdb
import pyarrow as pa

from collector.config import CollectorConfig
from collector.store import keeper, lake_place
from collector.store.lake import active_files
from collector.store.lake_file import LakeError, LakeFile
from collector.store.lake_store import LakeStore, StoreError, store_of
from spanledger import tag_policies
from spanledger.allocation import closing
from spanledger.allocation import opening as allocating
from spanledger.budgets import plan as budget_plan
from spanledger.budgets.plan import BudgetPlan
from spanledger.building import lake_rows, records
from spanledger.business import plan as business_plan
from spanledger.business.plan import BusinessPlan
from spanledger.charges import charge_list, periods
from spanledger.charges.charge_files import ChargeFiles
from spanledger.charges.charge_history import ChargeHistory
from spanledger.charges.charge_list import ChargeList
from spanledger.forecasting import events as known_events
from spanledger.keeping import closed_days, expired_spans
from spanledger.keeping.closed_days import NOTHING_CLOSED, ClosedDays
from spanledger.outcomes import outcome_plan
from spanledger.outcomes.outcome_plan import OutcomePlan
from spanledger.outcomes.outcome_rules import read_rules
from spanledger.prices.price_files import PriceFiles
from spanledger.prices.price_history import PriceHistory
from spanledger.prices.price_list import PriceList, read_price_list, read_texts
from spanledger.published import project, published_figures
from spanledger.published.build_limits import USUAL_LIMITS, Limits
from transforms.columns import SCHEMA
from transforms.forecasts.events_file import PlannedEvents
from transforms.outcome_rules import OutcomeRules
from transforms.pricing import coverage
from transforms.pricing.ledger import exchange_of
from transforms.pricing.model_names import ModelNames

SQL = Path(__file__).resolve().parent.parent / "sql"
NAMES_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("provider", "model_name", "price_provider", "price_model", "rule")]
)


@dataclass(frozen=True)
class Plan:
    """What a build has to read."""

    previous: Path | None  # the build to carry on from, or the step before; None makes everything anew
    published: Path | None  # the build that readers see, to compare with
    is_last: bool  # nothing of the lake is left for another step
    files: Sequence[LakeFile]  # files with at least one segment not in the previous build, those of this step
    segments: Sequence[str]  # those segments
    fingerprint: str
    closed: ClosedDays  # days whose calls are no longer kept
    prices: PriceList
    is_repriced: bool  # the price list is not the previous build's
    charges: ChargeList
    is_recharged: bool  # the charges or their rules are not the previous build's
    is_reallocated: bool  # who owns spend and carries charges is ruled otherwise than in the previous build
    is_rejudged: bool  # other tags are asked for
    periods: pa.Table  # what was closed and opened again
    has_new_periods: bool
    outcomes: OutcomePlan
    budgets: BudgetPlan
    events: PlannedEvents  # what is known to come
    has_new_events: bool
    business: BusinessPlan
    made_at: datetime  # the instant of the build
    lake_files: int
    lake_rows: int

    @property
    def carried_results(self) -> Path | None:
        """The build whose result tables can be carried over; a step has none."""
        return self.previous if self.previous == self.published else None

    @property
    def is_needed(self) -> bool:
        """Whether a build would differ from the previous one."""
        return (
            self.previous is None
            or self.previous != self.published
            or bool(self.segments)
            or self.is_repriced
            or self.is_recharged
            or self.is_reallocated
            or self.is_rejudged
            or self.has_new_periods
            or self.outcomes.is_needed
            or self.budgets.is_needed
            or self.has_new_events
            or self.business.is_changed
        )


def plan(
    data: Path,
    lake: PurePath,
    facts: Path,
    published: Path | None,
    price_files: PriceFiles,
    charge_files: ChargeFiles,
    outcome_rules_file: Path | None,
    now: datetime,
    *,
    full_refresh: bool,
    budgets_file: Path | None = None,
    events_file: Path | None = None,
    business_file: Path | None = None,
    step: Path | None = None,
    step_rows: int = USUAL_LIMITS.step_rows,
) -> Plan:
    """Compare the lake with what the published build, or the last ``step`` towards the next, has consumed.

    Everything is made anew when asked for, when there is no build, when days were closed since, when part of the lake
    was rewritten or part of the outcome records is gone, or when the models, outcome rules, versions or the place of
    the facts changed (views name files by their whole path). A changed price list touches only the calls it prices, a
    changed charge only those of its days, a new outcome only its task. Raises LakeError, also where the lake is not the
    one that was written to.
    """
    lake_place.check(CollectorConfig(data=data, lake=lake))
    keeper.refuse_others(data, lake)
    files, price_list = active_files(lake, store_of(lake, data)), read_price_list(price_files)
    charges = charge_list.read_charge_list(charge_files, exchange_of(read_texts(price_files)))
    events = periods.read(data)
    rules, planned = read_rules(outcome_rules_file), known_events.read(events_file)
    closed = closed_days.read(data)
    fingerprint = _fingerprint(facts, files, rules, closed)
    newest = step or published
    before = _made_of(newest) if newest else {}
    carried = None if (full_refresh and not step) or before.get("fingerprint") != fingerprint else newest
    outcomes = outcome_plan.plan(data, rules, carried, before.get("next_lapse"), now, closed.gone_outcomes)
    carried = carried if outcomes.is_complete else None
    consumed = _consumed(carried) if carried else set()
    fresh = [file for file in files if not consumed.issuperset(file.segments)]
    taken = _first(fresh, step_rows)
    segments = sorted({segment for file in taken for segment in file.segments} - consumed)
    return Plan(
        previous=carried,
        published=published,
        is_last=len(taken) == len(fresh),
        files=taken,
        segments=segments,
        fingerprint=fingerprint,
        closed=closed,
        prices=price_list,
        is_repriced=before.get("prices") != price_list.digest,
        charges=charges,
        is_recharged=before.get("charges") != charges.digest,
        is_reallocated=before.get("allocation") != charges.allocation.digest,
        is_rejudged=before.get("tag_policy") != charges.tag_policy.digest,
        periods=events,
        has_new_periods=before.get("periods") != periods.digest(events),
        outcomes=outcomes,
        budgets=budget_plan.plan(data, budgets_file, carried, now),
        events=planned,
        has_new_events=known_events.is_changed(carried, planned),
        business=business_plan.plan(business_file, carried),
        made_at=now,
        lake_files=len(files),
        lake_rows=sum(file.rows for file in files),
    )


def _first(files: Sequence[LakeFile], rows: int) -> list[LakeFile]:
    """The first of ``files`` by hour of arrival, as many as hold ``rows`` rows together, at least one if there is any.

    What came as spans and what came as logs go side by side: either may tell of the same calls."""
    taken, held = list[LakeFile](), 0
    for file in sorted(files, key=lambda file: (file.path.parts[-3:-1], file.path)):
        if taken and held + file.rows > rows:
            break
        taken.append(file)
        held += file.rows
    return taken


def _fingerprint(facts: Path, files: Sequence[LakeFile], rules: OutcomeRules, closed: ClosedDays) -> str:
    digest = hashlib.sha256(str(facts).encode() + rules.digest.encode() + str(closed.calls_from or "").encode())
    digest.update(project.digest())
    for path in sorted(SQL.glob("*.sql")):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(metadata.version("duckdb").encode())
    rewritten = [pair for file in files for pair in zip(file.segments, file.generations, strict=False) if pair[1]]
    digest.update(json.dumps(sorted(rewritten)).encode() if rewritten else b"")
    return digest.hexdigest()


def _made_of(warehouse: Path) -> dict[str, Any]:
    """The digests and times of a build by name, those that there were when it was made."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("from meta.build").to_arrow_table().to_pylist()
    return rows[0] if rows else {}


def _consumed(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {segment for (segment,) in connection.execute("select segment from meta.segments").fetchall()}


def prepare(warehouse: Path, build_id: str, work: Plan, data: Path, limits: Limits = USUAL_LIMITS) -> None:
    """Create the working database with schemas `meta` and `lake`. Raises duckdb.Error, StoreError."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute((SQL / "meta.sql").read_text())
        connection.execute(
            "insert into meta.build (build_id, fingerprint, prices, charges, allocation, tag_policy, periods, "
            "outcome_rules, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(build_id, work.fingerprint, work.prices.digest, work.charges.digest),
                *(work.charges.allocation.digest, work.charges.tag_policy.digest, periods.digest(work.periods)),
                *(work.outcomes.rules.digest, work.made_at),
            ],
        )
        if work.previous:
            connection.execute(f"attach '{work.previous}' as previous (read_only)")
            connection.execute((SQL / "carry_over.sql").read_text())
            if work.previous != work.published:
                connection.execute((SQL / "carry_step.sql").read_text())
        _insert(connection, "meta.segments", pa.table({"segment": pa.array(work.segments, pa.string())}))
        _insert(connection, "meta.new_segments", pa.table({"segment": pa.array(work.segments, pa.string())}))
        _open_lake(connection, lake_rows.on_disk(work.files, work.segments, warehouse.parent, limits))
        closed_days.open_closed(connection, work.closed, data)
        if work.previous:
            expired_spans.open_expired(connection, [], NOTHING_CLOSED)
        else:
            expired_spans.open_expired(connection, expired_spans.files(data), work.closed)
        _insert(connection, "meta.prices", PriceHistory(data).learn(work.prices.ledger.rates, datetime.now(UTC)))
        _resolve_names(connection, work)
        if work.previous and work.is_repriced:
            connection.execute((SQL / "repriced.sql").read_text())
        _open_charges(connection, work, data)
        _open_periods(connection, work, data)
        known_events.open_events(connection, work.events)
        outcome_plan.open_news(connection, work.outcomes)
        budget_plan.open_budgets(connection, work.budgets, data, work.made_at, is_carried=work.previous is not None)
        business_plan.open_business(connection, work.business)
        if work.published and work.is_last:
            if work.published != work.previous:
                connection.execute(f"attach '{work.published}' as published (read_only)")
            published_figures.open_published(connection, "previous" if work.published == work.previous else "published")
        records.open_restatements(connection, data, work.closed.calls_from)


def _open_charges(connection: duckdb.DuckDBPyConnection, work: Plan, data: Path) -> None:
    """`meta.charges` and what follows from them; days whose covering charges changed since the previous build."""
    _insert(connection, "meta.charges", ChargeHistory(data).learn(work.charges.charges, datetime.now(UTC)))
    _insert(connection, "meta.charge_days", charge_list.charge_days(work.charges))
    _insert(connection, "meta.coverage_rules", coverage.table(work.charges.rules))
    if work.previous and work.is_recharged:
        connection.execute((SQL / "recharged.sql").read_text())
    allocating.open_allocation(connection, work.charges.allocation, carried=work.previous is not None)
    tag_policies.open_policy(connection, work.charges.tag_policy, carried=work.previous is not None)


def _open_periods(connection: duckdb.DuckDBPyConnection, work: Plan, data: Path) -> None:
    """`meta.closings`, and `meta.closed_figures` and `meta.closed_attribution` as the months were closed."""
    _insert(connection, "meta.closed_attribution", closing.kept(data, work.periods))
    connection.register("period_events", work.periods)
    connection.execute((SQL / "periods.sql").read_text())
    connection.unregister("period_events")


def _open_lake(connection: duckdb.DuckDBPyConnection, here: Sequence[Path]) -> None:
    """`lake.spans`: the rows of the new segments in the files ``here``; a merged file may hold old ones beside them.
    `lake.files`: where they are."""
    connection.execute("create schema lake")
    connection.execute("create table lake.files (path varchar not null)")
    _insert(connection, "lake.files", pa.table({"path": pa.array([str(path) for path in here], pa.string())}))
    connection.register("empty", SCHEMA.empty_table())
    connection.execute("create table lake.columns as from empty")
    connection.unregister("empty")
    if here:
        # a file of an older version may lack columns of today: the typed empty table brings them, as nulls
        paths = json.dumps([str(path) for path in here]).replace('"', "'")
        source = f"from read_parquet({paths}, hive_partitioning = false, union_by_name = true)"
        arrived = f"{source} where segment in (select segment from meta.new_segments)"
        connection.execute(f"create view lake.spans as from lake.columns union all by name {arrived}")
        there = [name for name, *_ in connection.execute("describe lake.spans").fetchall()]
        if unknown := sorted(set(there) - set(SCHEMA.names)):
            raise LakeError(f"the lake has columns of a later version ({', '.join(unknown)}); install that version")
    else:
        connection.execute("create view lake.spans as from lake.columns")


def damaged(files: Sequence[LakeFile], store: LakeStore) -> list[PurePath]:
    """Those of ``files`` whose rows cannot be read; reads all of them, so ask only when something failed.

    Raises StoreError where the store cannot be asked."""
    return [file.path for file in files if not _is_whole(file.path, store)]


def _is_whole(path: PurePath, store: LakeStore) -> bool:
    try:
        with store.opened(path) as file:
            for _ in file.iter_batches():
                pass
    except StoreError:
        raise
    except (pa.ArrowException, OSError):
        return False
    return True


def _resolve_names(connection: duckdb.DuckDBPyConnection, work: Plan) -> None:
    """`meta.model_names`: what every pair of provider and model name means. Known pairs keep their meaning while the
    price list stays."""
    if work.previous and not work.is_repriced:
        connection.execute("insert into meta.model_names by name from previous.meta.model_names")
    pairs = connection.execute((SQL / "new_model_names.sql").read_text()).fetchall()
    if work.previous and work.is_repriced:
        known = connection.execute("select provider, model_name from previous.meta.model_names").fetchall()
        pairs = list(dict.fromkeys([*known, *pairs]))
    names = ModelNames(work.prices.ledger.models, work.prices.ledger.aliases)
    rows = []
    for provider, name in pairs:
        found = names.resolve(provider, name)
        rows.append(
            {
                "provider": provider,
                "model_name": name,
                "price_provider": found and found.price_provider,
                "price_model": found and found.price_model,
                "rule": found.rule if found else "unpriced",
            }
        )
    _insert(connection, "meta.model_names", pa.Table.from_pylist(rows, schema=NAMES_SCHEMA))


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"insert into {name} by name select * from incoming")
    connection.unregister("incoming")
