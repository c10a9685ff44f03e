"""What stands here before the first call: how to point an exporter at SpanLedger, and that we are waiting for it."""

import sys
from pathlib import Path

import streamlit as st

from app import figures
from app.cards import headline

SNIPPETS = {
    "Any SDK": """\
export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
# tag once, and every call knows whose it is:
export OTEL_RESOURCE_ATTRIBUTES="service.name=my-app,spanledger.team=search,spanledger.traffic_source=production"
""",
    "Over gRPC": """\
export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317
export OTEL_EXPORTER_OTLP_PROTOCOL=grpc
""",
    "Through a Collector": """\
exporters:
  otlphttp/spanledger:
    endpoint: http://127.0.0.1:4318
service:
  pipelines:
    traces:
      exporters: [otlphttp/spanledger]
""",
}


def render(data: Path, spans: int | None = None) -> None:
    """`spans` is how many have arrived without a call among them, None while there is no build."""
    if spans:
        headline(
            f"{figures.count(spans)} spans have arrived, but no model call among them",
            "Spans count as calls when they carry token usage or are marked as requests to a model provider. "
            "Check that your client library's instrumentation is on.",
        )
    else:
        headline("Waiting for the first span", f"No span has been built into {data} yet. Point an exporter here:")
    for tab, text in zip(st.tabs(list(SNIPPETS)), SNIPPETS.values(), strict=True):
        with tab:
            st.code(text, language="yaml" if text.startswith("exporters") else "bash")
    st.markdown(
        "The receiver listens on port **4317** (gRPC) and **4318** (HTTP). What arrives is built into the tables on "
        "schedule. This page follows by itself. Nothing arrives? This says what is wrong and what to do:"
    )
    st.code(f"{Path(sys.executable).with_name('spanledger')} doctor --data {data}", language="bash")
    st.caption("To see a filled page, run `make demo`.")
