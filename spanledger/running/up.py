"""`spanledger up`: collector, builder and explorer, each in a process of its own, kept alive and ended together."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import click

from collector.config import FILES
from collector.exposition import COUNTER, GAUGE, Family, publish
from collector.logs import configure_logging, is_json
from collector.processes import usage
from spanledger.installation.settings_file import tell
from spanledger.running import preflight
from spanledger.running.explorer import environment
from spanledger.running.keeper import Keeper, PartFailedError
from spanledger.running.ports import Door, answers_grpc, answers_http
from spanledger.settings import CHARGE_FILES, PRICE_FILES, Settings

logger = logging.getLogger(__name__)

ANSWER_WITHIN_S = 120.0  # a cold, busy machine needs most of a minute for the first import
POLL_S = 0.1
FIGURES_S = 10.0
GRACE_S = 10.0  # beyond what the collector gives itself for draining
ONE_PRESS_S = 1.0
"""Signals this close together are one request to end: a process group and the program above us each pass it on."""


@dataclass
class Running:
    """What runs now, for the story that `demo` tells."""

    settings: Settings
    grpc: Door
    http: Door
    app: Door
    build_now: Callable[[], None]
    is_stopping: threading.Event = field(default_factory=threading.Event)

    def addresses(self) -> str:
        """Where everything is, for the terminal."""
        lines = [f"  {door.what:<15} {door.url}" for door in (self.app, self.grpc, self.http)]
        return "\n".join(lines)


Story = Callable[[Running], Awaitable[None]]


def up(settings: Settings, story: Story | None = None, command: str = "up") -> int:
    """Run everything until SIGINT or SIGTERM; returns 0 when all acknowledged data is in the lake, else 1.

    ``command`` is what was called. ``story`` is told once every port answers. Raises Failure when something is in the
    way, PartFailedError when a part cannot start, and whatever the story raises; in each case nothing is left running.
    """
    configure_logging("up", settings.log_format, settings.log_level)
    settings = preflight.with_chosen_ports(settings.model_copy(update=_absolute(settings)))
    grpc, http = preflight.collector_doors(settings)
    app = preflight.app_door(settings)
    preflight.check(settings, (grpc, http, app))
    tell(settings, command)
    return asyncio.run(_Supervisor(settings, grpc, http, app).run(story or _say_where))


def _absolute(settings: Settings) -> dict[str, object]:
    paths = ("data", *FILES, "login_file", *PRICE_FILES, *CHARGE_FILES, "outcome_rules_file", "budgets_file")
    return {"lake": settings.lake_path} | {
        name: path.absolute()
        for name in (*paths, "alerts_file", "reports_file", "events_file", "business_file")
        if (path := getattr(settings, name)) is not None
    }


async def _say_where(running: Running) -> None:
    if is_json():
        logger.info("up; data in %s; %s", running.settings.data, "; ".join(running.addresses().split("\n")))
        return
    click.echo(f"SpanLedger is up; data in {running.settings.data}\n{running.addresses()}\nCtrl-C ends all of it.")


def _builder_environment() -> dict[str, str]:
    """A build cut short leaves two semaphores of dbt's; Python's resource tracker removes them and need not say so."""
    filters = [os.environ.get("PYTHONWARNINGS"), "ignore:resource_tracker:UserWarning"]
    return {**os.environ, "PYTHONWARNINGS": ",".join(filter(None, filters))}


class _Supervisor:
    def __init__(self, settings: Settings, grpc: Door, http: Door, app: Door) -> None:
        line = settings.model_dump_json().encode()
        self._settings = settings
        self._collector = Keeper("collector", line, dict(os.environ))
        self._builder = Keeper(
            "builder", line, _builder_environment(), has_answered=True
        )  # it has no port to answer on
        self._app = Keeper("app", line, environment(settings), is_quiet=True)
        self._keepers = (self._app, self._builder, self._collector)
        self._running = Running(settings, grpc, http, app, lambda: self._builder.say("build"))

    async def run(self, story: Story) -> int:
        stop = self._listen_to_signals()
        works = (*(keeper.run() for keeper in self._keepers), self._tell(story), self._publish())
        tasks = [asyncio.create_task(work) for work in works]
        stopped = asyncio.create_task(stop.wait())
        work = asyncio.gather(*tasks)  # ends when one fails: keepers never end by themselves
        ends: list[asyncio.Future[Any]] = [work, stopped]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        failure = work.exception() if work.done() else None
        self._running.is_stopping.set()
        for task in (*tasks, stopped):
            task.cancel()
        await asyncio.gather(*tasks, stopped, work, return_exceptions=True)
        logger.info("stopping; again ends everything at once")
        patience_s = self._settings.drain_timeout_s + GRACE_S
        *_, code = await asyncio.gather(*(keeper.end(patience_s) for keeper in self._keepers))
        if failure is not None:
            raise failure
        self._say_how_it_ended(code)
        return 0 if code == 0 else 1

    def _say_how_it_ended(self, code: int) -> None:
        lasts = f"what is not in the lake is in the log of {self._settings.data}; the next start lands it"
        said = "everything acknowledged is in the lake" if code == 0 else lasts
        if is_json():
            logger.info("ended; %s", said)
        else:
            click.echo(f"Ended; {said}.")

    def _listen_to_signals(self) -> asyncio.Event:
        """The first SIGINT or SIGTERM asks for an orderly end, a later one for an end."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        heard_at = 0.0

        def hear() -> None:
            nonlocal heard_at
            if not stop.is_set():
                heard_at = loop.time()
                stop.set()
            elif loop.time() - heard_at > ONE_PRESS_S:
                for keeper in self._keepers:
                    keeper.kill()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, hear)
        return stop

    async def _publish(self) -> None:
        """Say for /metrics, again and again, which parts run and what they use."""
        run = self._settings.data / "run"
        while True:
            pids = {keeper.name: keeper.pid for keeper in self._keepers if keeper.pid}
            beside = {"up": os.getpid(), **{name: pid for name, pid in pids.items() if name == "app"}}
            up = [("", (("part", keeper.name),), float(keeper.name in pids)) for keeper in self._keepers]
            starts = [("", (("part", keeper.name),), float(keeper.starts)) for keeper in self._keepers]
            families = [
                Family("spanledger_part_running", GAUGE, "1 while the part runs.", up),
                Family("spanledger_part_starts_total", COUNTER, "How often it was started; 1 is good.", starts),
            ]
            try:
                publish(run, "up", [*families, *usage(beside)], is_lasting=False)
            except OSError as error:  # a full disk; the parts themselves say what they cannot do
                logger.warning("figures of the parts cannot be written: %s", error)
            await asyncio.sleep(FIGURES_S)

    async def _tell(self, story: Story) -> None:
        running = self._running
        await _until(lambda: answers_http(running.http, "/readyz") and answers_grpc(running.grpc), "the collector")
        self._collector.has_answered = True
        await _until(lambda: answers_http(running.app, "/_stcore/health"), "the cost explorer")
        self._app.has_answered = True
        await story(running)


async def _until(answers: Callable[[], bool], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + ANSWER_WITHIN_S
    while not await asyncio.to_thread(answers):
        if asyncio.get_running_loop().time() > deadline:
            raise PartFailedError(f"{what} did not answer within {ANSWER_WITHIN_S:g} s; see its words above")
        await asyncio.sleep(POLL_S)
