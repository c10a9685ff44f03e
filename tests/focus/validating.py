"""A FOCUS file before the FinOps Foundation's own validator, in a process of its own and without a network."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).parent
VALIDATOR = Path(sys.prefix) / "focus-validator"

CLAIMED = (
    "ACCOUNT_NAMING_SUPPORTED",
    "MULTIPLE_PRICING_CATEGORIES_SUPPORTED",
    "NEGOTIATED_PRICING_SUPPORTED",
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED",
    "PUBLIC_PRICE_LIST_SUPPORTED",
    "REGION_SUPPORTED",
    "SUB_ACCOUNT_SUPPORTED",
    "TAGGING_SUPPORTED",
    "UNIT_PRICING_SUPPORTED",
    "USAGE_MEASUREMENT_SUPPORTED",
)
"""What a provider of such data supports, and so has columns for. Without it the validator skips the rules of these."""

CONTRADICTION = {"InvoiceId-C-004-C", "InvoiceId-C-005-C", "InvoiceId-C-003-C", "InvoiceId-C-000-O"}
"""The validator asks of every row that InvoiceId be null (004) and that it be not null (005), for it cannot know which
charges are on an invoice; 003 and 000 want one of the two for the whole file. No file keeps both."""

SPELLED = {"ChargeClass-C-005-C", "ChargeClass-C-000-M"}
"""What a copy of `spelled_out` breaks, on purpose."""


def spelled_out(file: Path, replaced: str = "") -> Path:
    """A copy of a Parquet file beside it, with names for the nulls of ChargeClass and CommitmentDiscountStatus.

    The validator asks `ChargeClass <> 'Correction'` before many of its rules (units, prices, products). In SQL that is
    null where ChargeClass is, as FOCUS wants it for all but corrections: such rules then judge no row. In the copy they
    judge every row. ``replaced`` puts faults in, as DuckDB's REPLACE.
    """
    copy = file.with_name(f"spelled-{file.name}")
    named = "coalesce(ChargeClass, 'none') as ChargeClass, 'Used' as CommitmentDiscountStatus"
    faults = f", {replaced}" if replaced else ""
    duckdb.sql(f"copy (select * replace ({named}{faults}) from '{file}') to '{copy}' (format parquet)")
    return copy


def verdicts(file: Path, criteria: tuple[str, ...] = CLAIMED) -> dict[str, tuple[str, str]]:
    """pass, fail or skipped, and why, by rule. Raises AssertionError with what to do when it cannot run."""
    found = beside("run.py", str(file.absolute()), ",".join(criteria))
    return {rule: (state, why) for rule, (state, why) in found.items()}


def beside(program: str, *arguments: str) -> dict[str, Any]:
    """What a program of this folder prints when it runs on the packages of `make validator`. Raises as `verdicts`."""
    assert VALIDATOR.is_dir(), f"the validator is not there: expected the folder {VALIDATOR}; run `make validator`"
    with tempfile.TemporaryDirectory() as folder:
        # The validator opens a list of currencies by a path below where it runs.
        (Path(folder) / "focus_validator").symlink_to(VALIDATOR / "focus_validator")
        done = subprocess.run(
            [sys.executable, str(HERE / program), *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(VALIDATOR)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, f"{done.stderr[-3000:]}; is it old? run `make validator`"
    return dict(json.loads(done.stdout))


def broken(file: Path, criteria: tuple[str, ...] = CLAIMED) -> dict[str, str]:
    """Rules that the file breaks and why, but for those that no file keeps. Raises as `verdicts`."""
    found = verdicts(file, criteria)
    assert sum(state == "pass" for state, _ in found.values()) > 100
    return {rule: why for rule, (state, why) in found.items() if state == "fail" and rule not in CONTRADICTION}
