"""The rules on the page on outcomes are read as it says, and its table of ranks is the models'."""

import re

from docs.generate import DOCS
from spanledger.published.project import PROJECT
from transforms.outcome_rules import read_outcome_rules

PAGE = (DOCS / "outcomes.md").read_text()


def test_the_example_is_read() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    rules = read_outcome_rules(example, "rules.yaml")
    assert [(rule.success_at, rule.failure_beyond) for rule in rules.evaluations] == [
        (0.8, 0.5),
        (0.1, 0.4),
        (None, None),
    ]
    assert rules.evaluations[2].success_labels == ("pass", "thumbs_up")
    assert [(rule.outcome_window_ns, rule.run_error) for rule in rules.workflows] == [(7 * 86400 * 10**9, "failure")]


def test_the_ranks_are_those_of_the_models() -> None:
    text = (PROJECT / "macros" / "evaluations.sql").read_text()
    ranks = dict(re.findall(r"when '([\w ]+)' then (\d)", text))
    told = {
        source: rank
        for rank, sources in re.findall(r"^\| (\d) \| (.+?) \|", PAGE, re.MULTILINE)
        for source in re.findall(r"`([\w ]+)`", sources)
    }
    assert told == ranks
