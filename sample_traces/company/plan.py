"""The simulated company as planned: its models, services, volumes, and what is planted on which day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sample_traces.company.events import Budget, Model, Origin, Planted, Rate

ORGANIZATION = "northwind"

MINI = Model("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18")
FULL = Model("openai", "gpt-4o", "gpt-4o-2024-08-06")
GPT5_MINI = Model("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07")
EMBED = Model("openai", "text-embedding-3-small", "text-embedding-3-small")
HAIKU = Model("anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001")
SONNET = Model("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929")
FLASH = Model("gcp.gemini", "gemini-2.5-flash", "gemini-2.5-flash")
HELIOS = Model("helios", "helios-large-2", "helios-large-2")
UNPRICED = Model("helios", "helios-draft-preview", "helios-draft-preview")


def _origin(service: str, team: str, project: str, workflow: str, **more: str | bool | None) -> Origin:
    base = Origin(
        service=service,
        environment="prod",
        dialect="otel",
        tags_on="span",
        traffic_source="production",
        organization=ORGANIZATION,
        team=team,
        project=project,
        workflow_id=workflow,
    )
    return replace(base, **more)  # type: ignore[arg-type]  # names and types are checked by the dataclass's users


SUPPORT = _origin(
    "support-bot", "support", "helpdesk", "support-answer",
    cost_center="cc-110", feature="chat", prompt_name="answer", prompt_version="v7",
)  # fmt: skip
TRIAGE = _origin("ticket-triage", "support", "helpdesk", "ticket-triage", cost_center="cc-110", tags_on="resource")
CONTRACT = _origin(
    "contract-worker", "legal", "contracts", "contract-extraction",
    cost_center="cc-220", feature="extraction", prompt_name="extract", prompt_version="v2",
)  # fmt: skip
REVIEW = _origin(
    "review-agent", "platform", "devtools", "code-review", cost_center="cc-300", tags_on="resource", feature="review"
)
RAG = _origin(
    "rag-api", "search", "knowledge", "rag-search",
    dialect="openinference", tags_on="resource", prompt_name="rag", is_workflow_tagged=False,
)  # fmt: skip
REPORT = _origin("report-cron", "finance", "reporting", "nightly-report", cost_center="cc-400", tags_on="resource")
MAIL = _origin("lifecycle-mailer", "growth", "lifecycle", "onboarding-mail", dialect="traceloop", cost_center="cc-500")
EVAL = _origin(
    "eval-runner", "support", "helpdesk", "support-answer",
    environment="ci", tags_on="resource", traffic_source="eval", prompt_name="answer", prompt_version="v7",
)  # fmt: skip
REPLAY = replace(CONTRACT, service="replay-runner", environment="staging", traffic_source="replay")
OPS = _origin("index-refresh", "search", "knowledge", "index-refresh", tags_on="resource", traffic_source="ops")
NOTEBOOK = Origin("notebooks", "dev", "otel", "resource", None, organization=ORGANIZATION)
GATEWAY = Origin("web-gateway", "prod", "otel", "resource", "production", organization=ORGANIZATION, team="growth")

WEEKDAY_VOLUME = {
    "support": 24, "triage": 20, "contract": 9, "review": 7, "rag": 22, "report": 10,
    "mail": 1, "eval": 10, "replay": 3, "ops": 1, "untasked": 10,
}  # fmt: skip
"""Tasks (or batches) on a weekday at scale 1. Reports and batches run on every day of the week."""
WEEKEND_SHARE = {"report": 1.0, "mail": 1.0, "ops": 1.0, "eval": 0.0, "replay": 0.0, "review": 0.2}
OTHER_WEEKEND_SHARE = 0.35


@dataclass(frozen=True)
class Stretch:
    """Days of the history, counted from 0, the last one excluded."""

    first: int
    until: int

    def __contains__(self, day: int) -> bool:
        return self.first <= day < self.until


HASHES_MISSING = Stretch(9, 15)
SOURCE_LOST = Stretch(17, 19)
PRICE_CHANGE = 22
PROMPT_CHANGE = 33
UNPRICED_DAYS = Stretch(36, 41)
RUNAWAY_DAY = 47
RUNAWAY_HOUR = 2
RUNAWAY_FACTOR = 30
QUIET = (Stretch(0, 9), Stretch(25, 32), Stretch(49, 60))


def rates(start: date, days: int) -> list[Rate]:
    """The company's negotiated prices; the second set applies from the planted day on, if the history reaches it."""
    kinds = {"input": ("2.40", "3.00"), "cache_read": ("0.24", "0.30"), "output": ("9.60", "12.00")}
    change = start + timedelta(days=PRICE_CHANGE) if days > PRICE_CHANGE else None
    rows = [Rate(HELIOS.provider, HELIOS.request, k, Decimal(old), start, change) for k, (old, _) in kinds.items()]
    if change is not None:
        rows += [Rate(HELIOS.provider, HELIOS.request, k, Decimal(new), change, None) for k, (_, new) in kinds.items()]
    return rows


def budgets(scale: float) -> list[Budget]:
    """Declared monthly limits: one generous, one tight, one for the whole organisation."""
    lines = [
        ("support-team", "team", "support", "3.50"),
        ("code-review", "workflow", "code-review", "12.00"),
        ("knowledge-search", "workflow", "rag-search", "8.00"),
        ("everything", "organization", ORGANIZATION, "60.00"),
    ]
    factor = Decimal(str(scale))
    return [
        Budget(name, kind, scope, (Decimal(limit) * factor).quantize(Decimal("0.01")))
        for name, kind, scope, limit in lines
    ]


_PLANTED: tuple[tuple[str, Stretch | int, dict[str, str], str], ...] = (
    ("hashes_missing", HASHES_MISSING, {"workflow_id": "contract-extraction"}, "restarts show by position only"),
    ("traffic_source_lost", SOURCE_LOST, {"service_name": "rag-api"}, "the resource lost its traffic source"),
    ("price_change", PRICE_CHANGE, {"provider": HELIOS.provider, "model": HELIOS.request}, "a quarter dearer"),
    ("prompt_change", PROMPT_CHANGE, {"workflow_id": "rag-search"}, "prompt v4 uses twice the tokens of v3"),
    ("unpriced_model", UNPRICED_DAYS, {"model": UNPRICED.request}, "a preview model without any price"),
    (
        "runaway_job",
        Stretch(RUNAWAY_DAY, RUNAWAY_DAY + 1),
        {"workflow_id": "nightly-report", "utc_hour": str(RUNAWAY_HOUR)},
        f"the output limit was dropped: {RUNAWAY_FACTOR} times the output for an hour",
    ),
    *(("quiet", stretch, {}, "everyday failures, retries and restarts only") for stretch in QUIET),
)
"""Kind, days (a single day: from then on), where, note."""


def planted(start: date, days: int) -> list[Planted]:
    """What was put in on purpose and falls inside the history, and the quiet stretches."""
    found = []
    for kind, when, where, note in _PLANTED:
        first, until = (when, days) if isinstance(when, int) else (when.first, min(when.until, days))
        if first < days:
            found.append(Planted(kind, where, start + timedelta(days=first), start + timedelta(days=until), note))
    return found
