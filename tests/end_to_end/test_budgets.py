"""Budgets over several builds: what counts where, what was known when, and that a corrected price frees a budget."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from collector.budget import annotations
from collector.budget.service import BudgetService
from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.budgets.plan import plan
from spanledger.building.build import Builder, Outcome
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.lake import land, open_warehouse, published
from transforms.pricing.prices import PriceError

NOW = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)  # a Sunday
BUDGETS = """\
budgets:
  - id: everyone
    owner: cfo
    scope: all
    unit: usd
    limit: 10
    window: month
    thresholds:
      - {at: 50%, policy: notify}
      - {at: 100%, policy: pause}
    when_unreachable: deny
  - id: each-user
    owner: platform
    scope: {user_id: "*", team: research}
    unit: tokens
    limit: 1_000_000
    window: day
    time_zone: Asia/Kolkata
    thresholds:
      - {at: 80%, policy: slow, below_priority: 50}
  - id: each-run
    owner: agents
    scope: {workflow_run_id: "*", workflow_id: agent}
    unit: steps
    limit: 3
    window: run
    thresholds:
      - {at: 100%, policy: approve}
    when_unreachable: allow
  - id: last-hours
    owner: agents
    scope: {workflow_id: agent}
    unit: steps
    limit: 100
    window: rolling
    duration: 2h
    thresholds:
      - {at: 1%, policy: notify}
overrides:
  - budget: each-user
    scope: {user_id: bob}
    factor: 3
    reason: migrates the archive
    by: lead
    valid_to: 2026-12-01
"""


def call(at: datetime, tokens: int, model: str = "echo-1", **said: str) -> bytes:
    """A request with one call; ``said`` are tags."""
    start = round(at.timestamp()) * 10**9
    attributes: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": 0,
    }  # fmt: skip
    trace = hashlib.md5(f"{start} {sorted(said.items())} {model}".encode()).hexdigest()
    made = span(trace, trace[:16], None, "chat", (start, start + 10**9), {**attributes, **said})
    (body,) = pack([Sent((("service.name", "s"),), ("app", "1"), made)], 1)
    return body


class Company:
    """One data directory, built as it goes on."""

    def __init__(self, data: Path) -> None:
        self.data, self.now = data, NOW
        (data / "lake").mkdir(parents=True)
        self.budgets, self.prices = data / "budgets.yaml", data / "prices.csv"
        self.budgets.write_text(BUDGETS)
        self.blocked: tuple[Any, ...] = ()
        self._builder = Builder(
            *(data, data / "lake", PriceFiles(prices=self.prices)), budgets_file=self.budgets, clock=lambda: self.now
        )

    def price(self, price: str, unit: str = "1M tokens") -> None:
        """What so many tokens cost."""
        header = "provider,model,token_kind,unit_price,unit,valid_from,valid_to,source\n"
        rows = "".join(f"acme,echo-1,{kind},{price},{unit},,,contract\n" for kind in ("input", "output"))
        self.prices.write_text(header + rows)

    def arrive(self, *bodies: bytes) -> None:
        land(bodies, self.data, received_at_ns=round(self.now.timestamp()) * 10**9)

    def build(self, *, full_refresh: bool = False) -> Outcome:
        return self._builder.build(full_refresh=full_refresh)

    def reserve(self, usd: str, scope: dict[str, str]) -> None:
        """What the collector does with a request that it grants."""
        service = BudgetService(self.data, self.budgets, lambda: round(self.now.timestamp()) * 10**9)
        answer = asyncio.run(service.check({"scope": scope, "estimate": {"usd": usd}}, None))
        service.kept.close()
        assert answer["verdict"] in ("allow", "warn"), answer

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with open_warehouse(self.data) as warehouse:
            return warehouse.execute(query).fetchall()

    def status(self, budget: str, columns: str = "spent_usd, state") -> list[tuple[Any, ...]]:
        where = f"where budget_id = '{budget}' order by window_start, counter_key"
        return self.ask(f"select {columns} from rpt_budget_status {where}")


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Calls of two months, built with a price that is wrong, and again with the right one."""
    made = Company(tmp_path_factory.mktemp("company") / "data")
    ann, bob = ({"user.id": name, "spanledger.team": "research"} for name in ("ann", "bob"))
    run = {"spanledger.workflow.id": "agent", "spanledger.workflow.run_id": "r/1"}
    made.arrive(
        call(ago(days=30), 1_000_000, **ann),
        call(ago(hours=20), 500_000, **ann),
        call(ago(hours=1), 850_000, **ann),
        call(ago(hours=1), 900_000, **bob),
        call(ago(hours=1), 10_000, **{"user.id": "ann"}),
        call(ago(hours=1), 20_000, "no-price"),
        *(call(ago(hours=3 - n), 0, **run) for n in range(3)),
    )
    made.price("33.70")
    made.build()
    made.blocked = made.status("everyone")[-1]
    made.price("0.10", "token")
    with pytest.raises(PriceError, match="unit_price"):
        made.build()
    made.price("0.10")
    made.now += timedelta(minutes=1)
    made.build()
    return made


