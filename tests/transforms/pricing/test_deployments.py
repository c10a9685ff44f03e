"""Models the user runs, with the worked numbers of self-hosting."""

from decimal import Decimal

import pytest

from transforms.pricing.deployments import Deployment, rates, read_deployments
from transforms.pricing.ledger import Text, UserFiles, ledger
from transforms.pricing.prices import PriceError

WORKED = """deployments:
  - model: own-70b
    provider: vllm
    gpus: 2
    usd_per_gpu_hour: 2.50
    fixed_usd_per_month: 2000
    hours_per_month: 720
    decode_tokens_per_second: 2000
    utilisation: 0.5
    batch: 32
    source: bench
"""


def worked(**changes: str) -> Deployment:
    text = WORKED
    for key, value in changes.items():
        text = "".join(
            f"    {key}: {value}\n" if line.strip().startswith(f"{key}:") else line
            for line in text.splitlines(keepends=True)
        )
    (found,) = read_deployments(text, "own.yaml")
    return found


def test_worked_month() -> None:
    """Two GPUs at $2.50 for 720 hours and $2,000 are $5,600; 2,000 tokens/s at half use serve 25.92 M requests of 100
    output tokens or 5.184 M of 500."""
    found = worked()
    assert found.usd_per_month.quantize(Decimal("1e-9")) == 5600
    assert found.tokens_per_month("output") == 25_920_000 * 100 == 5_184_000 * 500
    assert found.usd_per_token("output").quantize(Decimal("1e-12")) == Decimal("0.000002160494")


def test_worked_break_even() -> None:
    """Against $0.85 a million the lines meet beyond what two GPUs serve; against $30 at about 0.373 M requests."""
    found = worked()
    for requests, tokens, api in ((65_900_000, 100, "0.85"), (13_200_000, 500, "0.85"), (373_000, 500, "30")):
        price = Decimal(api) / 1_000_000
        meets_at = found.usd_per_month / (tokens * price)
        assert abs(meets_at - requests) < requests / 100
        is_within_capacity = meets_at * tokens <= found.tokens_per_month("output")
        assert is_within_capacity == (found.usd_per_token("output") < price)
    at_break_even = Decimal("0.5") * Decimal("373333.33") / 5_184_000
    few = worked(utilisation=str(at_break_even))
    assert abs(few.usd_per_token("output") * 500 - Decimal("0.015")) < Decimal("1e-6")


def test_a_token_of_prefill_costs_by_its_own_speed() -> None:
    text = WORKED.replace("    utilisation", "    prefill_tokens_per_second: 24000\n    utilisation")
    (found,) = read_deployments(text, "own.yaml")
    prices = {rate.token_kind: rate.unit_price_usd for rate in rates(found)}
    assert abs(prices["output"] - prices["input"] * 12) < Decimal("1e-11")


def test_own_and_bought_calls_stand_in_one_ledger() -> None:
    found = ledger(UserFiles(deployments=Text("own.yaml", WORKED)))
    own = {rate.token_kind: rate for rate in found.rates if rate.price_model == "own-70b"}
    assert own.keys() == {"input", "cache_read", "cache_write", "cache_write_1h", "output"}
    assert own["input"].unit_price_usd == 0
    assert own["output"].rate_class == "contracted"
    assert own["output"].source == (
        "deployment: (2 GPUs × 2.50 USD + 2000 USD ÷ 720 h) an hour ÷ 2000 tokens/s × 0.5 used, batch 32; bench"
    )
    assert ("vllm", "own-70b") in found.models


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("utilisation", "50", "own.yaml:9: deployments[1].utilisation: expected a share above 0, to 1, got 50"),
        ("utilisation", "50", "is it 0.5?"),
        ("utilisation", "0", "expected a share above 0"),
        ("gpus", "none", "expected a number, got 'none'"),
        ("usd_per_gpu_hour", "0", "expected a number above 0"),
        ("hours_per_month", "8760", "no month has more than 744"),
        ("decode_tokens_per_second", "0.01", "would cost"),
        ("fixed_usd_per_month", "-1", "expected 0 or more"),
    ],
)  # fmt: skip
def test_a_wrong_deployment_names_line_and_key(key: str, value: str, said: str) -> None:
    with pytest.raises(PriceError) as caught:
        worked(**{key: value})
    assert str(caught.value).startswith("own.yaml:")
    assert said in str(caught.value)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(PriceError, match=r"own\.yaml:2: .*utilisation is missing"):
        read_deployments(WORKED.replace("    utilisation: 0.5\n", ""), "own.yaml")


def test_one_model_has_one_price() -> None:
    priced = Text(
        "prices.csv",
        "provider,model,token_kind,unit_price,valid_from,valid_to,source\nvllm,own-70b,output,2,2026-10-01,,guess\n",
    )
    with pytest.raises(PriceError, match=r"prices\.csv and own\.yaml: vllm/own-70b .* has two rates on 2026-10-01"):
        ledger(UserFiles(priced, Text("own.yaml", WORKED)))


def test_two_deployments_of_one_model_at_one_time_are_refused_by_line() -> None:
    again = WORKED + WORKED.removeprefix("deployments:\n").replace("gpus: 2", "gpus: 4")
    with pytest.raises(
        PriceError, match=r"own\.yaml:12: deployments\[2\]: vllm/own-70b stands in line 2 for 1970-01-01"
    ):
        read_deployments(again, "own.yaml")
    ended = (
        WORKED + "    valid_to: 2026-10-01\n" + WORKED.removeprefix("deployments:\n") + "    valid_from: 2026-10-01\n"
    )
    assert len(read_deployments(ended, "own.yaml")) == 2
