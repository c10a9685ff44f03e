"""An agent that asks its budget before each step: `python docs/examples/agent_loop.py http://127.0.0.1:4318`.

The collector runs with SPANLEDGER_BUDGETS_FILE=docs/examples/agent_budgets.yaml. The agent here never finds what it
looks for; after eight steps or 20,000 tokens its budget ends it. `ask_model` stands in for a provider: a question of
400 tokens, and a history that grows with every round.
"""

import sys
import uuid

from spanledger.clients.budget import BudgetClient

ANSWER_TOKENS = 600


def ask_model(history: int) -> tuple[int, bool]:
    """Tokens that one round takes, and whether the agent is done."""
    return 400 + history + ANSWER_TOKENS, False


def run(url: str) -> tuple[int, int, str]:
    """Steps, tokens, and why it ended."""
    with BudgetClient(url, when_unreachable="deny") as budgets:
        return loop(budgets)


def loop(budgets: BudgetClient) -> tuple[int, int, str]:
    """One run of the agent."""
    scope = {"agent_name": "researcher", "workflow_run_id": uuid.uuid4().hex}
    steps = tokens = history = 0
    while True:
        expected = 400 + history + ANSWER_TOKENS
        answer = budgets.check(scope, {"tokens": expected})
        if not answer.is_allowed:
            return steps, tokens, answer.reasons[0]
        taken, is_done = ask_model(history)
        budgets.settle(answer, tokens=taken, steps=1)
        steps, tokens, history = steps + 1, tokens + taken, history + ANSWER_TOKENS
        if is_done:
            return steps, tokens, "it found what it looked for"


if __name__ == "__main__":
    done, used, why = run(sys.argv[1])
    sys.stdout.write(f"{done} steps, {used} tokens: {why}\n")