def test_a_corrected_price_frees_the_budget_that_a_wrong_one_blocked(company: Company) -> None:
    """A price a thousand times off is refused; one that could be is not. Nothing is deleted to put it right: the price,
    what it made of the calls, and the correction all stay to be seen."""
    assert company.blocked == (Decimal("76.162"), "exceeded")
    assert company.status("everyone")[-1] == (Decimal("0.226"), "ok")
    corrected = company.ask(
        "select sum(change_usd) from fct_restatements where figure = 'cost' and date >= '2026-11-01'"
    )
    assert corrected == [(Decimal("0.226") - Decimal("76.162"),)]
    prices = company.ask("select count(distinct unit_price_usd) from dim_prices where price_model = 'echo-1'")
    assert prices == [(2,)]


def test_calls_count_in_the_window_of_their_zone_and_in_the_counter_of_their_user(company: Company) -> None:
    rows = company.status("each-user", "counter_key, window_start, spent_tokens, limit_tokens, state, override_reason")
    night = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # midnight in Kolkata
    assert rows[-2:] == [
        ("user_id=ann", night, 850_000, 1_000_000, "slowed", None),
        ("user_id=bob", night, 900_000, 3_000_000, "ok", "migrates the archive"),
    ]
    assert [row[2] for row in rows[:-2]] == [1_000_000, 500_000]


def test_months_that_are_over_stay_beside_the_open_one_and_unpriced_calls_are_named(company: Company) -> None:
    columns = "window_start, is_open, spent_usd, unpriced_calls, state, forecast_usd >= spent_usd"
    assert company.status("everyone", columns) == [
        (datetime(2026, 10, 1, tzinfo=UTC), False, Decimal("0.1"), 0, "ok", None),
        (datetime(2026, 11, 1, tzinfo=UTC), True, Decimal("0.226"), 4, "ok", True),
    ]  # one model has no price, three calls say no tokens


def test_a_run_has_a_counter_without_end_and_a_rolling_window_forgets(company: Company) -> None:
    columns = "counter_key, window_start, spent_steps, remaining, state"
    assert company.status("each-run", columns) == [("workflow_run_id=r%2F1", None, 3, 0, "needs_approval")]
    [(start, end, steps, state)] = company.status("last-hours", "window_start, window_end, spent_steps, state")
    assert (start, end) == (datetime(2026, 11, 22, 10, tzinfo=UTC), datetime(2026, 11, 22, 12, 15, tzinfo=UTC))
    assert (steps, state) == (2, "warned")


