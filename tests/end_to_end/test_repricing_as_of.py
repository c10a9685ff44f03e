"""What calls cost by the prices known at a moment is what the build of that moment said of them, whatever changed
since: kinds that have lost or won a price of their own, fees, models that have gone, reported costs, charges that pay
for calls.
"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.charging import SECOND, ask, write_charges
from tests.lake import land

NOON = int(datetime(2026, 10, 5, 12, tzinfo=UTC).timestamp()) * SECOND
HEADER = "provider,model,token_kind,unit_price,valid_from,valid_to,source,unit"
PLAIN = "test,{0},input,1,,,plain,\ntest,{0},output,2,,,plain,"
THOUGHT = "test,{0},output_reasoning,5,,,reasoning apart,"
FEE = "test,{0},request,0.01,,,a fee,request"
BEFORE = [
    *(PLAIN.format(name) for name in ("thinks less", "thinks more", "fee gone", "fee new", "gone", "reported", "seat")),
    THOUGHT.format("thinks less"),
    FEE.format("fee gone"),
    PLAIN.format("told by a client"),
]
AFTER = [
    *(PLAIN.format(name) for name in ("thinks less", "thinks more", "fee gone", "fee new", "new")),
    THOUGHT.format("thinks more"),
    FEE.format("fee new"),
    PLAIN.format("reported").replace("input,1", "input,3"),
    PLAIN.format("seat").replace("input,1", "input,3"),
]
MODELS: dict[str, Attributes] = {
    "thinks less": {},
    "thinks more": {},
    "fee gone": {},
    "fee new": {},
    "gone": {},
    "new": {"spanledger.cost_usd": 0.5},
    "told by a client": {"spanledger.cost_usd": 0.5},
    "reported": {"spanledger.cost_usd": 3.0, "spanledger.cost_kind": "provider"},
    "seat": {"user.id": "seated"},
}
"""A million tokens in and a million out each, of which 400,000 were reasoning: $3 by the plain prices."""


def call(number: int, model: str, more: Attributes) -> Sent:
    said: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "test",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 1_000_000,
        "gen_ai.usage.output_tokens": 1_000_000,
        "gen_ai.usage.reasoning.output_tokens": 400_000,
        **more,
    }
    made = span(f"{number:032x}", f"{number:016x}", None, "chat", (NOON, NOON + SECOND), said)
    return Sent((("service.name", "s"),), ("app", "1"), made)


Costs = dict[str, Decimal | None]


class Story(NamedTuple):
    """What two builds published, and when."""

    data: Path
    first: Costs
    between: datetime
    second: Costs


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("as_of")
    data, prices, coverage = folder / "data", folder / "prices.csv", folder / "coverage.csv"
    land(pack([call(number, *one) for number, one in enumerate(MODELS.items(), start=1)], 1), data)
    coverage.write_text("rule,allocate_by,user_id\nseats,metered,seated\n")
    charges = write_charges(folder / "charges.csv", "a,seat,test,a seat,31,USD,2026-10-01,2026-11-01,invoice,seats,")
    costs = []
    for rows in (BEFORE, AFTER):
        prices.write_text("\n".join([HEADER, *rows, ""]))
        Builder(data, data / "lake", PriceFiles(prices=prices), ChargeFiles(charges, coverage)).build()
        costs.append((dict(ask(data, "select request_model, cost_usd from fct_calls")), datetime.now(UTC)))
    (first, between), (second, _) = costs
    return Story(data, first, between, second)


def by_model(story: Story, instant: datetime) -> Costs:
    return dict(
        ask(
            story.data,
            f"""select request_model, sum(as_of_cost_usd)
            from charges_as_of(timestamptz '{instant.isoformat()}')
            inner join fct_calls using (call_id) group by all""",
        )
    )


def test_the_two_builds_differ_where_they_should(story: Story) -> None:
    three, told, seat = Decimal(3), Decimal("0.5"), Decimal(1)
    assert story.first == {
        "thinks less": Decimal("4.2"), "thinks more": three, "fee gone": Decimal("3.01"), "fee new": three,
        "gone": three, "new": told, "told by a client": three, "reported": three, "seat": seat,
    }  # fmt: skip
    assert story.second == {
        "thinks less": three, "thinks more": Decimal("4.2"), "fee gone": three, "fee new": Decimal("3.01"),
        "gone": None, "new": three, "told by a client": told, "reported": three, "seat": seat,
    }  # fmt: skip


def test_as_of_then_they_cost_what_was_published_then(story: Story) -> None:
    assert by_model(story, story.between) == story.first


def test_as_of_now_they_cost_what_is_published_now(story: Story) -> None:
    assert by_model(story, datetime.now(UTC)) == story.second


def test_what_is_published_is_still_what_the_lines_add_up_to(story: Story) -> None:
    (differing,) = ask(
        story.data,
        f"""select count(*) from (
            select call_id, sum(effective_cost_usd) as cost_usd
            from charges_as_of(timestamptz '{story.between.isoformat()}') group by all
        ) as lines inner join fct_calls as calls using (call_id)
        where lines.cost_usd is distinct from calls.cost_usd""",
    )
    assert differing == (0,)
