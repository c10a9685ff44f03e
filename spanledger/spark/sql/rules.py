"""The register of rules: which construct of DuckDB's becomes what in Spark, and why.

A rule is a function from a node of the parsed statement to the node that stands in its place; the parts of the node
have been through the rules before. It is registered under the kinds of node it looks at, or the names of functions that
sqlglot does not know, and returns the node it was given where it has nothing to say. Several rules may look at one
kind: each sees what the one before returned.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp

Rewrite = Callable[[exp.Expression], exp.Expression]


class NotTranslatedError(ValueError):
    """A construct that means something else in Spark, and what to write instead."""


@dataclass(frozen=True)
class Rule:
    """``duckdb`` becomes ``spark``, because ``why``: a row of the table in docs/spark.md."""

    duckdb: str
    spark: str
    why: str
    rewrite: Rewrite


RULES: list[Rule] = []
_BY_KIND: dict[type[exp.Expression] | str, list[Rule]] = {}


def rule(duckdb: str, spark: str, why: str, *kinds: type[exp.Expression] | str) -> Callable[[Rewrite], Rewrite]:
    """Register a function as the rule for nodes of ``kinds``: classes of sqlglot, or lower-case names of functions."""

    def register(rewrite: Rewrite) -> Rewrite:
        one = Rule(duckdb, spark, why, rewrite)
        RULES.append(one)
        for kind in kinds:
            _BY_KIND.setdefault(kind, []).append(one)
        return rewrite

    return register


def apply(tree: exp.Expression) -> exp.Expression:
    """The statement after all rules, innermost nodes first."""
    for node in reversed(list(tree.dfs())):
        kind = node.name.lower() if isinstance(node, exp.Anonymous) else type(node)
        said = node
        for one in _BY_KIND.get(kind, ()):
            said = one.rewrite(said)
        if said is node:
            continue
        if node is tree:
            tree = said
        else:
            node.replace(said)
    return tree


def call(name: str, *arguments: exp.Expression | str | int) -> exp.Expression:
    """A call of one of Spark's functions, written as it stands; texts are SQL."""
    return exp.Anonymous(this=name, expressions=[_node(argument) for argument in arguments])


def said(template: str, **parts: exp.Expression) -> exp.Expression:
    """Spark's SQL with copies of ``parts`` where it says ``:name``."""
    tree = exp.maybe_parse(template, dialect="spark")
    for place in list(tree.find_all(exp.Placeholder)):
        part = parts[place.name].copy()
        wrapped = exp.Paren(this=part) if isinstance(part, exp.Binary | exp.Unary | exp.Between | exp.In) else part
        if place is tree:
            return wrapped
        place.replace(wrapped)
    return tree


def _node(argument: exp.Expression | str | int) -> exp.Expression:
    if isinstance(argument, exp.Expression):
        return argument
    return exp.maybe_parse(str(argument), dialect="spark")
