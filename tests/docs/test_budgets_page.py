"""The file on the page on budgets is read as it says, and its tables name every dimension, key and policy."""

import re

from docs.generate import DOCS
from transforms.budgets import budget_file
from transforms.budgets.budget import DIMENSIONS, POLICIES
from transforms.budgets.budget_file import BUDGET_KEYS, read_budgets

PAGE = (DOCS / "budgets.md").read_text()


def test_the_example_is_the_module_s() -> None:
    [example] = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    own = "\n".join(line[4:] for line in (budget_file.__doc__ or "").splitlines() if line.startswith("    "))
    assert read_budgets(example, "b.yaml") == read_budgets(own, "b.yaml")


def test_everything_there_is_has_its_name_on_the_page() -> None:
    names = {*DIMENSIONS, *POLICIES, *BUDGET_KEYS}
    assert sorted(name for name in names if f"`{name}`" not in PAGE) == []
