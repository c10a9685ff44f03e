"""The paths over HTTP: who may ask what, and how refusals read."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.collector.running import Collector, Response, configuration, wait_until

TOKENS = {
    "asker": ("acme", ["budget"]),
    "sender": ("acme", ["ingest"]),
    "boss": ("acme", ["admin", "read"]),
    "reader": ("acme", ["read"]),
    "past": ("acme", ["budget", "admin"]),
}
EXPIRED = {"past": "expires = 2026-01-01T00:00:00Z\n"}
BUDGETS = """\
budgets:
  - {id: ours, owner: a@example.com, scope: {organization: acme}, unit: usd, limit: 1, window: total,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: theirs, owner: b@example.com, scope: {organization: other}, unit: usd, limit: 1, window: total,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
  - {id: everybodys, owner: c@example.com, scope: {environment: staging}, unit: usd, limit: 1, window: total,
     thresholds: [{at: 100%, policy: pause}], when_unreachable: deny}
"""
END = "2099-01-01"


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("endpoints")
    tokens, budgets = folder / "tokens.toml", folder / "budgets.yaml"
    budgets.write_text(BUDGETS)
    tokens.write_text(
        "".join(
            f'[[token]]\nname = "{name}"\nsha256 = "{hashlib.sha256(name.encode()).hexdigest()}"\n'
            f'organization = "{organization}"\nscopes = {json.dumps(scopes)}\n{EXPIRED.get(name, "")}'
            for name, (organization, scopes) in TOKENS.items()
        )
    )
    with Collector(configuration(folder / "data", token_file=tokens, budgets_file=budgets)) as collector:
        yield collector


def ask(collector: Collector, path: str, body: Any, token: str = "asker", **headers: str) -> Response:
    said = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", "authorization": f"Bearer {token}", **headers}
    return collector.request("POST", path, said, given)


def test_the_tokens_organization_takes_the_place_of_the_bodys(collector: Collector) -> None:
    body = {"scope": {"organization": "other"}, "estimate": {"usd": "0.1"}}
    answer = json.loads(ask(collector, "/v1/budget/check", body).body)
    assert [one["budget_id"] for one in answer["counters"]] == ["ours"]


@pytest.mark.parametrize(
    ("path", "body", "more", "status", "words"),
    [
        ("/v1/budget/check", {}, {"token": "sender"}, 403, "the scope 'budget' is needed"),
        ("/v1/budget/check", {}, {"token": "nobody"}, 401, "not known here"),
        ("/v1/budget/check", b"{", {}, 400, "the body is no JSON"),
        ("/v1/budget/check", [], {}, 400, "the body: expected an object, got a list"),
        ("/v1/budget/check", {"scope": {"usr": "x"}}, {}, 400, "scope.usr: no such field"),
        ("/v1/budget/check", {}, {"content-type": "text/plain"}, 415, "expected application/json"),
        ("/v1/budget/settle", {"reservation_id": "x", "spent": {}}, {}, 404, "reservation_id: x is not known here"),
        ("/v1/budget/settle", {"reservation_id": "x"}, {}, 400, "spent: expected an object"),
        ("/v1/budget/release", {}, {}, 400, "reservation_id: expected"),
        ("/v1/annotations", {"kind": "budget_override"}, {}, 403, "the scope 'admin' is needed"),
        ("/v1/annotations", {"kind": "poem"}, {"token": "boss"}, 400, "kind: expected one of"),
        (
            *("/v1/annotations", {"kind": "budget_override", "budget": "ours", "limit": "2", "valid_to": END}),
            *({"token": "boss"}, 400, "expected the key reason"),
        ),
        (
            "/v1/annotations",
            {"kind": "budget_override", "budget": "theirs", "limit": "2", "reason": "x", "valid_to": END},
            *({"token": "boss"}, 400, "theirs is not one of organization acme"),
        ),
        (
            "/v1/annotations",
            {"kind": "budget_override", "budget": "everybodys", "limit": "2", "reason": "x", "valid_to": END},
            *({"token": "boss"}, 400, "everybodys is no single organization's"),
        ),
    ],
)
def test_refusals(collector: Collector, path: str, body: Any, more: dict[str, str], status: int, words: str) -> None:
    answer = ask(collector, path, body, **more)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert words in json.loads(answer.body)["error"]


@pytest.mark.parametrize("path", ["budget/check", "budget/settle", "budget/release", "annotations"])
def test_no_other_scope_and_no_expired_token_asks(collector: Collector, path: str) -> None:
    body = {"kind": "anomaly_note", "anomaly": "3f9c", "note": "x"} if path == "annotations" else {}
    said = {token: ask(collector, f"/v1/{path}", body, token).status for token in ("sender", "reader", "past")}
    assert said == {"sender": 403, "reader": 403, "past": 401}
    assert collector.request("POST", f"/v1/{path}", b"{}", {"content-type": "application/json"}).status == 401


def test_only_post_is_taken(collector: Collector) -> None:
    answer = collector.request("GET", "/v1/budget/check")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_an_override_is_kept_with_who_gave_it(collector: Collector) -> None:
    body = {"scope": {}, "estimate": {"usd": "5"}, "reserve": False}
    assert json.loads(ask(collector, "/v1/budget/check", body).body)["verdict"] == "deny"
    override = {"kind": "budget_override", "budget": "ours", "limit": "10", "reason": "a fair", "valid_to": END}
    said = json.loads(ask(collector, "/v1/annotations", override, "boss").body)
    assert said["effective"]
    assert json.loads(ask(collector, "/v1/budget/check", body).body)["verdict"] == "allow"
    [path] = (collector.config.data / "records" / "annotations").glob("*.parquet")
    assert path.stem == said["annotation_id"]


def test_notes_on_anomalies_are_kept(collector: Collector) -> None:
    note = {"kind": "anomaly_note", "anomaly": "3f9c", "note": "a load test"}
    assert ask(collector, "/v1/annotations", note, "boss").status == 200
    assert "note: expected a text" in ask(collector, "/v1/annotations", {**note, "note": 5}, "boss").body.decode()


def test_what_is_wrong_and_what_was_decided_is_shown(collector: Collector) -> None:
    bearer = {"authorization": "Bearer boss"}
    ask(collector, "/v1/budget/check", {"estimate": {"usd": "0.01"}})
    metrics = collector.request("GET", "/metrics", None, bearer).body.decode()
    assert 'spanledger_budget_requests_total{path="/v1/budget/check",status="200"}' in metrics
    assert 'spanledger_budget_decisions_total{verdict="allow"}' in metrics
    budgets = collector.config.budgets_file
    assert budgets is not None
    budgets.write_text(BUDGETS.replace("unit: usd", "unit: eggs"))
    wait_until(lambda: b"unit" in collector.request("GET", "/readyz", None, bearer).body, "the broken file to be shown")
    ready = collector.request("GET", "/readyz", None, bearer)
    assert ready.status == 200
    assert "budgets.yaml:2" in json.loads(ready.body)["warnings"][0]
    assert ask(collector, "/v1/budget/check", {"estimate": {"usd": "0.01"}}).status == 200
