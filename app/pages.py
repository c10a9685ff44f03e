"""The list of pages. A page is one line here, one module in `app/views` with `render(context)`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.context import Context
from app.views import (
    alerts,
    anomalies,
    attribution,
    budgets,
    calls,
    changes,
    escalation,
    estimate,
    forecast,
    loops,
    opportunities,
    overview,
    prices,
    quality,
    sql,
    tasks,
    trace,
    traffic,
    versions,
    waste,
)
from app.views.decide import build_or_buy, selfhost, unit_economics
from app.views.health import page as health


@dataclass(frozen=True)
class PageEntry:
    """`url` is the page's path in the address, empty for the first; `drills`: it takes the filters only links set;
    `subject`: the address parameter that names the one thing the page is about; `is_of_whole`: the page is of the whole
    installation, for readers who see everything; `is_filtered`: the filters say something there; `alone` draws it for
    a data directory without a build to read.
    """

    title: str
    icon: str
    url: str
    render: Callable[[Context], None]
    drills: bool = False
    subject: str = ""
    is_of_whole: bool = False
    is_filtered: bool = True
    alone: Callable[[Path], None] | None = None


PAGES: dict[str, list[PageEntry]] = {
    "": [
        PageEntry("Overview", ":material/space_dashboard:", "", overview.render),
    ],
    "Where it goes": [
        PageEntry("Cost per task", ":material/task_alt:", "tasks", tasks.render),
        PageEntry("Versions", ":material/compare_arrows:", "versions", versions.render),
        PageEntry("Why it changed", ":material/waterfall_chart:", "changes", changes.render),
        PageEntry("Traffic", ":material/call_split:", "traffic", traffic.render),
        PageEntry("Waste", ":material/recycling:", "waste", waste.render),
        PageEntry("Escalation", ":material/stairs:", "escalation", escalation.render),
        PageEntry("Agent loops", ":material/autorenew:", "loops", loops.render),
        PageEntry("Attribution and tags", ":material/groups:", "attribution", attribution.render),
    ],
    "What comes": [
        PageEntry("Budgets", ":material/savings:", "budgets", budgets.render),
        PageEntry("Forecast", ":material/trending_up:", "forecast", forecast.render),
        PageEntry("Estimate", ":material/calculate:", "estimate", estimate.render),
        PageEntry("Alerts", ":material/notifications:", "alerts", alerts.render),
        PageEntry("Anomalies", ":material/notification_important:", "anomalies", anomalies.render),
    ],
    "Decide": [
        PageEntry("Opportunities", ":material/lightbulb:", "opportunities", opportunities.render),
        PageEntry("Self-host", ":material/memory:", "selfhost", selfhost.render),
        PageEntry("Build or buy", ":material/balance:", "buildbuy", build_or_buy.render),
        PageEntry("Unit economics", ":material/monitoring:", "economics", unit_economics.render),
    ],
    "Evidence": [
        PageEntry("Calls", ":material/list_alt:", "calls", calls.render, drills=True),
        PageEntry("Trace", ":material/account_tree:", "trace", trace.render, subject="trace"),
        PageEntry("Prices", ":material/sell:", "prices", prices.render),
        PageEntry("SQL", ":material/terminal:", "sql", sql.render, is_of_whole=True, is_filtered=False),
        PageEntry("Data quality", ":material/verified:", "quality", quality.render),
        PageEntry(
            "Settings and health",
            ":material/monitor_heart:",
            "health",
            health.render,
            is_of_whole=True,
            is_filtered=False,
            alone=health.alone,
        ),
    ],
}
