"""DuckDB's SQL, in which the models are written, said in Spark's.

    translate("select list(x order by y) from t")

sqlglot parses and writes; between the two our rules replace what it passes on with another meaning, or not at all.
One rule says one construct, in the module of its theme; `rules` holds the register, `columns` finds the names behind a
star. The session must be set as `spanledger.spark.session` says.
"""

from spanledger.spark.sql.translate import translate

__all__ = ["translate"]
