"""Ids that LiteLLM wraps around a provider's, as it made them in public reports."""

import base64

import pytest

from tests.transforms.build import request
from tests.transforms.comparing import rows_of
from transforms import lossless

BRIDGED = (
    "resp_bGl0ZWxsbTpjdXN0b21fbGxtX3Byb3ZpZGVyOmFudGhyb3BpYzttb2RlbF9pZDplMGYzMDJhMTQxMmU3ODQ3MGViYjI4Y2JlZDAxZmZmNWY4"
    "OGMwZDMzMWM2NjdlOWYyYmE0YjQxM2M2ZmJkMjgyO3Jlc3BvbnNlX2lkOmNoYXRjbXBsLTkzNWI4ZGFkLWZkYzItNDY2ZS1hOGNhLWUyNmU1YThh"
    "MjFiYg=="
)


def wrapped(text: str) -> str:
    return "resp_" + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (BRIDGED, "chatcmpl-935b8dad-fdc2-466e-a8ca-e26e5a8a21bb"),
        (wrapped("litellm:custom_llm_provider:openai;model_id:None;response_id:resp_68a"), "resp_68a"),
        (wrapped("litellm:custom_llm_provider:openai;model_id:None"), None),
        (BRIDGED[:-3], None),
        (BRIDGED[:60] + "!", None),
        ("resp_68a5", None),
        ("chatcmpl-1", None),
    ],
)
def test_the_id_inside_is_the_response_and_the_one_sent_is_kept(sent: str, expected: str | None) -> None:
    row, plain = rows_of([request({"gen_ai.response.id": sent}), request({"gen_ai.response.id": "chatcmpl-1"})])
    assert row["response_id"] == (expected or sent)
    assert lossless.attributes_of(row) == {"gen_ai.response.id": sent}
    assert (plain["response_id"], plain["attributes"]) == ("chatcmpl-1", [])
