"""Charts are held against Vega-Lite's schema where tests draw pages, and nowhere else."""

from pathlib import Path

import altair as alt
import pytest
from altair.utils import schemapi

from app.charts import drawing
from tests.app.drawing import page


def _wrong(*_: object, **__: object) -> None:
    drawing.show(alt.Chart(alt.Data(values=[])).mark_bar(cornerRadius="round"), 100)


def test_a_chart_that_vega_lite_does_not_know_fails_a_test_that_draws_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not schemapi.DEBUG_MODE, "a page of the explorer draws what the tests have checked"
    monkeypatch.setattr("app.charts.stacked_days", _wrong)
    with pytest.raises(AssertionError, match="SchemaValidationError"):
        page("", data, monkeypatch)
