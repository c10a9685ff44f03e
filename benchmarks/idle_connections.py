"""What idle connections cost: memory each, and what they do to a request's time.

    python -m benchmarks.idle_connections --connections 2000

Starts a real collector, opens connections that have said hello and then say nothing (HTTP: one request; gRPC: preface
and settings), all of one transport and then all of the other, and takes the collector's memory before and after. The
time is that of one small request over HTTP, the median of 50, before and beside the idle ones of both. Fails when a
connection takes more than LIMIT_BYTES or a request is not taken.
"""

import argparse
import contextlib
import resource
import socket
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.llm_spans import make
from benchmarks.processes import resident
from tests.collector.running import Collector, configuration

LIMIT_BYTES = 64 * 1024
_SETTINGS = struct.pack(">I", 0)[1:] + b"\x04\x00" + bytes(4)  # an empty SETTINGS frame of HTTP/2
_ACK = struct.pack(">I", 0)[1:] + b"\x04\x01" + bytes(4)
HELLO = {
    "http_port": b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
    "grpc_port": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS + _ACK,
}


class BrokenPromiseError(Exception):
    """What the product says did not hold."""


@contextlib.contextmanager
def idle(collector: Collector, port: str, number: int) -> Iterator[None]:
    """``number`` connections that have said hello and been answered."""
    with contextlib.ExitStack() as stack:
        address = ("127.0.0.1", collector.state[port])
        for _ in range(number):
            connection = stack.enter_context(socket.create_connection(address, 60))
            connection.sendall(HELLO[port])
            if not connection.recv(4096):
                raise BrokenPromiseError(f"an idle connection to {port} was closed")
        yield


def request_ms(collector: Collector, times: int = 50) -> float:
    """Milliseconds of a request of one span over a connection of its own, the median."""
    body, taken = make(1, spans=1), []
    for _ in range(times):
        started = time.perf_counter()
        if collector.send(body).status != 200:
            raise BrokenPromiseError("a request was not taken")
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def run(connections: int) -> dict[str, float]:
    """Bytes a connection by transport, and milliseconds of a request alone and beside all of them."""
    allow_open_files(2 * connections + 256)
    with tempfile.TemporaryDirectory() as folder, Collector(configuration(Path(folder))) as collector:
        found = {"alone_ms": request_ms(collector)}
        with contextlib.ExitStack() as stack:
            for port in HELLO:
                before = resident(collector.process.pid)
                stack.enter_context(idle(collector, port, connections))
                found[port] = (resident(collector.process.pid) - before) / connections
            found["beside_ms"] = request_ms(collector)
        if collector.stop() != 0:
            raise BrokenPromiseError(collector.errors()[-2000:])
    return found


def allow_open_files(number: int) -> None:
    """Let this process, and those it starts, open so many files. Raises BrokenPromiseError where it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        raise BrokenPromiseError(f"{number} open files are needed, {hard} are allowed here: fewer --connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number), hard))


def main(arguments: list[str]) -> int:
    """Run, print the figures; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=2000, help="of each transport")
    options = parser.parse_args(arguments)
    found = run(options.connections)
    sys.stdout.write(
        f"{options.connections} idle connections each: {found['http_port'] / 1024:.1f} KiB of HTTP, "
        f"{found['grpc_port'] / 1024:.1f} KiB of gRPC; a request takes {found['alone_ms']:.1f} ms alone, "
        f"{found['beside_ms']:.1f} ms beside them\n"
    )
    return int(max(found["http_port"], found["grpc_port"]) > LIMIT_BYTES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
