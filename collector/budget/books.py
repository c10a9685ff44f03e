"""The budgets that hold now: the operator's file, read again when it changes, with the overrides people gave since.

A file that cannot be used leaves the budgets before it in force, also over a restart, and is a problem in words.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.budget.annotations import APPROVAL, Annotation, applied
from collector.budget.events import Book
from collector.door.reloading import Reloading
from transforms.budgets.book import NO_BUDGETS, BudgetBook
from transforms.budgets.budget import Budget
from transforms.budgets.budget_file import read_budgets

logger = logging.getLogger(__name__)


class Books:
    """Of the file ``path``, where there is one, and ``annotations`` given before; ``last`` held until now, if known."""

    def __init__(self, path: Path | None, annotations: Sequence[Annotation], last: Book | None) -> None:
        self._annotations = list(annotations)
        self._name = path.name if path else "no budgets file"
        self._last, self._first_problem, self._is_first = last, "", True
        self.book, self.digest = NO_BUDGETS, ""
        self._file = Reloading("budgets file", [path], lambda: self._read(path)) if path else None
        self._is_first = False
        self._make()

    @property
    def kinds_before(self) -> frozenset[tuple[object, ...]]:
        """What was counted of the budgets that held last when this began."""
        return frozenset(map(kind_of, book_of(self._last.content).budgets)) if self._last else frozenset()

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words; the budgets before still hold."""
        said = [self._first_problem, self._file.problem if self._file else "", *self._unused]
        return [one for one in said if one]

    def refresh(self) -> bool:
        """Read the file again if it changed; whether other budgets hold now."""
        if self._file is None or not self._file.refresh():
            return False
        self._first_problem = ""
        return self._make()

    def add(self, annotation: Annotation) -> None:
        """From now on ``annotation`` counts too."""
        self._annotations.append(annotation)
        self._make()

    def approved_by(self, approval: str, budget_ids: Sequence[str], at: datetime) -> str | None:
        """Who gave the approval of that id, if it holds for one of these budgets at that time."""
        for one in self._annotations:
            if one.kind == APPROVAL and one.annotation_id == approval:
                said = one.override(self.book.budgets)
                if said.is_valid(at) and said.budget_id in budget_ids:
                    return said.by
        return None

    def event(self, at_ns: int) -> Book:
        """What holds now, for the journal."""
        return Book(at_ns, self.digest, self._content)

    def _make(self) -> bool:
        text = self._file.value if self._file else ""
        plain = read_budgets(text, self._name) if text else NO_BUDGETS
        self.book, self._unused = applied(plain, self._annotations)
        for said in self._unused:
            logger.warning("%s", said)
        given = [[one.annotation_id, one.kind, one.content] for one in self._annotations]
        self._content: dict[str, Any] = {"name": self._name, "text": text, "annotations": given}
        digest = hashlib.sha256(json.dumps(self._content).encode()).hexdigest()[:16]
        is_new, self.digest = digest != self.digest, digest
        return is_new

    def _read(self, path: Path) -> str:
        try:
            text = path.read_text()
            read_budgets(text, path.name)
        except (OSError, ValueError) as error:
            if not self._is_first:
                raise
            self._first_problem = f"the budgets file cannot be used, {self._before()}: {error}"
            logger.error("%s", self._first_problem)
            return str(self._last.content["text"]) if self._last else ""
        return text

    def _before(self) -> str:
        return "the budgets that held before it still do" if self._last else "so there are no budgets"


def kind_of(budget: Budget) -> tuple[object, ...]:
    """What is counted of a budget: equal where only limits, thresholds or periods differ."""
    return budget.budget_id, budget.scope, budget.unit, budget.window


def book_of(content: Mapping[str, Any]) -> BudgetBook:
    """The budgets that a `Book` event holds, as they were then. Raises ConfigError."""
    plain = read_budgets(content["text"], content["name"]) if content["text"] else NO_BUDGETS
    ever = datetime.min.replace(tzinfo=UTC)
    said = [Annotation(name, kind, None, ever, "", dict(one)) for name, kind, one in content["annotations"]]
    return applied(plain, said)[0]
