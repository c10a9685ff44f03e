"""A real S3 server for tests: SeaweedFS, on loopback, with ports and a folder of its own."""

import contextlib
import dataclasses
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from collector.store.lake_store import store_of
from collector.store.object_path import ObjectPath
from tests.collector.running import wait_until

KEY, SECRET = "tests", "a-secret-of-tests"
HALF_BYTES = 8192
"""Less than any upload of spans in these tests, more than what is said before its content."""
WEED = Path(sys.executable).with_name("weed")
_PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


@dataclasses.dataclass
class ObjectServer:
    """It can be ended and started again with what it holds."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.ports = dict(zip((*_PORTS, "s3.port", "s3.port.grpc"), _free_ports(8), strict=True))

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.ports['s3.port']}"

    @property
    def environment(self) -> dict[str, str]:
        """What lets a process in."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
        }

    def new_lake(self) -> ObjectPath:
        """A place that nobody else writes to."""
        return ObjectPath(f"s3://tests/{secrets.token_hex(4)}/lake")

    def lake_of(self, folder: Path, data: Path) -> ObjectPath:
        """A new lake with the files of the one in ``folder``, put by the store of the data directory ``data``; the
        environment must say where the server is."""
        lake = self.new_lake()
        store = store_of(lake, data)
        for path in sorted(folder.rglob("[!.]*.parquet")):
            there = lake / path.relative_to(folder)
            store.aside(there).write_bytes(path.read_bytes())
            store.publish(there)
        return lake

    def start(self) -> None:
        """Start it, and wait until it answers and takes objects."""
        self.folder.mkdir(parents=True, exist_ok=True)
        identity = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
        (self.folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
        flags = [f"-{name}={port}" for name, port in self.ports.items()]
        fixed = [
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
            "-s3",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=32",
        ]
        fixed += [
            "-master.telemetry=false",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-filer.maxMB=64",
            f"-s3.config={self.folder / 's3.json'}",
        ]
        with (self.folder / "weed.log").open("ab") as log:
            self.process = subprocess.Popen(
                [WEED, "server", f"-dir={self.folder}", *fixed, *flags], stdout=log, stderr=log, cwd=self.folder
            )
        wait_until(self._answers, "the S3 server to answer")
        wait_until(self._takes, "the S3 server to take objects")

    def stop(self) -> None:
        """End it and wait."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def kill(self) -> None:
        """End it at once, for good: its own way takes half a minute."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "weed.log").read_text()[-2000:]
        try:
            urllib.request.urlopen(f"{self.endpoint}/", timeout=5)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _takes(self) -> bool:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        bucket = S3Store(
            "tests",
            endpoint=self.endpoint,
            access_key_id=KEY,
            secret_access_key=SECRET,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True, "timeout": "5s"},
            retry_config={"max_retries": 0},
        )
        try:
            bucket.put("ready", os.urandom(8))
            bucket.get("ready").bytes()
        except (BaseError, OSError):
            return False
        return True


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


class Relay(ABC):
    """Stands before a server. What becomes of each connection is decided by `passing`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @abstractmethod
    def passing(self) -> Callable[[bytes], bytes | None]:
        """For one connection: what of each piece that is sent goes on; None cuts the connection."""

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, self.passing()), daemon=True).start()

    def _serve(self, client: socket.socket, passing: Callable[[bytes], bytes | None]) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            answers = threading.Thread(target=self._pour, args=(server, client, bytes))
            answers.start()
            self._pour(client, server, passing)
            answers.join()

    @staticmethod
    def _pour(source: socket.socket, sink: socket.socket, passing: Callable[[bytes], bytes | None]) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(4096):
                passed = passing(chunk)
                if passed is None:
                    break
                sink.sendall(passed)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class CuttingRelay(Relay):
    """Cuts connections in the middle of what is sent: each of the first ``cuts`` after another number of bytes; then
    it lets everything through."""

    def __init__(self, target: int, cuts: int) -> None:
        self.cuts_left = cuts
        super().__init__(target)

    def passing(self) -> Callable[[bytes], bytes | None]:
        """See `Relay`."""
        left = 600 + 997 * self.cuts_left if self.cuts_left > 0 else sys.maxsize
        self.cuts_left -= 1

        def passed(chunk: bytes) -> bytes | None:
            nonlocal left
            left -= len(chunk)
            return chunk if left > 0 else None

        return passed


class HoldingRelay(Relay):
    """Lets the first half of one upload of spans through and swallows the rest, so that whoever sends it waits."""

    def __init__(self, target: int) -> None:
        self.is_holding = False
        super().__init__(target)

    def passing(self) -> Callable[[bytes], bytes | None]:
        """See `Relay`."""
        left: int | None = None  # of the half that goes on; None for what is no upload, or goes on whole

        def passed(chunk: bytes) -> bytes:
            nonlocal left
            line = chunk.partition(b"\r\n")[0]
            if line.endswith(b" HTTP/1.1"):
                left = HALF_BYTES if line.startswith(b"PUT ") and b"/spans/" in line and not self.is_holding else None
            if left is None:
                return chunk
            if left <= 0:
                self.is_holding = True
                return b""
            left -= len(chunk)
            return chunk

        return passed
