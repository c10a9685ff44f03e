"""The token file and the gate: what is read, who is let in, what is said of those who are not."""

import base64
import hashlib
import logging
from pathlib import Path

import pytest

from collector.door.answers import Kind, RefusedError
from collector.door.gate import Admitted, Caller, Gate, PeerCertificate
from collector.door.refusals import WINDOW_S, Refusals
from collector.door.reloading import Reloading
from collector.door.tokens import SCOPES, Credentials, TokenFileError, load_tokens, parse

DIGEST = hashlib.sha256(b"secret").hexdigest()
ENTRY = f'[[token]]\nsha256 = "{DIGEST}"\norganization = "acme"\n'
CERTIFICATE = '[[certificate]]\norganization = "acme"\n'
NOW = 1_790_000_000.0


def gate(text: str, refusals: Refusals | None = None) -> Gate:
    known = parse(text, "tokens")
    return Gate(lambda: known, refusals, clock=lambda: NOW)


def bearer(secret: str = "secret", **more: str) -> Caller:
    return Caller({"authorization": f"Bearer {secret}", **more}, "192.0.2.7")


def refusal(text: str, caller: Caller, scope: str = "ingest") -> tuple[Kind, str]:
    with pytest.raises(RefusedError) as caught:
        gate(text).admit(caller, scope, "traces over http")
    return caught.value.answer.kind, caught.value.answer.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY + 'scopes = ["ingest", "everything"]', r"\['everything'\] are no scopes; expected some of \['ingest'"),
        (ENTRY + "scopes = []", "scopes must be a list"),
        (ENTRY + "expires = 2027-01-01T00:00:00", "token 1: expires must be a time with its zone"),
        (ENTRY + "not_before = 5", "token 1: not_before must be a time"),
        (ENTRY + 'name = ""', "name must be a name"),
        (ENTRY + 'name = "two\\nlines"', "name must be a name"),
        (ENTRY + ENTRY, "stands twice"),
        (ENTRY + 'name = "a"\n' + ENTRY.replace(DIGEST, "0" * 64) + 'name = "a"', "name 'a' stands twice"),
        (ENTRY + 'common_name = "a"', r"got \['common_name'\] beside them"),
        (CERTIFICATE, "certificate 1: expected either sha256 or common_name"),
        (CERTIFICATE + f'common_name = "a"\nsha256 = "{DIGEST}"', "expected either sha256 or common_name"),
        (CERTIFICATE + 'common_name = "a"\n' + CERTIFICATE + 'common_name = "a"', "stands twice"),
        ("token = 7", "token must be a list of tables"),
        ('[[tokens]]\nsha256 = ""', r"got \['tokens'\]"),
    ],
)
def test_a_file_that_could_mean_something_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(TokenFileError, match=message):
        parse(text, "token file x")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "tokens.toml").write_bytes(b"\xff")
    with pytest.raises(TokenFileError, match=r"token file .*tokens\.toml"):
        load_tokens(tmp_path / "tokens.toml")


def test_an_entry_without_scopes_may_ingest_and_say_outcomes_and_nothing_else() -> None:
    for scope in SCOPES:
        if scope in ("ingest", "outcomes"):
            assert gate(ENTRY).admit(bearer(), scope, "") == Admitted(f"token-{DIGEST[:8]}", "acme")
        else:
            assert refusal(ENTRY, bearer(), scope) == (Kind.FORBIDDEN, f"the scope {scope!r} is needed")


def test_admin_may_everything() -> None:
    for scope in SCOPES:
        assert gate(ENTRY + 'scopes = ["admin"]').admit(bearer(), scope, "").organization == "acme"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "bearer  secret"},
        {"authorization": "Basic " + base64.b64encode(b"public:secret").decode()},
        {"x-api-key": "secret"},
    ],
)
def test_a_token_may_come_in_three_ways(headers: dict[str, str]) -> None:
    assert gate(ENTRY).admit(Caller(headers), "ingest", "").organization == "acme"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "a token is needed"),
        ({"authorization": "Bearer "}, "a token is needed"),
        ({"authorization": "Bearer Secret"}, "the token is not known here"),
        ({"authorization": f"Bearer {DIGEST}"}, "the token is not known here"),
        ({"authorization": "Basic !"}, "the Basic authorization is not base64"),
        ({"authorization": "Basic \xe9"}, "the Basic authorization is not base64"),
        ({"authorization": "Basic " + base64.b64encode(b"secret").decode()}, "the token is not known here"),
        ({"authorization": "Digest secret"}, "a token is needed"),
    ],
)
def test_who_shows_no_known_token_is_a_stranger(headers: dict[str, str], reason: str) -> None:
    kind, message = refusal(ENTRY, Caller(headers))
    assert kind is Kind.UNAUTHENTICATED
    assert message.startswith(reason)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("expires = 2020-01-01T00:00:00Z", "has expired"),
        ("expires = 2020-01-01", "has expired"),
        ("not_before = 2099-01-01T00:00:00+02:00", "does not hold yet"),
        ("revoked = 2020-01-01T00:00:00Z", "has been revoked"),
    ],
)
def test_a_token_outside_its_time_is_refused(line: str, reason: str) -> None:
    assert refusal(ENTRY + line, bearer()) == (Kind.UNAUTHENTICATED, f"the token {reason}")


