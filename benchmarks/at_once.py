"""The same work in several threads at once, as several senders do it."""

import http.client
import threading
from collections.abc import Callable

import grpc

FAILURES = (OSError, RuntimeError, http.client.HTTPException, grpc.RpcError)


def at_once(number: int, work: Callable[[int], None]) -> None:
    """Call ``work`` with 0 to ``number`` - 1, each in a thread. Raises RuntimeError from the first of FAILURES."""
    failures: list[Exception] = []

    def run(each: int) -> None:
        try:
            work(each)
        except FAILURES as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"not all was answered: {failures[0]}") from failures[0]
