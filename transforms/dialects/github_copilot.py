"""GitHub Copilot (CLI and app), from documents, not recorded: read from readers of its spans.

Input holds cache. `invoke_agent` sums the chats below it. `github.copilot.nano_aiu` and `github.copilot.cost` are
credits and multipliers, not dollars, so no cost is read from them. Copilot resells: its provider is `github`.
"""

from transforms.dialects.base import INCLUSIVE, Dialect, TokenRule
from transforms.dialects.otel_genai import USAGE

DIALECT = Dialect(
    name="github_copilot",
    scopes=("github.copilot", "github-copilot", "copilot-chat"),
    prefixes=("github.copilot.",),
    services=("github-copilot", "copilot-chat"),
    fallbacks={"response_id": ("github.copilot.service_request_id",)},
    usage=(USAGE,),
    token_rules=(TokenRule(INCLUSIVE),),
)
