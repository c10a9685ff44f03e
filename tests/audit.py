"""`python -m tests.audit`: the locked packages' licences, and whether anybody knows of a vulnerability in them.

Licences are read from the installed packages and need no network. Vulnerabilities are asked of PyPI's advisories by
pip-audit (installed apart, see the Makefile). Where that service cannot be asked, this says so and, unless --required,
goes on: nobody should be kept from working by it, and nobody should believe it was done.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
TOOL = ROOT / ".venv" / "audit"
TIMEOUT_S = 180
_PIN = re.compile(r"^[A-Za-z0-9._-]+==[^\\\n]+", re.MULTILINE)
_PERMITTED = re.compile(
    r"\b(MIT|MIT-0|MIT-CMU|0?BSD|[23]-Clause BSD|Apache|ISC|PSF|MPL|Mozilla Public License|Zlib|CC0)\b", re.IGNORECASE
)
_RESTRICTIVE = re.compile(r"\b(A?GPL|LGPL|GNU|SSPL|BUSL|Commons Clause|Proprietary)", re.IGNORECASE)
_ACCEPTED = {"text-unidecode": "also under the Artistic License; comes with dbt, which slugs names with it"}


def pins(lock: Path = ROOT / "requirements.lock") -> Iterator[Requirement]:
    """The packages that are locked for this system."""
    for pin in map(Requirement, _PIN.findall(lock.read_text())):
        if not pin.marker or pin.marker.evaluate():
            yield pin


def licence(name: str) -> str:
    """What an installed package says of its licence."""
    said = metadata.metadata(name)
    if expression := said.get("License-Expression"):
        return expression
    classes = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    return "; ".join(classes) or (said.get("License") or "unknown").partition("\n")[0]


def unfit_licences() -> list[str]:
    """A line for each package whose licence is not one we may pass on."""
    found = ((pin.name, licence(pin.name)) for pin in pins())
    return [f"{name}: {text}" for name, text in found if name not in _ACCEPTED and not is_permitted(text)]


def is_permitted(text: str) -> bool:
    """Whether a licence lets us pass a package on under ours."""
    return _PERMITTED.search(text) is not None and _RESTRICTIVE.search(text) is None


def judged(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What pip-audit's report says: a line for each known vulnerability, and the packages nobody was asked about."""
    vulnerable, unasked = [], []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            unasked.append(package["name"])
        for one in package.get("vulns", []):
            fixed = ", ".join(one.get("fix_versions", [])) or "nothing yet"
            vulnerable.append(f"{package['name']} {package['version']}: {one['id']}, fixed in {fixed}")
    return vulnerable, unasked


def ask() -> dict[str, Any] | str:
    """pip-audit's report on the lock, or why there is none."""
    options = [
        "--requirement",
        str(ROOT / "requirements.lock"),
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
    ]
    command = [sys.executable, "-m", "pip_audit", *options, "--progress-spinner", "off", "--timeout", "10"]
    environment = {**os.environ, "PYTHONPATH": str(TOOL)}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT_S} s"
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return (done.stderr.strip() or "no answer").splitlines()[-1][:300]
    return report


def main() -> int:
    """The exit code: 1 for a vulnerability, an unfit licence, or with --required an audit that could not be made."""
    is_required = "--required" in sys.argv[1:]
    unfit = unfit_licences()
    report = ask()
    vulnerable, unasked = ([], [report]) if isinstance(report, str) else judged(report)
    for line in [
        *(f"licence not permitted: {line}" for line in unfit),
        *(f"vulnerable: {line}" for line in vulnerable),
    ]:
        print(line)  # noqa: T201
    if unasked:
        what = report if isinstance(report, str) else f"the service knows nothing of {len(unasked)} packages"
        print(f"NOT AUDITED for vulnerabilities: {what}. Run `make audit` where PyPI's advisories can be asked.")  # noqa: T201
    else:
        print(f"{sum(1 for _ in pins())} packages audited")  # noqa: T201
    return 1 if unfit or vulnerable or (is_required and unasked) else 0


if __name__ == "__main__":
    sys.exit(main())
