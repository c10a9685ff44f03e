"""How to point an exporter here, one Markdown file each: the first-run page shows them with the addresses of this
installation, `docs/howto` with the usual ones, and tests run what they say.

In the files stand the usual addresses, which are replaced by the real ones, and lines with YOUR_TOKEN, which are left
out where no token is asked for. What follows MORE, with links to other pages, is for docs/howto alone.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

HTTP, GRPC, TOKEN = "http://127.0.0.1:4318", "http://127.0.0.1:4317", "YOUR_TOKEN"
"""What stands in the files."""

MORE = "<!-- in docs/howto alone -->"
NAMES = ("environment", "python", "javascript", "collector", "claude-code", "litellm", "vercel-ai-sdk")
"""Every file, in the order of the tabs."""

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Doors:
    """Where exporters send: the URLs of OTLP over HTTP and over gRPC, and whether they need a token."""

    http: str = HTTP
    grpc: str = GRPC
    asks_token: bool = False


@dataclass(frozen=True)
class Snippet:
    """One file: its heading, the Markdown below, and what only its page in docs/howto says."""

    name: str
    title: str
    text: str
    more: str


def snippets(doors: Doors) -> list[Snippet]:
    """All of them, for these doors."""
    return [_of_doors(_read(name), doors) for name in NAMES]


def _of_doors(snippet: Snippet, doors: Doors) -> Snippet:
    lines = snippet.text.splitlines(keepends=True)
    text = "".join(line for line in lines if doors.asks_token or TOKEN not in line)
    return replace(snippet, text=text.replace(HTTP, doors.http).replace(GRPC, doors.grpc))


@cache
def _read(name: str) -> Snippet:
    title, _, text = (_HERE / f"{name}.md").read_text().partition("\n\n")
    text, _, more = text.partition(f"\n{MORE}\n\n")
    return Snippet(name, title.removeprefix("# "), text, more)
