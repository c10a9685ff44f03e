"""Prices that came late or were wrong: nothing stops, history follows, and what was published first is still there.

langfuse#12184 (a price dated in the past did not reach it), hermes-telemetry#83 (sessions 14 % and 37 % lower after a
correction), litellm#20615 ($76.16 beyond a budget of $10, and no cure but deleting rows), Helicone PR#5067 and
hermes-agent PR#52588 (units a thousandfold and a millionfold off).
"""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.cases import IN, MS, OUT, START
from tests.lake import land, open_warehouse
from transforms.pricing.prices import PriceError

HEADER = "provider,model,token_kind,unit_price,valid_from,valid_to,source,unit"
WRONG = (
    "scaleway,maison-1,input,10,2026-01-01,,the price list misread,",
    "scaleway,maison-1,output,20,2026-01-01,,the price list,",
)
SESSIONS = {"light": (28_000, 36_000), "heavy": (74_000, 13_000)}
"""Input at $10 a million and output at $20: a dollar each."""


def call(session: str, used: tuple[int, int], number: int = 1, model: str = "maison-1") -> bytes:
    said: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "scaleway", "gen_ai.request.model": model,
        "session.id": session, IN: used[0], OUT: used[1],
    }  # fmt: skip
    trace = f"{session}{number}".encode().hex().ljust(32, "0")[:32]
    made = span(trace, f"{number:016x}", None, "chat", (START, START + 900 * MS), said)
    (body,) = pack([Sent((("service.name", "s"),), ("example.app", "1"), made)], 1)
    return body


class Place:
    """A data directory with a price file."""

    def __init__(self, folder: Path) -> None:
        self.data, self.file = folder / "data", folder / "prices.csv"
        self.data.mkdir()

    def write(self, *rows: str) -> None:
        self.file.write_text("\n".join([HEADER, *rows, ""]))

    def build(self) -> datetime:
        """Build; returns a moment after it."""
        Builder(self.data, self.data / "lake", PriceFiles(prices=self.file)).build()
        return datetime.now(UTC)

    def ask(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with open_warehouse(self.data) as warehouse:
            return warehouse.execute(sql, parameters or None).fetchall()

    def sessions(self) -> dict[str, Decimal]:
        return dict(self.ask("select session_id, sum(cost_usd) from fct_calls group by all"))

    def set(self, kind: str, price: str, *more: str) -> None:
        """`spanledger prices set`."""
        arguments = ["prices", "set", "scaleway", "maison-1", kind, "--price", price, "--valid-from", "2026-01-01"]
        written = CliRunner().invoke(
            main, [*arguments, "--prices-file", str(self.file), "--source", "corrected", "--yes", *more]
        )
        assert written.exit_code == 0, written.output


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write()
    return made


class Corrected(NamedTuple):
    """Two sessions before and after their price was corrected."""

    place: Place
    before: dict[str, Decimal]
    between: datetime


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    place = Place(tmp_path_factory.mktemp("corrected"))
    place.write(*WRONG)
    land([call(session, used) for session, used in SESSIONS.items()], place.data)
    between = place.build()
    before = place.sessions()
    place.set("input", "5")
    place.build()
    return Corrected(place, before, between)


def test_a_price_dated_in_the_past_reaches_what_was_there_before_it_was_known(place: Place) -> None:
    land([call("early", (1_000_000, 0))], place.data)
    place.build()
    assert place.ask("select cost_usd, cost_source from fct_calls") == [(None, "unpriced")]
    place.write("scaleway,maison-1,input,3,2010-01-01,,price list of 2010,")
    place.build()
    assert place.ask("select cost_usd, cost_source from fct_calls") == [(Decimal(3), "computed")]
    assert place.ask("select old_cost_usd, new_cost_usd, reason from fct_restatements") == [(None, Decimal(3), "price")]


def test_sessions_follow_a_correction(corrected: Corrected) -> None:
    after = corrected.place.sessions()
    assert corrected.before == {"light": Decimal(1), "heavy": Decimal(1)}
    assert {name: after[name] / was - 1 for name, was in corrected.before.items()} == {
        "light": Decimal("-0.14"),
        "heavy": Decimal("-0.37"),
    }


def test_what_they_cost_at_first_is_kept_call_by_call(corrected: Corrected) -> None:
    found = corrected.place.ask(
        """select session_id, old_cost_usd, new_cost_usd, reason from fct_restatements
        inner join fct_calls using (call_id) order by session_id"""
    )
    assert found == [
        ("heavy", Decimal(1), Decimal("0.63"), "price"),
        ("light", Decimal(1), Decimal("0.86"), "price"),
    ]


def test_any_moment_s_knowledge_prices_them_again(corrected: Corrected) -> None:
    question = """select session_id, sum(as_of_cost_usd) from charges_as_of($at::timestamptz)
        inner join fct_calls using (call_id) group by all"""
    asked = f"{corrected.between:%Y-%m-%d %H:%M:%S.%f+00}"
    assert dict(corrected.place.ask(question, at=asked)) == corrected.before
    assert dict(corrected.place.ask(question, at="2100-01-01 00:00:00+00")) == corrected.place.sessions()


def test_the_wrong_price_stays_in_the_ledger_with_the_time_it_was_believed(corrected: Corrected) -> None:
    found = corrected.place.ask(
        """select unit_price_usd * 1000000, withdrawn_at is not null, source from dim_prices
        where price_model = 'maison-1' and token_kind = 'input' order by known_at"""
    )
    assert found == [(Decimal(10), True, "the price list misread"), (Decimal(5), False, "corrected")]


def test_a_price_a_hundredfold_too_high_is_corrected_by_the_right_one(place: Place) -> None:
    """$76.16 for what cost 76 cents, within what some model costs: believed, shown, corrected, and nothing deleted."""
    place.write("scaleway,maison-1,input,28,2026-01-01,,typed wrong,")
    land([call("agent", (272_000, 0), number) for number in range(1, 11)], place.data)
    place.build()
    assert place.sessions() == {"agent": Decimal("76.16")}
    place.set("input", "0.28")
    place.build()
    assert place.sessions() == {"agent": Decimal("0.7616")}
    found = place.ask("select count(*), sum(old_cost_usd), sum(new_cost_usd), sum(change_usd) from fct_restatements")
    assert found == [(10, Decimal("76.16"), Decimal("0.7616"), Decimal("-75.3984"))]
    assert place.ask("select count(*) from fct_calls") == [(10,)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("deepseek,deepseek-chat,input,0.28,2026-01-01,,per million typed as per token,token",
         "0.28 USD per token, outside"),
        ("openai,gpt-4o,input,2.5,2026-01-01,,per million typed as per thousand,1K tokens",
         "more than 100 times off the list price"),
    ],
)  # fmt: skip
def test_a_price_that_nobody_charges_is_refused_and_blocks_nothing(place: Place, row: str, said: str) -> None:
    """The line is named; what is published stays, what arrives is kept, and the right price makes up for the pause."""
    place.write(WRONG[0])
    land([call("one", (100_000, 0))], place.data)
    place.build()
    place.write(WRONG[0], row)
    land([call("two", (200_000, 0))], place.data)
    with pytest.raises(PriceError, match=r"prices\.csv:3: ") as refused:
        place.build()
    assert said in str(refused.value)
    assert place.sessions() == {"one": Decimal(1)}
    place.write(WRONG[0])
    place.build()
    assert place.sessions() == {"one": Decimal(1), "two": Decimal(2)}
