"""`spanledger demo`: `up`, filled with a simulated company and recorded exports through the real OTLP door."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click

import sample_traces
from app import figures
from collector.files import make_folder, read_json, write_json
from sample_traces.company import Company, requests, simulate, write_prices
from sample_traces.recordings import recordings
from sample_traces.send import Receipt, SendError, send
from spanledger.building.building import STATE_NAME
from spanledger.exits import FAILED, IN_THE_WAY, USAGE, Failure
from spanledger.forecasting.present import MARKER
from spanledger.freshness import behind
from spanledger.published import current
from spanledger.running import preflight
from spanledger.running.up import Running, up
from spanledger.settings import Settings

DATA = Path("data-demo")
SEED, DAYS = 7, 60
END = date(2026, 11, 23)  # the company's history ends with the day the recordings were made
FILES = Path(sample_traces.__file__).parent / "demo"
OF_THE_COMPANY = {
    "charges": "charges.csv",
    "allocation": "allocation.yml",
    "tag_policy": "tag_policy.yml",
    "alerts": "alerts.yml",
    "budgets": "budgets.yml",
}
"""Settings that name files, and the company's files."""

LAND_WITHIN_S, BUILD_WITHIN_S, POLL_S = 300.0, 900.0, 0.1


class _StoppedError(Exception):
    """Ctrl-C while the data is being sent."""


def demo(settings: Settings, scale: float) -> int:
    """Run until SIGINT or SIGTERM. Data of an earlier demo is used again; any other data is refused (Failure)."""
    if scale <= 0:
        raise Failure(f"--scale {scale:g}: expected a number above 0", USAGE)
    data = (settings.data if "data" in settings.model_fields_set else DATA).absolute()
    preflight.refuse_data(data)
    marker: dict[str, Any] = {"seed": SEED, "days": DAYS, "end": END.isoformat(), "scale": scale}
    is_sent = _is_sent(data, marker)
    click.echo(f"The demo shows a simulated company: no figure in it is of a real one. Data in {data}")
    company = simulate(SEED, DAYS, scale, end=END)
    prices = data / "prices.csv"
    make_folder(data)
    if not is_sent:
        write_json(data / MARKER, {**marker, "is_sent": False})
        write_prices(company, prices)
    own = {"data": data, "lake": None, "prices_file": prices, "token_file": None}
    own |= {f"{name}_file": FILES / file for name, file in OF_THE_COMPANY.items()}
    own |= {"tls_cert_file": None, "tls_key_file": None, "tls_client_ca_file": None}

    async def story(running: Running) -> None:
        if not is_sent:
            with suppress(_StoppedError):
                await asyncio.to_thread(_send_everything, company, running)
                await _until(lambda: not _waiting(data), LAND_WITHIN_S, "the lake to take what was sent")
                write_json(data / MARKER, {**marker, "is_sent": True}, is_durable=True)
        if not running.is_stopping.is_set():
            await _build(running)
            click.echo(f"\n{finding(data)}\n\n{running.addresses()}\n\nCtrl-C ends all of it.")

    return up(settings.replaced(own, "spanledger demo"), story, "demo")


def _is_sent(data: Path, marker: dict[str, Any]) -> bool:
    """Whether an earlier demo sent everything. Raises Failure for a directory with other data in it."""
    found = read_json(data / MARKER)
    if found is None:
        if data.exists() and any(data.iterdir()):
            raise Failure(
                f"{data} holds other data than the demo's; give the demo one of its own with --data", IN_THE_WAY
            )
        return False
    if {name: found.get(name) for name in marker} != marker:
        raise Failure(f"{data} holds a demo of another kind ({found}); remove that directory to start anew", IN_THE_WAY)
    return bool(found["is_sent"])


def _send_everything(company: Company, running: Running) -> None:
    """Send by the real exporter protocols. Raises _StoppedError, and Failure when the door refuses."""
    recorded = recordings()
    bodies = list(requests(company))
    total = len(bodies) + sum(len(one.protobuf) + len(one.json) for one in recorded)
    grpc, http = running.grpc.address, running.http.address
    with click.progressbar(length=total, label="Sending sample traces", file=sys.stderr) as bar:
        note = _counting(running, bar.update)
        try:
            for one in recorded:
                send(one.protobuf, grpc, "grpc", progress=note)
                send(one.json, http, "http/json", progress=note)
            send(bodies, grpc, "grpc", progress=note)
        except SendError as error:
            raise Failure(str(error), FAILED) from error


def _counting(running: Running, advance: Callable[[int], None]) -> Callable[[Receipt], None]:
    def note(receipt: Receipt) -> None:
        if receipt.rejected:
            raise Failure(f"the door rejected {receipt.rejected} spans: {receipt.messages[-1]}", FAILED)
        if running.is_stopping.is_set():
            raise _StoppedError
        advance(1)

    return note


def _waiting(data: Path) -> list[Path]:
    """Log segments that are not in the lake yet, the open one included."""
    return [*(data / "log").glob("*.open"), *(data / "log").glob("*.log")]


async def _build(running: Running) -> None:
    data = running.settings.data
    lake = running.settings.lake_path
    if (await asyncio.to_thread(behind, data, lake)).is_fresh:
        return
    click.echo("Building the warehouse …", err=True)
    asked_at_ns = time.time_ns()
    running.build_now()

    def is_done() -> bool:
        state = read_json(data / "run" / STATE_NAME)
        if state and state["error"] and state["looked_at_ns"] > asked_at_ns:
            raise Failure(f"the build failed: {state['error']}", FAILED)
        return behind(data, lake).is_fresh

    await _until(is_done, BUILD_WITHIN_S, "the build")


async def _until(condition: Callable[[], bool], within_s: float, what: str) -> None:
    deadline = time.monotonic() + within_s
    while not await asyncio.to_thread(condition):
        if time.monotonic() > deadline:
            raise Failure(f"still waiting for {what} after {within_s:g} s; run `spanledger doctor`", FAILED)
        await asyncio.sleep(POLL_S)


def finding(data: Path) -> str:
    """What the marts say, in two lines."""
    with current.opened(data) as connection:
        tasks, successes, unknown, cost, each = connection.execute(current.question("production")).fetchall()[0]
        split = connection.execute(current.question("split")).fetchall()
    shares = ", ".join(f"{source} {figures.share(share)}" for source, share, _ in split)
    at_least = "at least " if unknown else ""
    bill = sum(cost for _, _, cost in split)
    return (
        f"A successful production task costs {at_least}{figures.money(each)} over all {DAYS} days: "
        f"{figures.money(cost)} for {figures.count(successes)} successes of {figures.count(tasks)} tasks.\n"
        f"Of the bill of {figures.money(bill)}: {shares}."
    )
