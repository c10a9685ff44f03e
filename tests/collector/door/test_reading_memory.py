"""Memory of requests at hand: no client, and no slow body, keeps it from the others."""

import pytest

from collector.door.answers import RefusedError
from collector.door.reading_memory import SMALL, ReadingMemory

MIB = 1024 * 1024


def test_one_client_has_half_of_it_and_a_single_request_all() -> None:
    memory = ReadingMemory(8 * MIB)
    with memory.hold("a") as first, memory.hold("a") as second, memory.hold("b") as other:
        first.add(4 * MIB)
        with pytest.raises(RefusedError, match="too many large requests of a "):
            second.add(MIB)
        other.add(2 * MIB)
    with memory.hold("a") as alone:
        alone.add(8 * MIB)
        with pytest.raises(RefusedError, match="too many large requests are"):
            alone.add(1)


def test_small_requests_get_through_where_large_ones_do_not() -> None:
    memory = ReadingMemory(8 * MIB)
    with memory.hold("a") as first, memory.hold("b") as second, memory.hold("c") as small, memory.hold("d") as large:
        first.add(4 * MIB)
        second.add(3 * MIB)
        small.add(SMALL)
        with pytest.raises(RefusedError):
            large.add(SMALL + 1)


def test_a_slow_body_is_given_up_once_memory_is_wanted() -> None:
    now = [0.0]
    given_up: list[str] = []
    memory = ReadingMemory(8 * MIB, lambda: now[0])
    with (
        memory.hold("a", lambda: given_up.append("slow")) as slow,
        memory.hold("b", lambda: given_up.append("quick")) as quick,
        memory.hold("c", lambda: given_up.append("whole")) as whole,
        memory.hold("d") as last,
    ):
        slow.add(MIB)
        whole.add(MIB)
        whole.give_up = None
        now[0] = 60.0
        quick.since = 50.0
        quick.add(MIB)
        assert given_up == [], "there is enough for all"
        last.add(2 * MIB)
        now[0] = 61.0
        last.add(1)
        assert given_up == ["slow"]
        assert slow.is_given_up
        now[0] = 62.0
        last.add(1)
        assert given_up == ["slow"], "once"
