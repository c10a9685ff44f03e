"""The files on the page on alerts are read as it says, and its table names every kind."""

import re
from datetime import timedelta

from app.views.alerts import SMALLEST
from docs.generate import DOCS
from transforms.alerts import rule_file
from transforms.alerts.event import KINDS
from transforms.alerts.rule_file import read_alert_rules

PAGE = (DOCS / "alerts.md").read_text()


def test_the_examples_are_read_and_those_that_the_product_shows() -> None:
    smallest, whole = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert read_alert_rules(smallest, "a.yaml") == read_alert_rules(SMALLEST, "a.yaml")
    own = "\n".join(line[4:] for line in (rule_file.__doc__ or "").splitlines() if line.startswith("    "))
    assert read_alert_rules(whole, "a.yaml") == read_alert_rules(own, "a.yaml")
    assert read_alert_rules(whole, "a.yaml").rules[0].group == timedelta(minutes=5)


def test_every_kind_has_its_line() -> None:
    assert tuple(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == KINDS