def test_the_command_line_tells_the_open_counters(company: Company) -> None:
    asked = ["budget", "status", "--data", str(company.data), "--format", "json"]
    rows = json.loads(CliRunner().invoke(main, asked).output)
    assert [(row["budget_id"], row["state"]) for row in rows] == [
        ("each-run", "needs_approval"),
        ("each-user", "slowed"),
        ("each-user", "ok"),
        ("everyone", "ok"),
        ("last-hours", "warned"),
    ]
    past = json.loads(CliRunner().invoke(main, [*asked, "--all", "--budget", "everyone"]).output)
    assert [(row["window_start"], row["spent"]) for row in past] == [
        ("2026-11-01 00:00:00+00", 0.226),
        ("2026-10-01 00:00:00+00", 0.1),
    ]


def test_a_month_that_is_over_keeps_the_limit_it_was_judged_by_and_a_new_budget_counts_all_there_is(
    company: Company,
) -> None:
    company.now = datetime(2026, 12, 2, 8, tzinfo=UTC)
    changed = BUDGETS.replace("limit: 10\n", "limit: 0.01\n").replace("id: each-run", "id: each-agent-run")
    company.budgets.write_text(changed)
    when = company.now - timedelta(hours=1)
    said = {"budget": "everyone", "factor": 500, "reason": "year end", "by": "cfo", "valid_to": "2027-01-01"}
    given = annotations.Annotation(annotations.new_id(when), annotations.OVERRIDE, None, when, "t", said)
    annotations.write(annotations.folder_of(company.data), given)
    company.arrive(call(company.now, 60_000), call(ago(days=31), 70_000))  # one of October comes late
    company.reserve("2.5", {"workflow_id": "agent"})
    company.build()
    limits = company.status("everyone", "limit_usd, own_limit_usd, spent_usd, reserved_usd, state, override_reason")
    assert limits[1:] == [
        (Decimal(10), Decimal(10), Decimal("0.226"), Decimal(0), "ok", None),
        (Decimal(5), Decimal("0.01"), Decimal("0.006"), Decimal("2.5"), "warned", "year end"),
    ]
    assert company.status("last-hours", "spent_steps, reserved_steps") == [(0, 1)]
    assert limits[0][:5] == (Decimal("0.01"), Decimal("0.01"), Decimal("0.107"), Decimal(0), "exceeded")
    assert company.status("each-run") == []
    assert company.status("each-agent-run", "counter_key, spent_steps") == [("workflow_run_id=r%2F1", 3)]
    assert company.ask("select count(*) from dim_budgets where withdrawn_at is not null") == [(2,)]


def test_carrying_on_gives_what_making_anew_gives(company: Company) -> None:
    tables = ("main.rpt_budget_status", "main.dim_budgets", "facts.int_budget_days", "facts.int_budget_counters")
    with open_warehouse(company.data) as carried:
        before = {table: carried.table(table).to_arrow_table() for table in tables}
    company.build(full_refresh=True)
    with open_warehouse(company.data) as anew:
        for table, rows in before.items():
            anew.register("carried", rows)
            assert len(rows)
            for left, right in (("carried", table), (table, "carried")):
                assert anew.execute(f"from {left} except all from {right}").fetchall() == []


def test_a_window_that_turns_is_a_reason_to_build(company: Company) -> None:
    def is_needed(**later: float) -> bool:
        now = company.now + timedelta(**later)
        return plan(company.data, company.budgets, published(company.data), now).is_needed

    assert not is_needed()
    assert is_needed(minutes=15)  # of the rolling window


def test_runs_of_long_ago_are_left_out_unless_they_went_beyond_the_limit(company: Company) -> None:
    run = {"spanledger.workflow.id": "agent", "spanledger.workflow.run_id": "r/2"}
    company.arrive(*(call(company.now - timedelta(minutes=n), 0, **run) for n in range(4)))
    company.now += timedelta(days=31)
    company.build()
    columns = "counter_key, spent_steps, state, is_open"
    assert company.status("each-agent-run", columns) == [("workflow_run_id=r%2F2", 4, "exceeded", False)]
