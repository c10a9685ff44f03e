"""Whole numbers divided, those beyond 64 bits too, and decimals cut off."""

from sqlglot import exp

from spanledger.spark.sql.rules import rule, said


@rule("`a // b`, `a % b`", "`a div nullif(b, 0)`", "null where `b` is 0, in Spark an error", exp.IntDiv, exp.Mod)
def _whole_division(node: exp.Expression) -> exp.Expression:
    below = node.expression.unnest()
    if not isinstance(below, exp.Literal | exp.Nullif):
        node.set("expression", said("nullif(:b, 0)", b=node.expression))
    return node


@rule(
    "`a // b` of huge integers",
    "`(a - a % b) / b` of decimals, which comes out whole",
    "Spark's `div` gives 64 bits whatever its parts; other whole numbers keep it",
    exp.IntDiv,
)
def _huge_division(node: exp.Expression) -> exp.Expression:
    if not (_is_huge(node.this) or _is_huge(node.expression)):
        return node
    # a divisor of 19 digits leaves 29 of the quotient before the point: see Spark's rule for the type of a quotient
    return said(
        "cast((cast(:a as decimal(38, 0)) - cast(:a as decimal(38, 0)) % cast(:b as decimal(38, 0)))"
        " / cast(:b as decimal(19, 0)) as decimal(38, 0))",
        a=node.this,
        b=node.expression,
    )


def _is_huge(node: exp.Expression) -> bool:
    """Whether the expression holds a huge integer: a cast to one, or a column that the statement made of one."""
    root = node.root()
    known = root.meta.get("huge_columns")
    if known is None:
        known = root.meta["huge_columns"] = _huge_columns(root)
    return _holds_huge(node, known)


def _huge_columns(root: exp.Expression) -> frozenset[str]:
    """Names that some select gives to what holds a huge integer, or a column of such a name."""
    made = [(one.alias, one.this) for one in root.find_all(exp.Alias)]
    known: frozenset[str] = frozenset()
    while True:
        found = known | {name for name, of in made if name not in known and _holds_huge(of, known)}
        if found == known:
            return known
        known = frozenset(found)


def _holds_huge(node: exp.Expression, known: frozenset[str]) -> bool:
    def is_outside(inner: exp.Expression) -> bool:
        is_narrow = isinstance(inner, exp.Cast) and not _is_huge_type(inner)
        return is_narrow or isinstance(inner, exp.Predicate | exp.Count)

    for inner in node.walk(prune=is_outside):
        if isinstance(inner, exp.Cast) and _is_huge_type(inner):
            return True
        if isinstance(inner, exp.Column) and inner.name in known:
            return True
    return False


def _is_huge_type(node: exp.Cast) -> bool:
    return bool(node.to.is_type(exp.DataType.Type.INT128)) or node.to.sql("spark") == "DECIMAL(38, 0)"


@rule(
    "`trunc(x, digits)`, `trunc(x)`",
    "`floor(x, digits)`, of what is negative `ceil`",
    "Spark's `trunc` is of dates",
    exp.Trunc,
)
def _cut_off(node: exp.Expression) -> exp.Expression:
    digits = node.args.get("decimals") or exp.Literal.number(0)
    return said("(case when :x < 0 then ceil(:x, :digits) else floor(:x, :digits) end)", x=node.this, digits=digits)
