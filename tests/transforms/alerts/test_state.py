"""What is told to whom, from records alone: once, again when it gets worse, and when it is over."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.alerts import records, words
from transforms.alerts.event import KINDS, Event
from transforms.alerts.incidents import LONGEST_PAUSE, replay
from transforms.alerts.records import MUTED, Record
from transforms.alerts.rule_file import read_alert_rules
from transforms.alerts.rules import AlertRules
from transforms.alerts.telling import due
from transforms.alerts.watching import advance

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANNELS = "channels:\n  web: {url: json://localhost}\n  mail: {url: mailto://localhost}\n"


def rules_of(text: str) -> AlertRules:
    return read_alert_rules(CHANNELS + text, "alerts.yaml")


def event(key: str = "a", level: int = 0, severity: str = "warning") -> Event:
    return Event("budget", key, severity, START, f"budget {key}", level=level, owner="ann", scope=(("user_id", key),))


class Story:
    """Looks one after another, every message taken unless said."""

    def __init__(self, rules: AlertRules) -> None:
        self.rules, self.said, self.now = rules, list[Record](), START

    def look(self, *events: Event, after: timedelta = MINUTE, refusing: Iterable[str] = ()) -> list[tuple[str, str]]:
        """(channel, phases) of what was sent."""
        self.now += after
        self.said += advance(replay(self.said), events, KINDS, self.rules, self.now)
        messages = due(replay(self.said), self.rules, self.now)
        for one in messages:
            is_refused = one.channel in refusing
            self.said += [one.failed(self.now, "refused")] if is_refused else one.told(self.now)
        return [(one.channel, " ".join(part.phase for part in one.parts)) for one in messages]


ALL_TO_WEB = "rules:\n  - {to: web}\n"


def test_an_incident_is_told_once_and_once_more_when_it_is_over() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    assert story.look(event()) == [("web", "firing")]
    assert story.look(event()) == []
    assert story.look() == [], "a recovery counts once it has lasted"
    assert story.look(after=6 * MINUTE) == [("web", "recovered")]
    assert story.look(after=24 * 60 * MINUTE) == []
    assert story.look(event()) == [("web", "firing")]
    assert len(replay(story.said).incidents) == 2


def test_what_flaps_is_one_incident() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    sent = [story.look(*([event()] if turn % 2 == 0 else [])) for turn in range(10)]
    assert sent == [[("web", "firing")], *[[]] * 9]
    assert len(replay(story.said).incidents) == 1


def test_worse_is_told_again_and_milder_is_not() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    sent = [story.look(event(level=level)) for level in (1, 2, 1, 2, 3)]
    assert sent == [[("web", "firing")], [("web", "worse")], [], [], [("web", "worse")]]


def test_what_one_look_finds_is_one_message_for_each_channel() -> None:
    story = Story(rules_of("rules:\n  - {to: web}\n  - {to: [mail, web], severity: critical}\n"))
    sent = story.look(event("a"), event("b"), event("c", severity="critical"))
    assert sent == [("web", "firing firing firing"), ("mail", "firing")]


def test_the_first_waits_for_others_and_what_ended_meanwhile_is_told_too() -> None:
    story = Story(rules_of("rules:\n  - {to: web, group: 10m}\n"))
    assert story.look(event("a")) == []
    assert story.look(event("b"), after=4 * MINUTE) == []
    assert story.look(event("b"), after=6 * MINUTE) == [("web", "over firing")]


def test_a_channel_that_fails_is_tried_again_later_each_time_and_holds_no_other() -> None:
    story = Story(rules_of("rules:\n  - {to: [web, mail]}\n"))
    tries = [story.look(event(), after=MINUTE / 2, refusing=["web"]) for _ in range(2000)]
    assert [sent for sent in tries if ("mail", "firing") in sent] == [tries[0]], "the other one is told once"
    attempts = [place for place, sent in enumerate(tries) if ("web", "firing") in sent]
    pauses = [b - a for a, b in itertools.pairwise(attempts)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert max(pauses) * MINUTE / 2 == LONGEST_PAUSE
    assert story.look(event(), after=LONGEST_PAUSE) == [("web", "firing")]
    assert not replay(story.said).failing
    assert story.look(event(), after=LONGEST_PAUSE) == []


def test_quiet_hours_hold_what_is_not_critical_and_sum_it_up_after() -> None:
    quiet = "quiet_hours:\n  - {from: '13:00', to: '15:00', time_zone: UTC}\n"
    story = Story(rules_of(ALL_TO_WEB + quiet))
    assert story.look(event("a"), after=70 * MINUTE) == []
    assert story.look(event("b"), event("c", severity="critical")) == [("web", "firing")]
    assert story.look(event("b")) == []
    assert story.look(event("b"), after=120 * MINUTE) == [("web", "over firing recovered")]
    assert story.look(event("b"), after=120 * MINUTE) == []


def test_repeats_and_escalation_to_the_owner() -> None:
    story = Story(
        rules_of("owners: {ann: mail}\nrules:\n  - {to: web, repeat_after: 1h, escalate: {after: 90m, to: owner}}\n")
    )
    sent = [story.look(event(), after=30 * MINUTE) for _ in range(6)]
    assert sent == [
        [("web", "firing")],
        [],
        [("web", "still")],
        [("mail", "firing")],
        [("web", "still")],
        [("mail", "still")],
    ]
    assert story.look(after=10 * MINUTE) == []
    assert story.look(after=10 * MINUTE) == [("web", "recovered"), ("mail", "recovered")]


def test_whom_the_event_names_is_told() -> None:
    named = Event("budget", "x", "warning", START, "budget x", tell=("boss",))
    assert Story(rules_of("owners: {boss: mail}\n" + ALL_TO_WEB)).look(named) == [("web", "firing"), ("mail", "firing")]


def test_muted_is_told_to_nobody_until_the_mute_is_over() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    story.look(event())
    mute = Record(story.now, MUTED, "", event().fingerprint, reason="known", by="ann", until=START + 60 * MINUTE)
    story.said.append(mute)
    assert story.look(event(level=5)) == []
    assert story.look(after=10 * MINUTE) == []
    assert story.look(event(), after=10 * MINUTE) == []
    assert story.look(event(), after=40 * MINUTE) == [("web", "firing")]


def test_without_rules_everything_is_listed_and_nobody_is_told() -> None:
    story = Story(AlertRules())
    assert story.look(event()) == []
    assert [one.event.key for one in replay(story.said).firing] == ["a"]
    story.rules = rules_of(ALL_TO_WEB)
    assert story.look(event()) == [("web", "firing")], "a rule that comes later speaks of what fires"
    story.rules = rules_of("rules:\n  - {to: mail}\n")
    assert story.look(after=60 * MINUTE) == []
    assert story.look(after=60 * MINUTE) == [], "and not of what is over"


def test_kinds_that_could_not_be_asked_for_stay_as_they_are() -> None:
    said = advance(replay([]), [event()], KINDS, AlertRules(), START)
    assert advance(replay(said), [], {"silence"}, AlertRules(), START + MINUTE) == []


def test_records_survive_their_table_and_a_clock_that_was_set_back() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    story.look(event(level=3))
    story.look(event(level=4), after=-60 * MINUTE)
    rows = records.table(story.said)
    again = records.read(pa.concat_tables([rows, rows]))
    assert again == story.said
    assert replay(again) == replay(story.said)


def test_a_record_of_an_unknown_incident_is_named() -> None:
    with pytest.raises(ValueError, match="speaks of the incident nowhere"):
        replay([Record(START, records.RECOVERED, "nowhere")])


def test_the_text_has_amount_scope_since_and_link() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    story.said += advance(replay([]), [event("u 1")], KINDS, story.rules, START)
    (message,) = due(replay(story.said), story.rules, START)
    text = words.write(message, "https://costs.example.com")
    incident = message.parts[0].incident.incident_id
    assert text.title == "SpanLedger: Warning: budget u 1"
    assert text.body == (
        "Warning: budget u 1\nsince 2026-11-20 12:00 UTC; user u 1; owner ann\n"
        f"https://costs.example.com/alerts (incident {incident})"
    )


def test_a_message_describes_ten_and_counts_the_rest() -> None:
    story = Story(rules_of(ALL_TO_WEB))
    story.said += advance(replay([]), [event(str(n)) for n in range(25)], KINDS, story.rules, START)
    (message,) = due(replay(story.said), story.rules, START)
    text = words.write(message, "http://x")
    assert text.title == "SpanLedger: 25 alerts"
    assert text.body.count("(incident ") == 10
    assert text.body.endswith("… and 15 more: http://x/alerts")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.booleans(), st.integers(1, 90)), max_size=25))
def test_each_incident_is_told_once_whatever_fails(turns: list[tuple[set[str], bool, int]]) -> None:
    """Any story of what fires and when the channel refuses: once all is over and it takes again, each incident was
    begun by one message and ended by at most one."""
    story = Story(rules_of(ALL_TO_WEB))
    for keys, refuses, minutes in turns:
        story.look(*map(event, sorted(keys)), after=minutes * MINUTE, refusing=["web"] if refuses else [])
    story.look(after=2 * LONGEST_PAUSE)
    story.look(after=2 * LONGEST_PAUSE)
    for incident in replay(story.said).incidents.values():
        phases = [one.phase for one in story.said if one.action == "told" and one.incident_id == incident.incident_id]
        assert phases in (["firing", "recovered"], ["over"]), phases
