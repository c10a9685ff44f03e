"""Tag policy: what is asked of whom, and that each mistake is named with its file, line and key."""

from datetime import date

import pytest

from transforms.reading import one_or_several
from transforms.tag_policy import read_tag_policy
from transforms.yaml_lines import ConfigError

DAY = date(2026, 10, 1)


def test_the_first_entry_that_matches_asks_and_exceptions_end() -> None:
    policy = read_tag_policy(
        """
tags:
  - {tag: team, environments: prod, allowed: [a]}
  - {tag: team}
  - {tag: feature, environments: prod}
exceptions:
  - {service: old, tags: feature, until: 2026-10-01, reason: x}
""",
        "t.yml",
    )
    asked = {
        (service, environment, day): [(one.tag, one.allowed) for one in policy.asked_of(service, environment, day)]
        for service, environment, day in (
            ("api", "prod", DAY),
            ("api", None, DAY),
            ("old", "prod", DAY),
            ("old", "prod", date(2026, 10, 2)),
        )
    }
    whole = [("team", ("a",)), ("feature", None)]
    assert list(asked.values()) == [whole, [("team", None)], [("team", ("a",))], whole]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("at_the_door: flag", "t.yml:1: expected the key tags"),
        ("tags:\n  - {environments: prod}", "t.yml:2: tags[1]: expected the key tag"),
        ("tags:\n  - tag: teem", "t.yml:2: tags[1].tag: 'teem' is none of team"),
        ("tags:\n  - {tag: team}\n  - {tag: team, environments: prod}", "t.yml:3: tags[2]: team is never asked for by"),
        (
            "tags:\n  - {tag: team, environments: [prod, '*']}\n  - {tag: team, environments: dev}",
            "t.yml:3: tags[2]: team is",
        ),
        (
            "tags:\n  - {tag: team, environments: ['p?', 's*']}\n  - {tag: team, environments: [s1, 'p?']}",
            "t.yml:3: tags[2]: team",
        ),
        ("tags:\n  - {tag: environment, environments: prod}", "tags[1].environments: the tag environment is asked for"),
        ("tags:\n  - tag: team\nat_the_door: drop", "t.yml:3: at_the_door: 'drop' is none of flag, refuse"),
        (
            "tags:\n  - tag: team\nexceptions:\n  - {service: a, reason: b}",
            "t.yml:4: exceptions[1]: expected the key until",
        ),
        (
            "tags:\n  - tag: team\nexceptions:\n  - {service: a, tags: feature, until: 2026-10-01, reason: b}",
            "t.yml:4: exceptions[1].tags: 'feature' is none of the tags asked for: team",
        ),
        (
            "tags:\n  - tag: team\nexceptions:\n  - {service: a, until: never, reason: b}",
            "t.yml:4: exceptions[1].until: expected a day such as",
        ),
    ],
)
def test_each_mistake_is_named_with_line_and_key(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as found:
        read_tag_policy(text, "t.yml")
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("search", "search"),
        ('["search","ads","search",""]', '["ads", "search"]'),
        ('["ads"]', "ads"),
        ("[]", None),
        ("[1]", None),
        ('{"a": 1}', None),
        ("[search", "[search"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_a_tag_names_one_or_several(sent: str, read: str | None) -> None:
    assert one_or_several(sent) == read
