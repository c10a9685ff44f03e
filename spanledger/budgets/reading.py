"""The budgets of this moment: the file that the settings name, with the overrides that people gave since."""

import functools
from pathlib import Path

from collector.budget import annotations
from spanledger.texts import read_rules_text
from transforms.budgets.book import NO_BUDGETS, BudgetBook
from transforms.budgets.budget_file import read_budgets


def read_book(path: Path | None) -> BudgetBook:
    """What the file says; no budgets where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return NO_BUDGETS
    return _read(read_rules_text(path, "the budgets file"), str(path))


def with_annotations(book: BudgetBook, data: Path) -> BudgetBook:
    """The book with the overrides recorded in a data directory; those of budgets that are gone say nothing."""
    if not book.budgets:
        return book
    return annotations.applied(book, annotations.read(annotations.folder_of(data)))[0]


_read = functools.lru_cache(maxsize=4)(read_budgets)
