"""The machine: packages, the data directory, disk space."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.settings import PREFIX, Settings

LOCK = Path(__file__).resolve().parents[2] / "requirements.lock"
OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1024**3
_PIN = re.compile(r"^[A-Za-z0-9._-]+==[^\\\n]+", re.MULTILINE)


def packages(lock: Path = LOCK) -> Iterator[Finding]:
    """Python and the packages, compared with the lock file."""
    python = sys.version.split()[0]
    if sys.version_info < OLDEST_PYTHON:
        yield fault(
            "Python", f"this is {python}, 3.11 or newer is needed", "make clean, then make setup PYTHON=python3.11"
        )
    if not lock.exists():
        yield note("packages", f"Python {python}; there is no {lock} to compare with")
        return
    pins = [pin for pin in map(Requirement, _PIN.findall(lock.read_text())) if not pin.marker or pin.marker.evaluate()]
    wrong = [text for pin in pins if (text := _mismatch(pin))]
    if wrong:
        yield fault("packages", f"not as locked: {', '.join(wrong)}", "make setup (or install requirements.lock again)")
    else:
        yield ok("packages", f"Python {python}, {len(pins)} packages as locked")


def _mismatch(pin: Requirement) -> str | None:
    try:
        installed = metadata.version(pin.name)
    except metadata.PackageNotFoundError:
        return f"{pin.name} is missing"
    return None if pin.specifier.contains(installed) else f"{pin.name} is {installed}, not {str(pin.specifier)[2:]}"


def data_directory(settings: Settings) -> Iterator[Finding]:
    """Whether the data directory and its folders can be written, and how much room there is."""
    data = settings.data.absolute()
    lake = [place for place in (settings.lake_path,) if isinstance(place, Path)]
    folders = [data, *lake, *(data / name for name in ("log", "run", "builds", "facts"))]
    problems = [problem for folder in folders if (problem := _unwritable(folder))]
    for problem in problems:
        yield fault("data directory", problem, f"make it a folder this user can write, or set {PREFIX}DATA elsewhere")
    if not problems:
        yield ok(
            "data directory", f"{data} can be written" if data.exists() else f"{data} will be made by the first start"
        )
    yield _space(data)


def _unwritable(folder: Path) -> str | None:
    place = folder if folder.exists() else next(parent for parent in folder.parents if parent.exists())
    if not place.is_dir():
        return f"{place} is a file where a folder belongs"
    try:
        with tempfile.TemporaryFile(dir=place):
            return None
    except OSError as error:
        return f"{place} cannot be written: {error.strerror}"


def _space(data: Path) -> Finding:
    place = next(path for path in (data, *data.parents) if path.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:,.1f} GiB free below {place}"
    if free < LEAST_FREE_BYTES:
        return fault("disk space", f"only {detail}", "free some, or move the data directory to a larger disk")
    return ok("disk space", detail)
