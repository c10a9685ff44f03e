"""What a receiver alone does not do, and says so: questions of budgets, annotations and outcomes are the keeper's.

They are decided, or kept, by one data directory: the one that keeps the lake. An answer from here would be made on a
part of what is known, so there is none.
"""

import json

from collector.budget.endpoints import SCOPES
from collector.door import tokens
from collector.door.gate import Admitted, Caller, Gate
from collector.door.http_front import OUTCOMES_PATH

MISDIRECTED = 421
"""RFC 9110, 15.5.20: this server cannot answer for it, another one can. No exporter or client of ours retries it."""
WHY = "This collector only takes telemetry in; ask the one that keeps the lake, which the answer names."

PATHS = {**SCOPES, OUTCOMES_PATH: tokens.OUTCOMES}


class Elsewhere:
    """Answers the paths of PATHS in place of those who would."""

    def __init__(self, gate: Gate, keeper: str) -> None:
        """``keeper`` is the receiver id of the data directory that keeps the lake."""
        self._gate, self._keeper = gate, keeper

    def __contains__(self, path: str) -> bool:
        return path in PATHS

    def admit(self, path: str, caller: Caller) -> Admitted:
        """Who asks. Raises RefusedError."""
        return self._gate.admit(caller, PATHS[path], path)

    async def answer(self, path: str, _body: bytes, _admitted: Admitted) -> tuple[int, bytes]:
        """Status and JSON of the answer."""
        said = (
            f"{path} is not answered here: this collector only takes telemetry in (receiver_only). Ask the collector "
            f"of the data directory that keeps the lake, receiver id {self._keeper}"
        )
        return MISDIRECTED, json.dumps({"error": said}).encode()
