"""Costs sent as doubles are read by arithmetic on whole arrays; Python's own decimals say what must come out."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from transforms.decode import decode
from transforms.reading import money

_HALVES = st.integers(-(10**9), 10**9).map(lambda number: (number + 0.5) * 1e-12)
_COSTS = st.one_of(
    st.floats(allow_nan=True),
    st.floats(-2, 2),
    _HALVES,
    st.integers(0, 10**7).map(lambda tokens: tokens * 2.5e-6 + tokens * 1e-5),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_COSTS, max_size=20))
def test_doubles_become_the_amounts_they_spell(costs: list[float]) -> None:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for cost in costs:
        scope.spans.add().attributes.add(key="cost").value.double_value = cost
    attributes = decode([request.SerializeToString()]).attributes
    read = money(attributes, attributes.at("cost") if costs else np.zeros(0, dtype=np.int64))
    assert pa.compute.is_valid(read.values).to_pylist() == [_amount(cost) is not None for cost in costs]
    assert read.values.to_pylist() == [_amount(cost) for cost in costs]
    assert read.is_exact.tolist() == [_is_exact(cost) for cost in costs]


def _amount(cost: float) -> Decimal | None:
    spelled = Decimal(repr(cost))
    return spelled.quantize(Decimal("1e-12")) if spelled.is_finite() and abs(spelled) < 10**15 else None


def _is_exact(cost: Any) -> bool:
    amount = _amount(cost)
    return amount is not None and float(amount) == cost and str(cost) != "-0.0"
