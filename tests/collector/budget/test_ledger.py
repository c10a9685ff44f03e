"""Whatever happens to reservations in whatever order, the ledger adds up after every event."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from collector.budget import snapshot
from collector.budget.events import (
    Decided,
    Event,
    Expired,
    Grant,
    Hold,
    Pruned,
    Released,
    Seen,
    Settled,
    Spend,
    as_json,
    from_json,
)
from collector.budget.ledger import Ledger
from collector.budget.reservations import NOTHING, State

LIMIT = 1000
COUNTERS = ("a||@", "b|user=1|@", "r||@900", "r||@1800")
UNITS = {"a||@": "usd", "b|user=1|@": "tokens", "r||@900": "usd", "r||@1800": "usd"}
AMOUNTS = st.integers(0, 600)


class Ledgers(RuleBasedStateMachine):
    """Events as the service makes them; a hold is granted only where there is room."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.events, self.at_ns, self.count = Ledger(), list[Event](), 0, 0
        self.late = set[str]()

    def apply(self, event: Event) -> None:
        self.events.append(event)
        self.ledger.apply(event)

    def tick(self) -> int:
        self.at_ns += 10
        return self.at_ns

    def known(self, name: str, *states: State) -> bool:
        one = self.ledger.reservations.get(name)
        return one is not None and (not states or one.state in states)

    @rule(target=names, calls=st.integers(1, 3), amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def grant(self, calls: int, amounts: list[int]) -> str:
        self.count += 1
        holds = tuple(
            Hold(counter, UNITS[counter], amount)
            for counter, amount in zip(COUNTERS, amounts, strict=False)
            if self.ledger.totals([counter]).used + amount <= LIMIT
        )
        name = f"/{self.count}"
        self.apply(Decided(self.tick(), {}, Grant(name, self.at_ns + 100, calls, holds)))
        for hold in holds:
            assert self.ledger.totals([hold.counter]).used <= LIMIT, "more was granted than there is"
        return name

    @rule(name=names, usd=AMOUNTS, tokens=AMOUNTS, is_part=st.booleans())
    def settle(self, name: str, usd: int, tokens: int, is_part: bool) -> None:
        if self.known(name) and self.ledger.reservations[name].declared is None:
            self.apply(Settled(self.tick(), name, {"usd": usd} if is_part else {"usd": usd, "tokens": tokens}))

    @rule(name=names, is_release=st.booleans())
    def close(self, name: str, is_release: bool) -> None:
        if self.known(name, State.OPEN):
            self.apply(Released(self.tick(), name) if is_release else Expired(self.tick(), name))

    @rule(name=names, calls=st.integers(1, 4), unpriced=st.integers(0, 4), usd=AMOUNTS, tokens=AMOUNTS, part=st.data())
    def see(self, name: str, calls: int, unpriced: int, usd: int, tokens: int, part: st.DataObject) -> None:
        """Spans arrive: the spend of their counters and what they say of the reservation come together."""
        if not self.known(name):
            return
        before = self.ledger.reservations[name].seen
        was = dict(before.counters) if before else {}
        counted = {
            one: {"usd": usd, "tokens": tokens}[UNITS[one]] for one in part.draw(st.sets(st.sampled_from(COUNTERS[:3])))
        }
        changes = {}
        for one in {*was, *counted}:
            now = self.ledger.totals([one])
            spend = self.ledger.accounts[one].spend if one in self.ledger.accounts else 0
            assert now.used >= 0
            changes[one] = (spend, spend + counted.get(one, 0) - was.get(one, 0))
        self.apply(Spend(self.tick(), changes, "segment"))
        amounts = {"usd": usd, "tokens": tokens, "steps": calls}
        self.apply(Seen(self.at_ns, name, calls, min(unpriced, calls), amounts, counted))

    @rule(counter=st.sampled_from(COUNTERS), amount=AMOUNTS)
    def spend_unreserved(self, counter: str, amount: int) -> None:
        now = self.ledger.accounts[counter].spend if counter in self.ledger.accounts else 0
        self.apply(Spend(self.tick(), {counter: (now, now + amount)}, "segment"))

    @rule(counters=st.sets(st.sampled_from(COUNTERS)))
    def prune(self, counters: set[str]) -> None:
        before = {one: self.ledger.totals([one]).used for one in COUNTERS}
        gone = [name for name, one in self.ledger.reservations.items() if name not in self.ledger.open]
        self.apply(Pruned(self.tick(), tuple(gone[::2]), ()))
        assert before == {one: self.ledger.totals([one]).used for one in COUNTERS}, "forgetting changed what is left"
        parts = [pair for one in self.ledger.reservations.values() for pair in one.parts()]
        kept = {hold.counter for hold, its in parts if its != NOTHING}  # a hold of nothing takes nothing
        self.apply(Pruned(self.tick(), (), tuple(sorted(counters))))
        assert kept <= set(self.ledger.accounts), "a counter is gone that a reservation takes from"

    @rule()
    def restart(self) -> None:
        """From a snapshot, as text."""
        self.ledger = snapshot.restored(json.loads(json.dumps(snapshot.taken(self.ledger))))

    @invariant()
    def adds_up(self) -> None:
        assert self.ledger.faults() == []

    @invariant()
    def nothing_costs_less_than_spans_say(self) -> None:
        for one in COUNTERS:
            if one in self.ledger.accounts:
                assert self.ledger.totals([one]).used >= self.ledger.accounts[one].spend

    def teardown(self) -> None:
        """The same events, through their text, give the same ledger."""
        again = Ledger()
        for event in self.events:
            again.apply(from_json(json.loads(json.dumps(as_json(event)))))
        assert snapshot.taken(again) == snapshot.taken(self.ledger)


TestLedgers = Ledgers.TestCase
TestLedgers.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def granted(amount: int, calls: int = 1) -> Ledger:
    ledger = Ledger()
    ledger.apply(Decided(1, {}, Grant("/x", 100, calls, (Hold("a||@", "usd", amount),))))
    return ledger


def parts(ledger: Ledger) -> dict[str, int]:
    return {name: value for name, value in vars(ledger.accounts["a||@"].parts).items() if value}


def seen(ledger: Ledger, usd: int, calls: int = 1, unpriced: int = 0) -> None:
    ledger.apply(Spend(2, {"a||@": (0, usd)}, "segment"))
    ledger.apply(Seen(2, "/x", calls, unpriced, {"usd": usd}, {"a||@": usd}))


def test_spans_win_over_what_was_settled() -> None:
    ledger = granted(100)
    ledger.apply(Settled(2, "/x", {"usd": 90}))
    assert parts(ledger) == {"granted": 100, "within": 90, "released": 10}
    seen(ledger, 60)
    assert parts(ledger) == {"granted": 100, "within": 60, "released": 40, "seen": 60}
    assert ledger.totals(["a||@"]).used == 60


def test_spans_settle_and_the_rest_is_an_overrun() -> None:
    ledger = granted(100)
    seen(ledger, 130)
    assert ledger.reservations["/x"].state is State.SETTLED
    assert parts(ledger) == {"granted": 100, "within": 100, "overrun": 30, "seen": 130}
    assert ledger.totals(["a||@"]).used == 130


def test_an_unpriced_call_counts_at_its_estimate() -> None:
    ledger = granted(100)
    seen(ledger, 0, unpriced=1)
    assert ledger.totals(["a||@"]).used == 100


def test_a_reservation_of_several_calls_stays_open_until_all_were_seen() -> None:
    ledger = granted(100, calls=2)
    seen(ledger, 30)
    assert parts(ledger) == {"granted": 100, "within": 30, "outstanding": 70, "seen": 30}
    assert ledger.totals(["a||@"]).used == 100


@pytest.mark.parametrize(("close", "left"), [(Expired, "expired"), (Released, "released")])
def test_what_comes_after_the_end_is_a_correction(close: type[Expired | Released], left: str) -> None:
    ledger = granted(100)
    ledger.apply(close(2, "/x"))
    assert ledger.totals(["a||@"]).used == 0
    seen(ledger, 40)
    assert parts(ledger) == {"granted": 100, left: 100, "late": 40, "seen": 40}
    assert ledger.totals(["a||@"]).used == 40


def test_a_rolling_window_leaves_parts_behind_but_no_promise() -> None:
    ledger = Ledger()
    for start, amount in ((0, 5), (900, 7), (1800, 11)):
        ledger.apply(Spend(1, {f"r||@{start}": (0, amount)}, "segment"))
    ledger.apply(Decided(1, {}, Grant("/x", 100, 1, (Hold("r||@0", "usd", 3),))))
    totals = ledger.rolling("r||", 900, 900)
    assert (totals.unreserved, totals.outstanding) == (18, 3)


def test_events_that_cannot_have_happened_change_nothing() -> None:
    ledger = granted(100)
    before = snapshot.taken(ledger)
    for event in (
        Spend(2, {"a||@": (7, 8)}, "segment"),
        Decided(2, {}, Grant("/x", 100, 1, ())),
        Decided(2, {}, Grant("/y", 100, 0, ())),
    ):
        with pytest.raises(ValueError, match=r"stands at|was granted before|0 calls"):
            ledger.apply(event)
    assert snapshot.taken(ledger) == before
