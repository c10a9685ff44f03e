"""Whom the explorer lets in."""

import pytest

from app.allow import read_allow

NOW = 1_800_000_000.0
ADA = {"email": "Ada@Example.com", "email_verified": True, "iat": NOW - 60}


@pytest.mark.parametrize(
    ("allow", "user", "reason"),
    [
        ({"emails": ["ada@example.com"]}, {}, None),
        ({"domains": ["EXAMPLE.com"]}, {}, None),
        ({"everyone": True}, {"email": None}, None),
        ({"domains": ["example.com"]}, {"email": "ada@evil-example.com"}, "may not see this"),
        ({"domains": ["example.com"]}, {"email": "ada@sub.example.com"}, "may not see this"),
        ({"domains": ["example.com"]}, {"email": "example.com"}, "may not see this"),
        ({"emails": ["ada@example.com"]}, {"email_verified": False}, "does not vouch"),
        ({"emails": ["ada@example.com"]}, {"email_verified": None}, "does not vouch"),
        ({"emails": ["ada@example.com"]}, {"email_verified": "true"}, "does not vouch"),
        ({"emails": ["ada@example.com"], "trust_unverified_email": True}, {"email_verified": None}, None),
        ({"emails": ["ada@example.com"]}, {"email": None}, "no e-mail address"),
        ({"everyone": True}, {"iat": NOW - 25 * 3600}, "session is over"),
        ({"everyone": True, "session_hours": 48}, {"iat": NOW - 25 * 3600}, None),
        ({"everyone": True}, {"iat": None}, "session is over"),
    ],
)
def test_who_may_see_the_explorer(allow: dict[str, object], user: dict[str, object], reason: str | None) -> None:
    refusal = read_allow({"allow": allow}).refusal({**ADA, **user}, NOW)
    assert (refusal is None) is (reason is None)
    assert reason is None or (refusal is not None and reason in refusal)
