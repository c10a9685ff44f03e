"""CPU per span from protobuf to canonical columns, beside parsing the protobuf alone and beside a plain Python loop.

Input: requests of 512 spans with 24 attributes each (`benchmarks.llm_spans`), once without content, once with an event
and a link a span, once with about 3 KB of messages. Process CPU, one thread, the median of several rounds in turn.

* *parse*: `FromString` of the official classes (C), nothing read from the objects;
* *decode*: columns of envelope and attributes (`transforms.decode`), the part that does what parsing does;
* *normalise*: all of it: decode, dialects, hashes, leftovers, ready to be written;
* *plain loop*: every attribute of every span of the parsed objects into a dict, and nothing else.

The promise: without content, decode costs at most four times what parsing alone costs. Run from the project's root:

    python -m benchmarks.decode [--requests 32] [--rounds 7]
"""

import argparse
from collections.abc import Callable, Iterable

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from benchmarks.llm_spans import SPANS, make
from benchmarks.measuring import Spread, cpu_us, end, say
from transforms.decode import decode
from transforms.normalise import NormaliseOptions, Request, normalise

INPUTS = {
    "no content": {"content": 0, "events": 0, "links": 0},
    "no content, an event and a link": {"content": 0, "events": 1, "links": 1},
    "3 KB content": {"content": 3000, "events": 0, "links": 0},
}
MOST_TIMES_PARSING = 4.0
PARSE, DECODE = "parse alone (FromString)", "decode"


def works(bodies: list[bytes]) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    requests = [Request(body, 1, None, "segment") for body in bodies]
    hashed, stored = NormaliseOptions(False, b"key"), NormaliseOptions(True, b"key")
    return {
        PARSE: lambda: [ExportTraceServiceRequest.FromString(body) for body in bodies],
        "plain loop, dict of attributes": lambda: _loop(bodies),
        DECODE: lambda: decode(bodies),
        "normalise, content hashed": lambda: normalise(requests, hashed),
        "normalise, content stored": lambda: normalise(requests, stored),
        "normalise, one request a call": lambda: [normalise([one], hashed) for one in requests],
    }


def _loop(bodies: list[bytes]) -> int:
    spans = 0
    for body in bodies:
        for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope_spans in resource_spans.scope_spans:
                for span in scope_spans.spans:
                    row = {
                        item.key: getattr(item.value, item.value.WhichOneof("value") or "string_value")
                        for item in span.attributes
                    }
                    spans += bool(row)
    return spans


def measure(labels: Iterable[str], requests: int, rounds: int) -> dict[str, dict[str, Spread]]:
    """Microseconds a span by input and work."""
    found = {}
    for label in labels:
        bodies = [make(seed, **INPUTS[label]) for seed in range(requests)]
        say(f"{label}: {requests * SPANS} spans, {sum(map(len, bodies)) // (requests * SPANS)} bytes a span")
        found[label] = cpu_us(works(bodies), requests * SPANS, rounds)
        parsing = found[label][PARSE].median
        for name, cost in found[label].items():
            say(f"  {name:32} {cost!s:28} us/span {1e6 / cost.median:11,.0f} spans/s {cost.median / parsing:6.1f} x")
    return found


def main() -> None:
    """Print every figure; exit non-zero when the promise does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=32, help="requests of 512 spans per input")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    found = measure(INPUTS, options.requests, options.rounds)["no content"]
    times = found[DECODE].median / found[PARSE].median
    promise = f"decode at most {MOST_TIMES_PARSING:g} times parsing alone, found {times:.1f}"
    end([promise] if times > MOST_TIMES_PARSING else [])


if __name__ == "__main__":
    main()
