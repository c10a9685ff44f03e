"""n8n, from documents, not recorded: read from its page on OpenTelemetry tracing.

Its spans carry neither tokens nor models. Nodes of the kinds `lmChat…` and `embeddings…` ask a provider, so each is a
call of unknown usage, unless a library below it tells more. A retried execution goes on where the old one failed.
"""

from transforms.dialects.base import CONTAINER, REQUEST, TOOL, Dialect, KindKey, Meaning, NameRule


def _node(kind: str) -> Meaning:
    """`@n8n/n8n-nodes-langchain.lmchatopenai`: the package, then the node."""
    name = kind.rpartition(".")[2]
    for beginning, meaning in (
        ("lm", Meaning(REQUEST, "chat")),
        ("embeddings", Meaning(REQUEST, "embeddings")),
        ("reranker", Meaning(REQUEST, "rerank")),
        ("agent", Meaning(CONTAINER, "agent")),
        ("chain", Meaning(CONTAINER, "chain")),
        ("tool", Meaning(TOOL, "tool")),
    ):
        if "langchain" in kind and name.startswith(beginning):
            return meaning
    return Meaning(CONTAINER, "step")


DIALECT = Dialect(
    name="n8n",
    scopes=("n8n",),
    prefixes=("n8n.",),
    services=("n8n",),
    columns={
        "workflow_id": ("n8n.workflow.name", "n8n.workflow.id"),
        "workflow_run_id": ("n8n.execution.id",),
        "step": ("n8n.node.name", "n8n.node.id"),
        "project": ("n8n.project.id",),
    },
    fallbacks={"error_type": ("n8n.execution.error_type",)},
    kinds=(KindKey("n8n.node.type", _node),),
    name_rules=(NameRule(r"workflow\.execute$", Meaning(CONTAINER, "workflow")),),
)
