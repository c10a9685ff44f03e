"""The outcome rules: whether the file can be used."""

from collections.abc import Iterator

from spanledger.doctor.findings import Finding, fault, ok
from spanledger.outcomes.outcome_rules import read_rules
from spanledger.settings import Settings
from transforms.yaml_lines import ConfigError

SUBJECT = "outcome rules"


def outcome_rules(settings: Settings) -> Iterator[Finding]:
    """How many rules there are, or what is wrong with one; nothing where no file is named."""
    if settings.outcome_rules_file is None:
        return
    try:
        rules = read_rules(settings.outcome_rules_file)
    except ConfigError as error:
        yield fault(SUBJECT, str(error), "correct it there; until then no build is made and the published one stays")
        return
    counts = f"{len(rules.evaluations)} on evaluations, {len(rules.workflows)} on workflows"
    yield ok(SUBJECT, f"{settings.outcome_rules_file}: {counts}")
