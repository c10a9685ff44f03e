"""Where the CPU of a span goes between the door and the lake: each stage alone, in one process.

    python -m benchmarks.stages [--requests 32] [--rounds 5] [--content 3000]

Input: requests of 512 spans, 24 attributes and an event a span (`benchmarks.llm_spans`). Process CPU, median of several
rounds in turn. HTTP and gRPC themselves, and what keeps the processes going, are in `benchmarks.door_to_lake` alone.
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.llm_spans import SPANS, START_NS, make
from benchmarks.measuring import Spread, cpu_us, say
from collector.door.signals import TRACES, Sent
from collector.store import lake
from collector.wal.segments import Header, Record, encode_header, encode_record, read_segment
from transforms import canonical
from transforms.decode import decode
from transforms.normalise import NormaliseOptions, Request, normalise

_KEY = b"a key for benchmarks"
_HEADER = Header("000001-00000001-benchmark", START_NS)
DECODE, READ, ALL = "writer: decode to columns", "decode and read the dialects", "decode, read and keep the rest"


def works(bodies: list[bytes], folder: Path) -> dict[str, Callable[[], object]]:
    """Each stage on what the one before it gives; reading and keeping go on from decoding, so they hold it."""
    sent = Sent(None, START_NS, is_json=False)
    records = [Record(START_NS, None, body, TRACES.number) for body in bodies]
    requests = [Request(body, START_NS, None, _HEADER.segment) for body in bodies]
    options = NormaliseOptions(False, _KEY)
    rows, path = normalise(requests, options), folder / "segment.log"
    _log(path, records)
    return {
        "door: parse and check the request": lambda: [TRACES.read(body, sent) for body in bodies],
        "door: append to the log, on disk": lambda: _log(path, records),
        "writer: read the log back": lambda: read_segment(path),
        DECODE: lambda: decode(bodies),
        READ: lambda: canonical.read(decode(bodies), _KEY),
        ALL: lambda: normalise(requests, options),
        "writer: Parquet, on disk": lambda: lake.write_segment(folder / "lake", _HEADER, rows),
    }


def _log(path: Path, records: list[Record]) -> None:
    with path.open("wb") as file:
        file.write(encode_header(_HEADER))
        for record in records:
            file.write(encode_record(record, _HEADER.segment))
        file.flush()
        os.fdatasync(file.fileno())


def medians(found: dict[str, Spread]) -> dict[str, float]:
    """Microseconds a span of each stage alone, in order."""
    result = {name: spread.median for name, spread in found.items()}
    kept, read = result.pop(ALL), result.pop(READ)
    parquet = result.popitem()
    result["writer: dialects, usage, hashes"] = read - result[DECODE]
    result["writer: leftovers, shapes, events"] = kept - read
    return result | dict([parquet])


def main() -> None:
    """Print every stage and its share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--content", type=int, default=0, help="characters of messages a span")
    options = parser.parse_args()
    bodies = [make(seed, options.content, events=1) for seed in range(options.requests)]
    with tempfile.TemporaryDirectory() as folder:
        found = medians(cpu_us(works(bodies, Path(folder)), options.requests * SPANS, options.rounds))
    whole = sum(found.values())
    for name, cost in found.items():
        say(f"{name:36} {cost:7.2f} us/span {cost / whole:6.1%}")
    say(f"{'together':36} {whole:7.2f} us/span")


if __name__ == "__main__":
    main()
