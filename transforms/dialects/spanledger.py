"""SpanLedger's own tags: `spanledger.*` on a span, on the resource, or copied from baggage onto spans."""

from transforms.dialects.base import Dialect, Source
from transforms.dialects.readings import lower

COST_KIND = "spanledger.cost_kind"

DIALECT = Dialect(
    name="spanledger",
    prefixes=("spanledger.",),
    columns={
        "traffic_source": (Source("spanledger.traffic_source", lower),),
        "traffic_detail": ("spanledger.traffic_detail",),
        "tag_organization": ("spanledger.organization",),
        "team": ("spanledger.team",),
        "project": ("spanledger.project",),
        "cost_center": ("spanledger.cost_center",),
        "customer_id": ("spanledger.customer.id",),
        "feature": ("spanledger.feature",),
        "workflow_id": ("spanledger.workflow.id",),
        "workflow_run_id": ("spanledger.workflow.run_id",),
        "is_restart": ("spanledger.restart",),
        "task_id": ("spanledger.task.id",),
        "task_outcome": (Source("spanledger.task.outcome", lower),),
        "task_score": ("spanledger.task.score",),
        "task_size": ("spanledger.task.size",),
        "task_units": ("spanledger.task.units",),
        "task_units_succeeded": ("spanledger.task.units_succeeded",),
        "prompt_name": ("spanledger.prompt.name",),
        "prompt_version": ("spanledger.prompt.version",),
        "code_version": ("spanledger.code.version",),
        "step": ("spanledger.step",),
        "attempt": ("spanledger.attempt",),
        "input_hash": ("spanledger.input.hash",),
        "output_hash": ("spanledger.output.hash",),
        "reservation_id": ("spanledger.reservation.id",),
        "reported_cost_usd": ("spanledger.cost_usd",),
        "reported_cost_kind": (Source(COST_KIND, lower),),
    },
)
