"""Semantic Kernel; read from version 1.45 and one recording. It passes on its connectors' counts, without cache."""

from transforms.dialects.base import Dialect
from transforms.dialects.otel_genai import USAGE

DIALECT = Dialect(
    name="semantic_kernel",
    scopes=("semantic_kernel.",),
    prefixes=("sk.",),
    usage=(USAGE,),
)
