"""Who holds the data directory, who answers on the ports, and whether the explorer does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from collector.files import read_json
from collector.server import STATE_NAME
from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.running import preflight
from spanledger.running.ports import Door, answers_grpc, answers_http, get, why_taken
from spanledger.settings import Settings


@dataclass(frozen=True)
class Collector:
    """The collector that works on the data directory, as it announced itself."""

    pid: str
    grpc: Door
    http: Door


def running_collector(settings: Settings) -> Collector | None:
    """The collector that holds the data directory; None where nobody does."""
    run = settings.data.absolute() / "run"
    pid = preflight.holder(run / "collector.lock")
    state = read_json(run / STATE_NAME) if pid else None
    if pid is None or state is None:
        return None
    host = str(state["host"])
    tls = (bool(state.get("tls")), bool(state.get("client_certificates")))
    return Collector(
        pid,
        Door("OTLP over gRPC", host, int(state["grpc_port"]), "grpc_port", *tls),
        Door("OTLP over HTTP", host, int(state["http_port"]), "http_port", *tls),
    )


def collector(settings: Settings) -> Iterator[Finding]:
    """The holder of the data directory answers and is ready; where there is none, its ports are free."""
    found = running_collector(settings)
    if found is None:
        yield ok("collector", f"none runs on {settings.data.absolute()}")
        for door in preflight.collector_doors(settings):
            yield _free(door)
        return
    silent = [door for door, answers in _answers(found) if not answers]
    for door in silent:
        detail = (
            f"process {found.pid} holds {settings.data.absolute()} but does not answer on {door.address} ({door.what})"
        )
        yield fault(
            "collector", detail, f"stop it (kill {found.pid}; if it stays, kill -9 {found.pid}) and start again"
        )
    if not silent:
        yield from _readiness(found)


def _answers(found: Collector) -> Iterator[tuple[Door, bool]]:
    yield found.grpc, answers_grpc(found.grpc)
    yield found.http, answers_http(found.http, "/healthz")


def _readiness(found: Collector) -> Iterator[Finding]:
    where = f"process {found.pid} answers on {found.grpc.address} (gRPC) and {found.http.address} (HTTP)"
    if found.http.asks_certificates:
        yield ok("collector", f"{where}; whether it is ready is told to who has a certificate")
        return
    status, text = get(found.http, "/readyz") or (0, "{}")
    if status == 200:
        yield ok("collector", where)
        return
    silent = "its log says why" if status else "no answer on /readyz"  # reasons are for who has a token
    problems = "; ".join(json.loads(text).get("problems", [])) or silent
    yield fault("collector", f"{where}, but is not ready: {problems}", "remove the cause named; it goes on by itself")


def _free(door: Door) -> Finding:
    subject = f"port {door.port}"
    if door.port == 0:
        return ok("port", f"of {door.what} is chosen at the start")
    why = why_taken(door)
    if why is None:
        return ok(subject, f"free for {door.what}")
    if door.setting == "http_port" and answers_http(door, "/readyz"):
        why = "a SpanLedger collector that works on another data directory listens there"
    problem, _, cure = preflight.port_problem(door, why).partition(". ")
    return fault(subject, problem, cure)


def explorer(settings: Settings) -> Iterator[Finding]:
    """The cost explorer answers, or its port is free for it."""
    door = preflight.app_door(settings)
    if door.port and answers_http(door, "/_stcore/health"):
        yield ok("cost explorer", f"answers on {door.url}")
    elif door.port and why_taken(door):
        yield _free(door)
    else:
        yield note("cost explorer", "not running", "spanledger up, or spanledger app")


def builder_problem(data: Path) -> str | None:
    """Why the last scheduled build did not come about; None where it did, or where none was tried."""
    state = read_json(data / "run" / "builder.json")
    return str(state["error"]) if state and state["error"] else None
