"""What a page gets to work with: the build, the filters, the days, and questions bound to them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import polars as pl

from app import warehouse
from app.evidence.answers import Answer, Asked
from app.filters import Filters, Window, as_parameters
from app.warehouse import Build


@dataclass(frozen=True)
class Context:
    """`until_at` is the start of the newest call in the build: the moment a period that is still running reaches to."""

    build: Build
    filters: Filters
    window: Window
    until_at: datetime

    def rows(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The answer to a question over the period, as dicts."""
        return self._answer(name, self._parameters(before=False) | extra)

    def rows_before(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The same over the period before, cut at the same hour if the period is still running; [] where none is."""
        if self.window.before_first is None:
            return []
        return self._answer(name, self._parameters(before=True) | extra)

    def _answer(self, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows, each with the question it answers."""
        asked = Asked(self.build.path, name, parameters)
        return Answer(warehouse.rows(self.build.path, name, parameters), asked)

    def frame(self, name: str, **extra: Any) -> pl.DataFrame:
        return warehouse.frame(self.build.path, name, self._parameters(before=False) | extra)

    def link(self, page: str, filters: Filters | None = None, **own: str) -> str:
        """A relative address of a page with these filters (default: the present ones) and its own parameters."""
        params = (filters or self.filters.shared_only()).to_params()
        text = urlencode([*((name, value) for name, values in params.items() for value in values), *own.items()])
        return f"{page}?{text}" if text else page

    def calls_link(self, **narrowed: str | None) -> str:
        """The calls a figure is made of. A trailing underscore keeps clear of Python's words (`class_`)."""
        return self.link("calls", self.filters.shared_only().with_only(**narrowed))

    def _parameters(self, *, before: bool) -> dict[str, Any]:
        days = self.window
        first, last, until = days.first, days.last, datetime.combine(days.last, time.max, UTC)
        if self.until_at.date() == last:
            until = self.until_at
        if before:
            assert days.before_first is not None
            assert days.before_last is not None
            first, last, until = days.before_first, days.before_last, until - timedelta(days=days.days)
        return {"first": first, "last": last, "until_at": until, **as_parameters(self.filters)}
