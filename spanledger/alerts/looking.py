"""One look: what is so now, what changed since the last one, and who is told.

What changed is recorded before anybody is told, and that a channel took a message right after it did. A process that
dies between the two sends that message again, with the same incident: once or twice, never not at all.
"""

import logging
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from collector.exposition import publish
from collector.files import LockedError, lock, make_folder, read_json
from spanledger.alerts import channels, events, exposing, history, outlooks
from spanledger.alerts.courier import Courier
from spanledger.alerts.outlooks import Outlook
from spanledger.alerts.reading import read_rules
from spanledger.published import current
from spanledger.settings import Settings
from transforms.alerts import words
from transforms.alerts.event import BUILD, FORECAST, SILENCE, Event
from transforms.alerts.incidents import replay
from transforms.alerts.records import Record
from transforms.alerts.rules import NO_RULES, AlertRules
from transforms.alerts.telling import Message, due
from transforms.alerts.watching import advance
from transforms.yaml_lines import ConfigError

logger = logging.getLogger(__name__)

NOT_LOOKED = (*history.UNREADABLE, duckdb.Error)
"""Why a look may not come about; the next one tries again."""
FAILS_AFTER = timedelta(minutes=10)
"""Builds that fail for so long are an alert."""
SETTLING = timedelta(minutes=10)
"""After a start nobody is called silent for so long: senders are only trying again."""


class Looked(NamedTuple):
    """What a look found: incidents that began or came back, those that ended, messages taken, messages not taken."""

    begun: int
    ended: int
    taken: int
    refused: int


class Watch:
    """The alerts of one data directory, in a process that looks again and again, or once."""

    def __init__(self, settings: Settings, *, since: datetime | None = None, courier: Courier | None = None) -> None:
        """``since``: when the process that looks again and again was started; None for a single look."""
        self._data = settings.data.absolute()
        self._file = settings.alerts_file
        self._explorer = f"http://{settings.app_host}:{settings.app_port}"
        self._courier = courier or Courier(channels.send)
        self._since = since
        self._rules = NO_RULES
        self._seen: tuple[Path | None, events.Seen] = (None, events.Seen())
        self._outlooks: tuple[Outlook, ...] | None = None
        self._failing_since: datetime | None = None

    def look(self, now: datetime, error: str | None = None) -> Looked | None:
        """Look once; ``error`` is why no build came about. None where another process is looking. Raises one of
        `NOT_LOOKED`."""
        make_folder(self._data / history.FOLDER)
        try:
            held = lock(self._data / history.FOLDER / ".lock", what="records/alerts")
        except LockedError:
            return None
        try:
            return self._look(now, error)
        finally:
            os.close(held)

    def _look(self, now: datetime, error: str | None) -> Looked:
        rules = self._current_rules()
        said = history.read(self._data)
        found, judged = self._now(rules, now, error)
        changes = advance(replay(said), found, judged, rules, now)
        history.append(self._data, changes)
        answers = self._tell([*said, *changes], rules, now)
        ledger = replay([*said, *changes, *answers])
        make_folder(self._data / "run")
        publish(self._data / "run", "alerts", list(exposing.families(ledger, rules, now)), is_lasting=True)
        history.compact(self._data)
        actions = [record.action for record in (*changes, *answers)]
        counts = (sum(actions.count(one) for one in names) for names in exposing.COUNTED)
        return Looked(*counts)

    def _current_rules(self) -> AlertRules:
        """What the file says; what it last said where it is wrong now."""
        try:
            self._rules = read_rules(self._file)
        except ConfigError as error:
            logger.error("the alert rules cannot be used, what they last said holds: %s", error)
        return self._rules

    def _now(self, rules: AlertRules, now: datetime, error: str | None) -> tuple[list[Event], set[str]]:
        warehouse = current.published(self._data)
        if warehouse is not None and warehouse != self._seen[0]:
            self._seen, self._outlooks = (warehouse, events.of_build(warehouse)), outlooks.of_build(warehouse)
        seen = self._seen[1]
        complete_at = self._complete_at()
        found, judged = list(seen.events), {*seen.judged, BUILD}
        if self._outlooks is not None:
            judged.add(FORECAST)
            found += outlooks.likely(self._outlooks, rules.forecast)
        if complete_at and (self._since is None or now - self._since >= SETTLING):
            judged.add(SILENCE)
            found += events.silent(seen.services, rules.silence, complete_at)
        self._failing_since = None if error is None else self._failing_since or complete_at or now
        if error is not None and self._failing_since and now - self._failing_since >= FAILS_AFTER:
            found.append(events.failing(self._failing_since, error))
        return found, judged

    def _complete_at(self) -> datetime | None:
        """When the published build last held all that was in the lake."""
        from spanledger.building.build_figures import NAME  # loads dbt, which only builders need

        figures = read_json(self._data / "run" / NAME) or {}
        seconds = figures.get("complete_at")
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def _tell(self, said: list[Record], rules: AlertRules, now: datetime) -> list[Record]:
        """Deliver what is due; returns the records of what came of it, which are on disk then."""
        answers: list[Record] = []
        started = time.monotonic()
        for errand in self._courier.arrived():
            answers += self._answered(errand.message, errand.reason, now)
        ready = {}
        for message in due(replay([*said, *answers]), rules, now):
            if message.channel not in self._courier.busy:
                try:
                    url = channels.address(rules.channels[message.channel])
                except channels.ChannelError as error:
                    answers += self._answered(message, str(error), now)
                else:
                    ready[message.channel] = (message, url, words.write(message, rules.explorer or self._explorer))
        for errand in self._courier.deliver(ready):
            at = now + timedelta(seconds=time.monotonic() - started)
            answers += self._answered(errand.message, errand.reason if errand.is_over else "no answer in time", at)
        return answers

    def _answered(self, message: Message, reason: str | None, at: datetime) -> list[Record]:
        """Record what came of a message, at once: it must not be sent again because of what comes later."""
        made = message.told(at) if reason is None else [message.failed(at, reason)]
        history.append(self._data, made)
        if reason is None:
            logger.info("told %s; alerts in the message: %d", message.channel, len(message.parts))
        else:
            logger.error("the alert channel %s did not take a message, it is tried again: %s", message.channel, reason)
        return made


def look(watch: Watch, error: str | None) -> bool:
    """Look now; whether an incident began or ended, which the next build shows. What goes wrong is said in the log and
    no reason for anybody to stop."""
    try:
        looked = watch.look(datetime.now(UTC), error)
    except NOT_LOOKED as problem:
        logger.error("alerts could not be looked for, the next look tries again: %s", problem)
        return False
    return looked is not None and looked.begun + looked.ended > 0
