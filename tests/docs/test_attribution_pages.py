"""The examples of docs/attribution.md and docs/tag-policy.md are read as they say, and name all that there is."""

import re

from docs.generate import DOCS
from transforms.allocation.rules import ASKS, read_rules
from transforms.allocation.sources import TAGGED
from transforms.tag_policy import TAGS, read_tag_policy

ATTRIBUTION, POLICY = ((DOCS / name).read_text() for name in ("attribution.md", "tag-policy.md"))


def example(page: str) -> str:
    [text] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(text)


def test_the_examples_are_read() -> None:
    rules = read_rules(example(ATTRIBUTION), "allocation.yml")
    assert [len(part) for part in (rules.owners, rules.weights, rules.shared, rules.costs, rules.usage)] == [
        2,
        1,
        2,
        2,
        2,
    ]
    policy = read_tag_policy(example(POLICY), "tags.yml")
    assert ([one.tag for one in policy.tags], len(policy.exceptions), policy.at_the_door) == (
        ["team", "workflow_id"],
        1,
        "flag",
    )


def test_the_pages_name_every_column_and_tag() -> None:
    assert [column for column in (*ASKS, *TAGGED) if f"`{column}`" not in ATTRIBUTION] == []
    assert [tag for tag in TAGS if f"`{tag}`" not in POLICY] == []
