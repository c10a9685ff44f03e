"""What stands here before the first call: how to point an exporter at SpanLedger, and, live, what has arrived of it.

The session that waited is led to its first trace once a build shows it.
"""

import sys
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from app import figures, installation
from app.cards import headline
from app.context import Context
from app.installation.kept import DamagedError, looks, read
from app.snippets import Doors, snippets
from transforms.installation import COLLECTOR, FATES, run_of
from transforms.published_build import current_build

LOOK_SECONDS = 1
WAITED = "waited_for_the_first_span"
START = "spanledger up starts collector, builds and this page."
_ANYWHERE = {"0.0.0.0", "::"}


def render(data: Path, spans: int | None = None) -> None:
    """`spans` is how many a build holds without a call among them, None while there is no build."""
    st.session_state[WAITED] = True
    _standing(str(data), spans or 0, current_build(data))
    listening = doors(data, str(st.context.url or ""))
    each = snippets(listening)
    for tab, snippet in zip(st.tabs([one.title for one in each]), each, strict=True):
        with tab:
            st.markdown(snippet.text)
    if listening.asks_token:
        st.markdown("`YOUR_TOKEN` is one that `spanledger token new my-app --organization NAME` prints.")
    st.markdown("Nothing arrives? This says what is wrong and what to do:")
    st.code(f"{Path(sys.executable).with_name('spanledger')} doctor --data {data}", language="bash")
    st.caption("To see a filled page, run `make demo`.")


def doors(data: Path, seen_at: str) -> Doors:
    """Where the collector of this directory listens; the usual places where none ever did. ``seen_at`` is the address
    that the browser shows: a collector that listens on every address is reached by that name. Raises DamagedError."""
    said = read(run_of(data) / COLLECTOR)
    if said is None:
        return Doors()
    host = (urlsplit(seen_at).hostname or "127.0.0.1") if said["host"] in _ANYWHERE else said["host"]
    base = f"{'https' if said.get('tls') else 'http'}://{f'[{host}]' if ':' in host else host}"
    return Doors(f"{base}:{said['http_port']}", f"{base}:{said['grpc_port']}", bool(said.get("tokens")))


@st.fragment(run_every=LOOK_SECONDS)
def _standing(data: str, built: int, seen: str | None) -> None:
    """What has arrived, again every second; the page is drawn anew as soon as another build is published."""
    folder = Path(data)
    if current_build(folder) != seen:
        st.rerun()
    try:
        with st.container(key="standing"):
            headline(*standing(folder, built))
    except DamagedError as problem:
        st.error(str(problem), icon=":material/error:")


def standing(data: Path, built: int) -> tuple[str, str]:
    """How far the first span has come, in a sentence and what follows from it. Raises DamagedError."""
    found, look = installation.collector(data), looks(data)
    landed = int((read(run_of(data) / FATES) or {}).get("rows", 0))
    waiting = landed - built + int((found.counters and found.counters.value("spanledger_log_waiting_items")) or 0)
    is_running = found.state not in ("never", "stopped")
    if waiting > 0:
        return _received(waiting, look.error if look else None, is_running=is_running)
    if built:
        return (
            f"{_spans(built)} arrived, no model call among them",
            "Spans count as calls when they carry token usage or are marked as requests to a model provider. "
            "Check that your client library's instrumentation is on.",
        )
    if not is_running:
        return "Nobody listens yet", f"No collector works on this directory. {START}"
    if found.state != "ready":
        why = "; ".join(found.problems) or "it does not answer"
        return "The collector takes nothing in just now", f"The reason: {why}. Senders try again by themselves."
    return "Waiting for the first span", "Point an exporter here. What arrives is shown within seconds, by itself."


def _received(waiting: int, error: str | None, *, is_running: bool) -> tuple[str, str]:
    if error:
        return f"{_spans(waiting)} received, and the build failed", f"{error.rstrip('.')}. The next look tries again."
    if not is_running:
        return f"{_spans(waiting)} received, and nobody builds", START
    return f"{_spans(waiting)} received, the next build in a moment", "Your first trace appears here by itself."


def _spans(number: int) -> str:
    return f"{figures.count(number)} span{'' if number == 1 else 's'}"


def welcome(context: Context, page: str) -> None:
    """For the session that waited: the first trace has arrived, and where it is. Nothing for others."""
    if not st.session_state.get(WAITED) or page == "trace":
        return
    [first] = context.rows("first_trace")
    calls = f"{figures.count(first['calls'])} call{'' if first['calls'] == 1 else 's'} of {first['model']}"
    cost = "no price known" if first["cost_usd"] is None else figures.money(first["cost_usd"])
    link = context.link("trace", trace=first["trace_id"], org=first["organization"] or "")
    st.html(
        f'<div class="sl sl-arrived" role="status">It arrived: {escape(calls)}, {escape(cost)}. '
        f'<a href="{escape(link)}" target="_self"><b>Your first trace</b></a></div>'
    )
