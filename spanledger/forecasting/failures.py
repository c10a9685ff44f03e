"""A forecast that cannot be made: it is missing and named in `rpt_data_quality`, and everything else is published."""

import logging
from collections.abc import Callable
from typing import TypeVar

import duckdb

from spanledger.forecasting.reading import question
from spanledger.forecasting.targets import REFUSALS, Row

logger = logging.getLogger(__name__)
T = TypeVar("T")


def tried(inputs: Row, make: Callable[[], T]) -> T | None:
    """What ``make`` returns; None where its figures were refused. ``inputs``, a row of `forecast_inputs`, says so then,
    and its digest is emptied: the next build tries again."""
    try:
        return make()
    except REFUSALS as error:
        if "failure" not in inputs:
            logger.exception("organization %r has no forecasts", inputs["organization"])
        inputs |= {"failure": f"{type(error).__name__}: {error}", "digest": ""}
        return None


def tell(connection: duckdb.DuckDBPyConnection) -> None:
    """Failures of this build as rows of `rpt_data_quality`, in place of those of the build before."""
    connection.execute(question("failures"))
