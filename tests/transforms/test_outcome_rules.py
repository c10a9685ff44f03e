"""Outcome rules: what a file says, and every way in which it can be wrong, by line and key."""

import pytest

from transforms.outcome_rules import (
    EVALUATION_SCHEMA,
    WORKFLOW_SCHEMA,
    EvaluationRule,
    OutcomeRules,
    WorkflowRule,
    evaluation_table,
    read_outcome_rules,
    workflow_table,
)
from transforms.yaml_lines import ConfigError

EXAMPLE = """\
evaluations:
  - workflow: triage-*
    evaluation: relevance
    success_at: 0.8
    failure_below: 0.5
  - name: poison
    evaluation: toxicity
    lower_is_better: true
    success_at: 0.1
    failure_above: 0.4
  - evaluation: [verdict, user_*]
    success_labels: [Pass, thumbs_up]
    failure_labels: fail
workflows:
  - workflow: nightly-*
    outcome_window: 7d
  - workflow: "*"
    outcome_window: 90m
    run_error: failure
"""


def test_what_a_file_says() -> None:
    rules = read_outcome_rules(EXAMPLE, "rules.yaml")
    assert rules.evaluations == (
        EvaluationRule("rule 1", ("triage-*",), ("relevance",), False, 0.8, 0.5, (), ()),
        EvaluationRule("poison", ("*",), ("toxicity",), True, 0.1, 0.4, (), ()),
        EvaluationRule("rule 3", ("*",), ("verdict", "user_*"), False, None, None, ("pass", "thumbs_up"), ("fail",)),
    )
    assert rules.workflows == (
        WorkflowRule(("nightly-*",), 7 * 86400 * 10**9, None),
        WorkflowRule(("*",), 90 * 60 * 10**9, "failure"),
    )


def test_tables_are_in_the_files_order() -> None:
    rules = read_outcome_rules(EXAMPLE, "rules.yaml")
    evaluations, workflows = evaluation_table(rules), workflow_table(rules)
    assert (evaluations.schema, workflows.schema) == (EVALUATION_SCHEMA, WORKFLOW_SCHEMA)
    assert evaluations.select(["position", "rule"]).to_pylist() == [
        {"position": 1, "rule": "rule 1"},
        {"position": 2, "rule": "poison"},
        {"position": 3, "rule": "rule 3"},
    ]
    assert workflows["outcome_window_ns"].to_pylist() == [604800 * 10**9, 5400 * 10**9]
    assert len(evaluation_table(OutcomeRules())) == len(workflow_table(OutcomeRules())) == 0


def test_the_digest_is_of_what_is_said() -> None:
    said = read_outcome_rules(EXAMPLE, "rules.yaml").digest
    assert read_outcome_rules("# the same\n" + EXAMPLE.replace("0.8", "0.80"), "other.yaml").digest == said
    assert read_outcome_rules(EXAMPLE.replace("0.8", "0.81"), "rules.yaml").digest != said


def rule(*lines: str) -> str:
    return "evaluations:\n  - evaluation: a\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "rules.yaml:1: the file is empty"),
        ("{}", "rules.yaml:1: no rule stands here; there are the keys evaluations and workflows"),
        ("rules: []", "rules.yaml:1: rules: no such key; there are evaluations, workflows"),
        ("evaluations: []", "rules.yaml:1: evaluations: expected a list with at least one entry, got an empty list"),
        ("evaluations:\n  - success_at: 1", "rules.yaml:2: evaluations[1]: expected the key evaluation: which"),
        (rule(), "rules.yaml:2: evaluations[1]: the rule decides nothing; give success_at, failure_below"),
        (rule("sucess_at: 1"), "rules.yaml:3: evaluations[1].sucess_at: no such key; did you mean success_at?"),
        (rule("success_at: high"), "rules.yaml:3: evaluations[1].success_at: expected a number, got 'high'"),
        (rule("success_at: .inf"), "rules.yaml:3: evaluations[1].success_at: expected a number, got '.inf'"),
        (rule("success_at:"), "rules.yaml:3: evaluations[1].success_at: expected a text, got nothing"),
        (
            rule("success_at: 0.5", "failure_below: 0.6"),
            "rules.yaml:4: evaluations[1].failure_below: 0.6 is above success_at (0.5): a score would be both",
        ),
        (
            rule("lower_is_better: true", "success_at: 0.5", "failure_above: 0.4"),
            "rules.yaml:5: evaluations[1].failure_above: 0.4 is below success_at (0.5): a score would be both",
        ),
        (
            rule("lower_is_better: true", "failure_below: 0.4"),
            "rules.yaml:4: evaluations[1].failure_below: lower_is_better is true, so what fails is said by failure_ab",
        ),
        (
            rule("failure_above: 0.4"),
            "rules.yaml:3: evaluations[1].failure_above: higher is better; say lower_is_better: true if it is not, so",
        ),
        (rule("lower_is_better: yes"), "rules.yaml:3: evaluations[1].lower_is_better: 'yes' is none of true, false"),
        (
            rule("success_labels: [pass, ok]", "failure_labels: [OK]"),
            "rules.yaml:4: evaluations[1].failure_labels: 'ok' stands among the success_labels too",
        ),
        (
            rule("success_at: 1") + "  - evaluation: a\n    workflow: w\n    success_at: 2\n",
            "rules.yaml:4: evaluations[2]: the rule is never asked: the one in line 2 matches all it matches",
        ),
        ("workflows:\n  - outcome_window: 7d", "rules.yaml:2: workflows[1]: expected the key workflow"),
        ("workflows:\n  - workflow: w", "rules.yaml:2: workflows[1]: it says nothing; give outcome_window or run_err"),
        (
            "workflows:\n  - workflow: w\n    run_error: success",
            "rules.yaml:3: workflows[1].run_error: 'success' is none of failure, unknown",
        ),
        *(
            (
                f"workflows:\n  - workflow: w\n    outcome_window: {text}",
                f"rules.yaml:3: workflows[1].outcome_window: expected a time of at most ten years such as 90m, 24h, 7d "
                f"or 2w, got '{text}'",
            )
            for text in ("7", "0d", "-1d", "week", "1.5d", "5000d")
        ),
    ],
)
def test_what_cannot_be_meant_is_named_by_line_and_key(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_outcome_rules(text, "rules.yaml")
    assert str(raised.value).startswith(problem)


@pytest.mark.parametrize(("first", "second"), [("a?", "a*"), ("a*", "*"), ("[ab]", "a"), ("b", "a"), ("a*c", "a*")])
def test_rules_that_may_both_be_asked_are_fine(first: str, second: str) -> None:
    one = f'  - evaluation: "{first}"\n    success_at: 1\n'
    other = f'  - evaluation: "{second}"\n    success_at: 2\n'
    assert len(read_outcome_rules(f"evaluations:\n{one}{other}", "rules.yaml").evaluations) == 2
