"""Many clients against one budget while the collector is killed; afterwards every dollar has to be accounted for."""

import dataclasses
import http.client
import json
import random
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from collector.budget.events import Decided, Expired, Released, Settled
from collector.budget.replay import all_events, replay
from collector.config import CollectorConfig
from tests.collector.running import Collector, wait_until
from tests.end_to_end.storm import free_port

PICO = 10**12
TTL_S = 3
BUDGETS = """\
budgets:
  - id: shared
    owner: storm@example.com
    scope: {{team: storm}}
    unit: usd
    limit: {limit}
    window: total
    thresholds: [{{at: 100%, policy: pause}}]
    when_unreachable: deny
"""


class Client(threading.Thread):
    """Asks for up to $5, then settles for less or more, releases, or forgets. An answer that was lost is asked for
    again under the same id, as the clients of the product do not need to but may."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._port, self._chance = port, random.Random(seed)
        self._connection: http.client.HTTPConnection | None = None
        self.is_stopping = threading.Event()
        self.granted: dict[str, int] = {}  # pico-dollars, of what was answered
        self.closed: dict[str, str] = {}  # how, of what was answered
        self.denied = self.lost = 0

    def run(self) -> None:
        while not self.is_stopping.is_set():
            self._ask()
        self._hang_up()

    def _ask(self) -> None:
        name, cents = uuid.uuid4().hex, self._chance.randint(1, 500)
        asked = {"scope": {"team": "storm"}, "estimate": {"usd": f"{cents / 100:.2f}"}, "ttl_s": TTL_S}
        said = self._insist("/v1/budget/check", {**asked, "reservation_id": name})
        if said is not None and said["verdict"] == "allow":
            self.granted[name] = cents * PICO // 100
            self._close(name, cents)
        elif said is not None:
            self.denied += 1

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _close(self, name: str, cents: int) -> None:
        what = self._chance.random()
        if what < 0.85:
            spent = cents * self._chance.uniform(0, 1.05) / 100
            self._say("settle", {"reservation_id": name, "spent": {"usd": f"{spent:.4f}"}}, name)
        elif what < 0.95:
            self._say("release", {"reservation_id": name}, name)

    def _say(self, how: str, body: dict[str, Any], name: str) -> None:
        said = self._insist(f"/v1/budget/{how}", body)
        if said is not None and said["state"] != "expired":
            self.closed[name] = how

    def _insist(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The answer of 200; None where it is over, or the reservation has ended meanwhile."""
        while not self.is_stopping.is_set():
            try:
                status, said = self._post(path, body)
            except (OSError, http.client.HTTPException, ValueError):
                self.lost += 1
                self._hang_up()
                self.is_stopping.wait(0.02)  # nobody is there just now
                continue
            if status == 200:
                return said
            assert status in (404, 409, 503), said
            if status != 503:
                return None
        return None

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        self._connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


@dataclasses.dataclass(frozen=True)
class Balance:
    """What became of it. All but the first lines are faults, and 0."""

    decisions: int
    granted: int
    denied: int
    lost_answers: int
    kills: int
    spent_usd: float
    most_used_usd: float  # the highest that stood against the limit at a grant, that grant included
    overspent: int = 0  # grants at which more was used than the limit
    forgotten: int = 0  # grants, settlements and releases that were answered, and are not in the log
    leaked: int = 0  # reservations still outstanding after their time
    decided_otherwise: int = 0  # decisions that come out otherwise when the log is decided again, and other faults

    @property
    def is_right(self) -> bool:
        """Whether there are no faults, and the budget was of consequence."""
        return not (self.overspent or self.forgotten or self.leaked or self.decided_otherwise)


def storm(folder: Path, *, clients: int, seconds: float, kills: int, limit_usd: int, seed: int) -> Balance:
    """``clients`` for ``seconds`` on a budget of ``limit_usd``; the collector is killed and started again ``kills``
    times."""
    budgets = folder / "budgets.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    budgets.write_text(BUDGETS.format(limit=limit_usd))
    data = folder / "data"
    config = CollectorConfig(data, data / "lake", grpc_port=free_port(), http_port=free_port(), budgets_file=budgets)
    collector = Collector(config).__enter__()
    workers = [Client(config.http_port, seed + number) for number in range(clients)]
    chance = random.Random(seed)
    moments = sorted(chance.uniform(0.1, 0.9) * seconds for _ in range(kills))
    started = time.monotonic()
    for worker in workers:
        worker.start()
    for moment in [*moments, seconds]:
        wait_until(lambda moment=moment: time.monotonic() - started >= moment, "time to pass", seconds + 60)
        if moment != seconds:
            collector.kill()
            collector = Collector(config).__enter__()
    for worker in workers:
        worker.is_stopping.set()
    for worker in workers:
        worker.join(30)
    wait_until(lambda: _outstanding(collector) == 0, "the last reservations to expire", TTL_S + 30)
    collector.stop()
    return _balance(data, workers, kills, limit_usd * PICO)


def _outstanding(collector: Collector) -> float:
    collector.request(
        "POST", "/v1/budget/check", b'{"reserve": false}', {"content-type": "application/json"}
    )  # time passes with questions
    lines = collector.request("GET", "/metrics").body.decode().splitlines()
    [line] = [line for line in lines if line.startswith("spanledger_budget_outstanding_reservations ")]
    return float(line.split()[1])


def _balance(data: Path, workers: list[Client], kills: int, limit: int) -> Balance:
    audit = Audit(limit)
    for event in all_events(data):
        audit.take(event)
    granted = {name: amount for worker in workers for name, amount in worker.granted.items()}
    closed = {name: how for worker in workers for name, how in worker.closed.items()}
    kinds = {"settle": audit.settled, "release": audit.released}
    forgotten = sum(audit.granted.get(name) != amount for name, amount in granted.items())
    forgotten += sum(name not in kinds[how] for name, how in closed.items())
    replayed = replay(data)
    return Balance(
        decisions=replayed.decisions,
        granted=len(granted),
        denied=sum(worker.denied for worker in workers),
        lost_answers=sum(worker.lost for worker in workers),
        kills=kills,
        spent_usd=audit.spent / PICO,
        most_used_usd=audit.most / PICO,
        overspent=audit.overspent,
        forgotten=forgotten,
        leaked=len(audit.open),
        decided_otherwise=len(replayed.faults),
    )


class Audit:
    """Counts the log in its own way: what is promised by name, and what was spent."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.granted: dict[str, int] = {}
        self.open: dict[str, int] = {}
        self.settled: set[str] = set()
        self.released: set[str] = set()
        self.spent = self.most = self.overspent = 0

    def take(self, event: object) -> None:
        """One more event of the log."""
        if isinstance(event, Decided) and event.grant is not None:
            name = event.grant.reservation.removeprefix("/")
            self.granted[name] = self.open[name] = sum(hold.amount for hold in event.grant.holds)
            used = self.spent + sum(self.open.values())
            self.most = max(self.most, used)
            self.overspent += used > self._limit
        elif isinstance(event, Settled | Released | Expired):
            name = event.reservation.removeprefix("/")
            self.open.pop(name, None)
            if isinstance(event, Settled):
                self.spent += event.amounts["usd"]
                self.settled.add(name)
            elif isinstance(event, Released):
                self.released.add(name)
