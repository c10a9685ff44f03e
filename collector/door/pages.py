"""What can be read with GET: health, metrics, the description of the interface; and who is shown what of it."""

import dataclasses
from collections.abc import Callable, Mapping

from collector.door.gate import Caller, Gate
from collector.door.tokens import READ


@dataclasses.dataclass(frozen=True)
class Page:
    """A ready answer to a GET."""

    status: int
    content_type: str
    text: str


Rest = Callable[[], Page]
"""What is left of drawing a page: reading files, which is done in a thread, off the event loop."""
Drawn = Callable[[], Page | Rest]


class Pages:
    """``full`` are the pages for who may read, ``bare`` those of them that everyone is shown, without detail."""

    def __init__(self, gate: Gate, full: Mapping[str, Drawn], bare: Mapping[str, Drawn]) -> None:
        self._gate = gate
        self._full = full
        self._bare = bare

    def __contains__(self, path: str) -> bool:
        return path in self._full

    def show(self, path: str, caller: Caller) -> Page | Rest:
        """The page at ``path``, or what is left of drawing it. Raises RefusedError."""
        if path in self._bare and not self._gate.may(caller, READ):
            return self._bare[path]()
        self._gate.admit(caller, READ, path)
        return self._full[path]()
