"""Whether the collector of a data directory answers and is ready: exit 0, else 1 and a line that says why.

For a container's health check or a load balancer's: `python healthcheck.py`, with SPANLEDGER_DATA as everywhere. Needs
nothing but Python. Where clients need certificates it only asks whether the port is open.
"""

import http.client
import json
import os
import socket
import ssl
import sys
from pathlib import Path

TIMEOUT_S = 4.0


def problem(data: Path) -> str | None:
    """What is wrong; None for nothing."""
    try:
        said = json.loads((data / "run" / "collector.json").read_text())
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(said["host"], said["host"])
        if said.get("client_certificates"):
            socket.create_connection((host, said["http_port"]), TIMEOUT_S).close()
            return None
        status, text = _ready(host, said["http_port"], is_tls=said.get("tls", False))
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        return f"no collector answers for {data}: {error}"
    return None if status == 200 else text


def _ready(host: str, port: int, *, is_tls: bool) -> tuple[int, str]:
    """Status and words of /readyz. The certificate is our own neighbour's, and need not name this address."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
    if is_tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read(4096).decode(errors="replace").strip()
    finally:
        connection.close()


if __name__ == "__main__":
    found = problem(Path(os.environ.get("SPANLEDGER_DATA", "data")))
    sys.exit(found)
