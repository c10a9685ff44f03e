"""Types of columns as Spark's DDL says what DuckDB's says."""

import re

PLAIN = {
    "varchar": "string",
    "bigint": "bigint",
    "integer": "int",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "time": "time(6)",
    "timestamp": "timestamp_ntz",
    "timestamptz": "timestamp",
    "timestamp with time zone": "timestamp",
    "hugeint": "decimal(38,0)",  # sums of whole numbers; Spark has nothing wider
    "blob": "binary",
}
DECIMAL = re.compile(r"decimal\(\d+, ?\d+\)")
FIELD = re.compile(r'^"?(\w+)"? (.+)$')


def spark_type(name: str) -> str:
    """The type of Spark's that holds what DuckDB's type ``name`` does. Raises ValueError for one that nothing uses."""
    kind = name.strip().lower()
    if kind.endswith("[]"):
        return f"array<{spark_type(kind.removesuffix('[]'))}>"
    if kind.startswith("struct(") and kind.endswith(")"):
        fields = [FIELD.match(field.strip()) for field in _split(kind[len("struct(") : -1])]
        return f"struct<{','.join(f'`{field[1]}`:{spark_type(field[2])}' for field in fields if field)}>"
    if DECIMAL.fullmatch(kind):
        return kind
    if kind not in PLAIN:
        raise ValueError(f"{name!r} is no type that the models use; say in {__name__} what it is on Spark")
    return PLAIN[kind]


def ddl(columns: list[tuple[str, str]]) -> str:
    """Columns of a table in Spark's DDL, of (name, DuckDB's type)."""
    return ", ".join(f"`{name}` {spark_type(kind)}" for name, kind in columns)


def _split(fields: str) -> list[str]:
    """The fields of a struct; commas inside brackets part nothing."""
    parts, depth = [""], 0
    for letter in fields:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
