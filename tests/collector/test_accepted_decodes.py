"""What the door acknowledges can be decoded: broken bodies are refused while the sender still listens."""

import random

import pytest

from benchmarks import fuzz_bodies
from collector.door.answers import RefusedError
from collector.door.signals import TRACES, Sent
from transforms.normalise import NormaliseOptions, Request, normalise

_BODIES = 600
_SENT = Sent(None, 1, is_json=False)
_OPTIONS = NormaliseOptions(store_content=False, hash_key=b"a key for tests")


def _accepted(body: bytes) -> tuple[bytes, int]:
    """What the door would store, and how many spans it promises; none where it refuses."""
    try:
        stored, answer = TRACES.read(body, _SENT)
    except RefusedError:
        return b"", 0
    return stored, answer.accepted


@pytest.mark.parametrize("seed", [1, 2])
def test_every_accepted_body_becomes_as_many_rows_as_were_promised(seed: int) -> None:
    chance = random.Random(seed)
    bodies = [fuzz_bodies.protobuf(chance, fuzz_bodies.seeds().traces) for _ in range(_BODIES // 2)]
    taken = [one for one in map(_accepted, bodies) if one[1]]
    assert len(taken) > _BODIES // 20, "too few were accepted to say anything"
    for stored, promised in taken:
        assert normalise([Request(stored, 1, None, "segment")], _OPTIONS).num_rows == promised
