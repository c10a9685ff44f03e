"""The doctor on tokens, certificates, the login and private files."""

import json
import time
from pathlib import Path

import pytest

from collector.door.tls import TlsError
from spanledger.doctor.security import lasts_until, security
from spanledger.running.login import LoginError, check_explorer, read_login
from spanledger.settings import Settings
from tests.collector.certificates import authority, issued

ENTRY = f'[[token]]\nname = "ci"\nsha256 = "{"0" * 64}"\norganization = "acme"\n'
AUTH = {
    "redirect_uri": "https://costs.example.com/oauth2callback",
    "cookie_secret": "c" * 32,
    "client_id": "x",
    "client_secret": "y",
    "server_metadata_url": "https://login.example.com/.well-known/openid-configuration",
}
ALLOW = '[allow]\ndomains = ["example.com"]\n'
SCOPE = '[[scope]]\nemails = ["ada@example.com"]\norganization = "acme"\n'


def lines(**settings: object) -> list[str]:
    return [finding.line for finding in security(Settings(**settings))]  # type: ignore[arg-type]


def test_tokens_certificates_and_files_are_judged(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(ENTRY + time.strftime("expires = %Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400)))
    ours = authority(tmp_path, "authority")
    good, over = issued(tmp_path, "good", ours), issued(tmp_path, "over", ours, is_expired=True)
    (tmp_path / "hash.key").write_bytes(b"k" * 32)
    for path in (good.key, over.key, tmp_path / "hash.key"):
        path.chmod(0o600)
    said = lines(data=tmp_path, token_file=tokens, tls_cert_file=good.certificate, tls_key_file=good.key)
    assert [line.split()[0] for line in said] == ["ok", "note", "note"]
    assert "1 of 1 entries hold" in said[0]
    assert "ci expires on" in said[1]
    said = lines(data=tmp_path, tls_cert_file=over.certificate, tls_key_file=over.key)
    assert len(said) == 1
    assert "certificate has expired" in said[0]
    (tmp_path / "hash.key").chmod(0o644)
    tokens.write_text("[[token]]")
    said = lines(data=tmp_path, token_file=tokens)
    assert "sha256 must be 64 hex digits" in said[0]
    assert f"others may read {tmp_path / 'hash.key'}  → chmod 600" in said[1]
    with pytest.raises(TlsError, match="has expired"):
        lasts_until(over.certificate, over.key)
    assert lasts_until(good.certificate, good.key) > time.time()


def login(path: Path, allow: str = ALLOW, **changed: str) -> Path:
    said = AUTH | changed
    path.write_text("[auth]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items()) + allow)
    return path


def test_a_good_login_file_is_read(tmp_path: Path) -> None:
    assert read_login(login(tmp_path / "scopes.toml", SCOPE))["client_id"] == "x"
    path = login(tmp_path / "login.toml")
    assert read_login(path)["client_id"] == "x"
    check_explorer(Settings(app_host="0.0.0.0", login_file=path))
    check_explorer(Settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "costs.example.com"])
def test_without_a_login_the_explorer_stays_on_this_machine(host: str) -> None:
    with pytest.raises(LoginError, match="would show every figure to anyone on the network"):
        check_explorer(Settings(app_host=host))


@pytest.mark.parametrize(
    ("changed", "allow", "message"),
    [
        ({"cookie_secret": "short"}, ALLOW, "cookie_secret must be at least 32"),
        ({"client_id": ""}, ALLOW, r"\[auth\] needs client_id"),
        ({"redirect_uri": "http://costs.example.com/oauth2callback"}, ALLOW, "redirect_uri must begin with https"),
        ({"redirect_uri": "https://costs.example.com/"}, ALLOW, "with /oauth2callback behind it"),
        ({"server_metadata_url": "http://login.example.com/"}, ALLOW, "server_metadata_url must begin with https"),
        ({}, "", r"expected a table \[allow\]"),
        ({}, "[allow]\n", "lets nobody in"),
        ({}, '[allow]\nemail = ["a@b.c"]\n', r"\[allow\] has no 'email'"),
        ({}, '[allow]\nemails = "a@b.c"\n', "emails must be a list"),
        ({}, ALLOW + "session_hours = 10000\n", "session_hours must be a number"),
        ({}, ALLOW + 'everyone = "yes"\n', "everyone must be true or false"),
        ({}, ALLOW + SCOPE, r"\[allow\] domains cannot stand beside \[\[scope\]\]"),
        ({}, SCOPE + "teams = []\n", r"\[\[scope\]\] 1 teams is empty"),
        ({}, '[[scope]]\nemails = ["a@b.c"]\n', r"\[\[scope\]\] 1 organization must be the name of one"),
    ],
)
def test_a_login_file_that_is_wrong_is_named(tmp_path: Path, changed: dict[str, str], allow: str, message: str) -> None:
    with pytest.raises(LoginError, match=message):
        read_login(login(tmp_path / "login.toml", allow, **changed))
