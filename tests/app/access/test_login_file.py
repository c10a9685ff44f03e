"""Who sees everything, who sees which rows, and who nothing; what the login file must say."""

import tomllib
from typing import Any

import pytest

from app.access import EVERYTHING, Grant, LoginFileError, RefusedError, Scope, read_rules

NOW = 1_800_000_000.0
ADA = {"email": "Ada@Example.com", "email_verified": True, "iat": NOW - 60}
SEARCH = {"organization": "acme", "teams": ["search"]}


def scope(tables: dict[str, Any], user: dict[str, Any]) -> Scope:
    return read_rules(tables).scope({**ADA, **user}, NOW)


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
        ({"everyone": True}, {"iat": True}, "session is over"),
        ({"groups": ["finops"]}, {"groups": ["finops"], "email": None}, None),
        ({"groups": ["finops"]}, {"groups": ["FinOps"]}, "may not see this"),
        ({"groups": ["finops"]}, {"groups": "finops"}, None),
        ({"groups": ["finops"]}, {"groups": "dev finops"}, "may not see this"),
        ({"groups": ["finops"]}, {"groups": ["finops", 7]}, "may not see this"),
        ({"groups": ["finops"]}, {"groups": {"finops": True}}, "may not see this"),
        ({"groups": ["finops"]}, {"roles": ["finops"]}, "may not see this"),
        ({"groups": ["finops"], "groups_claim": "realm_access.roles"}, {"realm_access": {"roles": ["finops"]}}, None),
        ({"groups": ["a"], "groups_claim": "https://x.example/g"}, {"https://x.example/g": ["a"]}, None),
        ({"groups": ["finops"], "groups_claim": "a.b.c"}, {"a": "finops"}, "may not see this"),
    ],
)
def test_who_sees_everything(allow: dict[str, object], user: dict[str, object], reason: str | None) -> None:
    if reason is None:
        assert scope({"allow": allow}, user) == EVERYTHING
        return
    with pytest.raises(RefusedError, match=reason):
        scope({"allow": allow}, user)


@pytest.mark.parametrize("who", [{"emails": ["ada@example.com"]}, {"domains": ["example.com"]}, {"groups": ["g"]}])
def test_who_sees_rows_of_a_team(who: dict[str, list[str]]) -> None:
    seen = scope({"scope": [{**who, **SEARCH}]}, {"groups": ["g"]})
    assert seen == Scope.of([Grant("acme", ("search",))])
    assert not seen.is_everything


@pytest.mark.parametrize(
    "user", [{"email": "eve@elsewhere.example"}, {"email_verified": False}, {"iat": 0}, {"email": "a@EXAMPLE.com.evil"}]
)
def test_a_scope_lets_in_nobody_else(user: dict[str, object]) -> None:
    with pytest.raises(RefusedError):
        scope({"scope": [{"domains": ["example.com"], **SEARCH}]}, user)


def test_rights_add_up_and_their_loss_shows_less() -> None:
    tables = {
        "allow": {"groups": ["finops"]},
        "scope": [
            {"groups": ["search"], **SEARCH},
            {"emails": ["ada@example.com"], "organization": "acme", "projects": ["bots"]},
        ],
    }
    own = Grant("acme", (), ("bots",))
    assert scope(tables, {"groups": ["search", "finops"]}) == EVERYTHING
    assert scope(tables, {"groups": ["search"]}).grants == (own, Grant("acme", ("search",)))
    assert scope(tables, {}).grants == (own,)
    with pytest.raises(RefusedError):
        scope(tables, {"email": "grace@example.com"})


def test_equal_scopes_have_one_text_and_others_another() -> None:
    one, other = Grant("acme", ("a", "b")), Grant("acme", ("a,b",))
    assert Scope.of([one, other]).text == Scope.of([other, one, one]).text
    texts = {Scope.of(list(grants)).text for grants in ([one], [other], [one, other], [Grant("acme", (), ("a", "b"))])}
    assert len(texts) == 4
    for text in texts:
        assert Scope.parse(text).text == text
    assert Scope.parse(EVERYTHING.text) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"expected a table \[allow\]"),
        ("[allow]", "lets nobody in"),
        ("[allow]\nemail = ['a@b.c']", r"\[allow\] has no 'email'"),
        ("[allow]\ngroups = ['g']\ngroups_claim = 7", "groups_claim must be the name of a claim"),
        ("[scope]\nemails = ['a@b.c']", r"expected tables \[\[scope\]\]"),
        ("[[scope]]\norganization = 'acme'", r"\[\[scope\]\] 1 is nobody's"),
        ("[[scope]]\nemails = ['a@b.c']\nteams = ['x']", r"\[\[scope\]\] 1 organization must be the name"),
        ("[[scope]]\nemails = ['a@b.c']\norganization = ['acme']", "organization must be the name of one"),
        ("[[scope]]\nemails = ['a@b.c']\norganization = 'acme'\nteams = []", r"\[\[scope\]\] 1 teams is empty"),
        ("[[scope]]\nemails = ['a@b.c']\norganization = 'acme'\nteams = ['']", "teams must be a list of names"),
        ("[[scope]]\nemails = ['a@b.c']\norganization = 'acme'\nteam = 'x'", r"\[\[scope\]\] 1 has no 'team'"),
        (
            "[allow]\ndomains = ['b.c']\n[[scope]]\nemails = ['a@b.c']\norganization = 'acme'",
            r"\[allow\] domains cannot stand beside \[\[scope\]\]: whoever falls out",
        ),
        (
            "[allow]\neveryone = true\n[[scope]]\nemails = ['a@b.c']\norganization = 'acme'",
            r"\[allow\] everyone cannot stand beside",
        ),
    ],
)
def test_an_error_names_the_key_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(LoginFileError, match=message):
        read_rules(tomllib.loads(text))


def test_calls_without_an_organization_can_be_a_scope() -> None:
    grant = scope({"scope": [{"emails": ["ada@example.com"], "organization": ""}]}, {})
    assert grant.title == "calls that name no organization"
