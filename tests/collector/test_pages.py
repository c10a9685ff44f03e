"""Pages whose drawing takes long keep no sender waiting."""

import asyncio
import threading
from typing import Any

from collector.door.gate import Gate
from collector.door.http_front import HttpFront
from collector.door.pages import Page, Pages
from collector.door.reading_memory import ReadingMemory
from collector.door.receive import Receiver
from collector.metrics import Counters
from collector.wal.log import Log


def test_a_page_that_takes_long_is_drawn_off_the_event_loop(tmp_path: Any) -> None:
    drawing, go_on = threading.Event(), threading.Event()

    def rest() -> Page:
        drawing.set()
        assert go_on.wait(20), "the other page was not shown meanwhile"
        return Page(200, "text/plain", "slow")

    def quick() -> Page:
        return Page(200, "text/plain", "quick")

    pages = {"/slow": lambda: rest, "/quick": quick}
    gate = Gate(None)
    log = Log(tmp_path / "log", max_bytes=1000, max_age_s=1.0, max_pending_bytes=1000)
    receiver = Receiver(log, gate, Counters(), max_inflated_bytes=1000)
    front = HttpFront(receiver, Pages(gate, pages, {}), max_request_bytes=1000, memory=ReadingMemory(1000))

    async def get(path: str) -> bytes:
        said: list[Any] = []

        async def send(message: Any) -> None:
            said.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        await front({"type": "http", "path": path, "method": "GET", "headers": []}, receive, send)
        return bytes(said[-1]["body"])

    async def both() -> tuple[bytes, bytes]:
        slow = asyncio.create_task(get("/slow"))
        await asyncio.to_thread(drawing.wait, 20)
        quickly = await get("/quick")
        go_on.set()
        return quickly, await slow

    assert asyncio.run(both()) == (b"quick", b"slow")
    log.close()
