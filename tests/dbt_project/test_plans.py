"""How DuckDB means to join large tables: what a plan over an empty lake does not show."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
from jinja2 import Environment

from spanledger.published.project import PROJECT

CALLS = """
    create table int_candidates as
    select
        'org-' || i % 4 as organization, md5(i::varchar) as trace_id, i::varchar as span_id,
        'service-' || i % 12 as service_name, 'scope-' || i % 3 as scope_name, 'response-' || i as response_id,
        'm' as request_model, 'm' as response_model, i * 7 % 5003 as input_tokens, i * 3 % 501 as output_tokens,
        0::bigint as cached_input_tokens, 0::bigint as cache_write_tokens, 'session-' || i // 5 as session_key,
        'span' as signal, i * 1000 as start_ns, i * 1000 + 500 as end_ns
    from range(20000) as calls(i);
    create table int_call_groups as select organization, trace_id, span_id, span_id as group_id from int_candidates
"""


def test_calls_of_an_organization_never_meet_each_other_before_their_ids_do() -> None:
    """Else a build's time grows with the square of its calls: 240,000 of each of four organizations took hours."""
    connection = duckdb.connect()
    connection.execute(CALLS)
    [(_, plan)] = connection.execute(f"explain (format json) {_model('int_trace_folds')}").fetchall()
    joins = list(_conditions(json.loads(plan)))
    assert any("trace_id = trace_id" in join for join in joins)
    assert [join for join in joins if join in ("organization = organization", ["organization = organization"])] == []


def _model(name: str) -> str:
    """A model's SQL, its inputs being tables of their names."""
    macros = "".join((PROJECT / "macros" / f"{one}.sql").read_text() for one in ("roles", "columns", "sighting_keys"))
    [path] = PROJECT.rglob(f"{name}.sql")
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    return environment.from_string(macros + path.read_text()).render(ref=lambda model: model)


def _conditions(nodes: list[dict[str, Any]]) -> Iterator[Any]:
    for node in nodes:
        if "Conditions" in node.get("extra_info", {}):
            yield node["extra_info"]["Conditions"]
        yield from _conditions(node["children"])