def test_a_token_holds_from_its_first_second_to_before_its_last() -> None:
    entry = parse(ENTRY + "not_before = 2026-01-01T00:00:00Z\nexpires = 2026-01-02T00:00:00Z", "x")
    first = entry.tokens[0].not_before or 0.0
    for at, is_in in ((first - 1, False), (first, True), (first + 86_399, True), (first + 86_400, False)):
        assert Gate(lambda: entry, clock=lambda at=at: at).may(bearer(), "ingest") is is_in  # type: ignore[misc]


def test_a_certificate_is_known_by_fingerprint_or_by_common_name_and_a_bad_token_is_not_made_good_by_it() -> None:
    by_name = PeerCertificate(b"x" * 32, "agents.acme")
    text = ENTRY + CERTIFICATE + 'common_name = "agents.acme"'
    assert gate(text).admit(Caller({}, certificate=by_name), "ingest", "") == Admitted("agents.acme", "acme")
    pinned = CERTIFICATE + f'sha256 = "{(b"x" * 32).hex()}"'
    assert gate(pinned).admit(Caller({}, certificate=by_name), "ingest", "").organization == "acme"
    caller = Caller(bearer("wrong").headers, certificate=by_name)
    assert refusal(text, caller) == (Kind.UNAUTHENTICATED, "the token is not known here")
    nameless = PeerCertificate(b"y" * 32, "")
    assert refusal(text, Caller({}, certificate=nameless))[1] == "the certificate is not known here"


def test_a_token_s_hash_is_not_a_certificate_and_the_reverse() -> None:
    shown = PeerCertificate(hashlib.sha256(b"secret").digest(), "")
    assert refusal(ENTRY, Caller({}, certificate=shown))[0] is Kind.UNAUTHENTICATED
    assert refusal(CERTIFICATE + f'sha256 = "{DIGEST}"', bearer())[0] is Kind.UNAUTHENTICATED


def test_without_a_file_everyone_is_nobody_in_particular() -> None:
    assert Gate(None).admit(Caller({}), "admin", "") == Admitted("", None)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_refusals_are_said_once_a_minute_with_a_count_and_without_the_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    refusals = Refusals(clock)
    door = gate(ENTRY + 'name = "ci"\nexpires = 2020-01-01', refusals)
    with caplog.at_level(logging.WARNING):
        for caller in (bearer(), bearer("hunter2"), Caller({}, "192.0.2.7"), Caller({}, "192.0.2.8")) * 5:
            assert not door.may(caller, "ingest")
            with pytest.raises(RefusedError):
                door.admit(caller, "ingest", "traces over http")
        assert len(caplog.messages) == 4
        assert caplog.messages[0] == "refused ci (traces over http, from 192.0.2.7): the token has expired"
        clock.now += WINDOW_S
        refusals.sweep()
        assert caplog.messages[4] == "refused ci 4 more times within a minute: the token has expired"
        assert len(caplog.messages) == 8
        with pytest.raises(RefusedError):
            door.admit(bearer(), "ingest", "traces over http")
        assert len(caplog.messages) == 9
    assert "secret" not in caplog.text
    assert "hunter2" not in caplog.text


def test_refusals_of_very_many_addresses_share_a_line(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(Clock())
    with caplog.at_level(logging.WARNING):
        for number in range(3000):
            refusals.note(f"address {number}", "a token is needed", "traces")
        refusals.sweep(is_final=True)
    assert len(caplog.messages) == 1002
    assert caplog.messages[-1] == "refused other senders 1999 more times within a minute: a token is needed"


def test_a_changed_file_is_read_and_a_broken_one_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(ENTRY)
    watched: Reloading[Credentials] = Reloading("token file", [path], lambda: load_tokens(path))
    door = Gate(lambda: watched.value)
    assert not watched.refresh()
    with caplog.at_level(logging.ERROR):
        path.write_text("")
        assert not watched.refresh()
        assert not watched.refresh()
        path.unlink()
        assert not watched.refresh()
    assert len(caplog.records) == 2, "once for the broken file, once for the missing one"
    assert "the one before still holds" in watched.problem
    assert door.may(bearer(), "ingest")
    path.write_text(ENTRY.replace(DIGEST, "0" * 64))
    assert watched.refresh()
    assert (watched.problem, door.may(bearer(), "ingest")) == ("", False)
