"""The explorer reads back what the collector writes in Prometheus' format."""

import pytest

from app.installation.exposition import parse
from collector.exposition import COUNTER, GAUGE, Family, histogram, render


def test_parsing_is_the_inverse_of_rendering() -> None:
    odd = 'quote " comma, brace } equals = backslash \\ line\nend'
    requests = [("", (("answer", "ok"), ("signal", odd)), 3.0), ("", (("answer", "busy"), ("signal", "logs")), 2**52)]
    families = [
        Family("a_requests_total", COUNTER, "said\nin two", requests),
        Family("a_share", GAUGE, "", [("", (), 0.1)]),
        histogram("a_seconds", "", [(1.0, 2), (float("inf"), 5)], 7.25),
    ]
    read = parse(render(families))
    assert read.by("a_requests_total", "answer") == {"ok": 3, "busy": 2**52}
    assert read.texts("a_requests_total", "signal") == sorted([odd, "logs"])
    assert read.value("a_requests_total") == 3 + 2**52
    assert read.value("a_requests_total", signal=odd) == 3
    assert read.value("a_share") == 0.1
    assert read.by("a_seconds_bucket", "le") == {"1.0": 2, "+Inf": 5}
    assert read.value("of nothing") is None


@pytest.mark.parametrize("text", ["<html>", 'a{b="c} 1', "a{b=c} 1", "a one two", "a x"])
def test_what_is_none_of_its_forms_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|could not convert"):
        parse(text)
