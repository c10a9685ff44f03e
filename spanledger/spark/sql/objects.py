"""JSON objects, and texts as a URL holds them."""

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


@rule(
    "`json_merge_patch('{}', json_object(name, value, …))`",
    "`to_json(named_struct(name, value, …))`",
    "Spark's `to_json` leaves out what is null, which DuckDB does in merging",
    "json_merge_patch",
)
def _object(node: exp.Expression) -> exp.Expression:
    empty, made = node.expressions
    if empty.name != "{}" or not isinstance(made, exp.JSONObject):
        raise NotTranslatedError(f"merged JSON other than an object's: {node.sql('duckdb')}")
    members = [part for pair in made.expressions for part in (pair.this, pair.expression)]
    return call("to_json", call("named_struct", *members))


@rule("`json_valid(s)`", "`try_parse_json(s) is not null`, null for null", "another form", "json_valid")
def _is_valid(node: exp.Expression) -> exp.Expression:
    return said("(case when :s is not null then try_parse_json(:s) is not null end)", s=node.expressions[0])


@rule("`json_type(s) = 'ARRAY'`", "whether `s` begins with a bracket", "Spark names types otherwise", exp.JSONType)
def _type(node: exp.Expression) -> exp.Expression:
    return said(r"(case when ltrim(:s) like '[%' then 'ARRAY' else 'OTHER' end)", s=node.this)


@rule(
    "`url_encode(s)`",
    "`url_encode(s)` with `%20`, `%2A` and `~`",
    "Spark encodes as a form is: a plus for a blank, `*` as it is, `~` not",
    "url_encode",
)
def _encoded(node: exp.Expression) -> exp.Expression:
    plain = call("url_encode", node.expressions[0])
    return said("replace(replace(replace(:s, '+', '%20'), '*', '%2A'), '%7E', '~')", s=plain)
