"""One part of `spanledger up` in a process of its own: `python -m spanledger.running.part collector|builder|app`.

The first line of standard input is the settings as JSON. The input then stays open for as long as the supervisor
lives; its end is a SIGTERM, so that nothing is left running when the supervisor is killed. Further lines are orders.
"""

import json
import logging
import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from spanledger.settings import Settings

Order = Callable[[str], None]


def main() -> int:
    """Run the part that the command line names; returns its exit code."""
    # Unbuffered: a thread that waits inside a buffered read would abort the interpreter's end.
    orders = Path("/dev/stdin").open("rb", buffering=0)  # noqa: SIM115 -- stays open as long as the process
    settings = Settings(**json.loads(orders.readline()))
    start, obey = PARTS[sys.argv[1]]()

    def listen() -> None:
        for line in orders:
            obey(line.decode().strip())
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=listen, name="orders", daemon=True).start()
    return start(settings)


def _collector() -> tuple[Callable[[Settings], int], Order]:
    from collector.server import START_ERRORS, run

    def start(settings: Settings) -> int:
        try:
            return run(settings.collector_config())
        except START_ERRORS as error:
            logging.getLogger(__name__).error("the collector cannot start: %s", error)
            return 1

    return start, _refuse


def _builder() -> tuple[Callable[[Settings], int], Order]:
    from spanledger.building.building import BuilderLoop

    loop = BuilderLoop()
    return loop.run, loop.order


def _app() -> tuple[Callable[[Settings], int], Order]:
    from collector.logs import configure_logging, ready_records
    from spanledger.running.explorer import arguments

    def start(settings: Settings) -> int:
        configure_logging("app", settings.log_format, settings.log_level)
        ready_records("app", settings.log_format)
        sys.argv = [*arguments(settings), "--logger.messageFormat", "%(line)s"]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        return 0

    return start, _refuse


def _refuse(order: str) -> None:
    raise ValueError(f"this part takes no orders, got {order!r}")


PARTS = {"collector": _collector, "builder": _builder, "app": _app}

if __name__ == "__main__":
    sys.exit(main())
