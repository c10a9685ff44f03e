"""The builds directory: one folder a build, and CURRENT, which names the one to read.

    builds/CURRENT                         the id of the published build
    builds/<utc>-<random>/warehouse.duckdb a published build; never changes
    builds/.work/warehouse.duckdb          the build being made
    builds/.step/warehouse.duckdb          the step before it, of a build that is made in several
    facts/<model>/date=YYYY-MM-DD/…parquet rows of large models, shared by the builds that name them

A build appears by renaming its folder and is published by renaming CURRENT; a reader never waits and never sees half
of one. A few old builds are kept to go back to; facts that no kept build names are removed.
"""

import fcntl
import functools
import logging
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from transforms.published_build import current_build, pointer_of, warehouse_of

LOG = logging.getLogger(__name__)
KEPT_BUILDS = 5


class BuildInProgressError(RuntimeError):
    """Another process is building in this data directory."""


class Builds:
    """The builds of one data directory."""

    def __init__(self, data: Path) -> None:
        self._data = data.absolute()
        self.pointer = pointer_of(self._data)
        self.folder = self.pointer.parent
        self.facts = self._data / "facts"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.facts.mkdir(parents=True, exist_ok=True)

    @property
    def current(self) -> str | None:
        """Id of the published build; None before the first."""
        return current_build(self._data)

    def warehouse(self, build_id: str) -> Path:
        """The database of a build."""
        return warehouse_of(self._data, build_id)

    @property
    def published(self) -> Path | None:
        """The published database, None before the first build. Raises FileNotFoundError when CURRENT names none."""
        build_id = self.current
        if build_id is None:
            return None
        path = self.warehouse(build_id)
        if not path.exists():
            raise FileNotFoundError(f"{self.pointer} names {build_id}, but {path} does not exist")
        return path

    @property
    def to_carry_on_from(self) -> Path | None:
        """The published database if it and its facts can be read; None makes the next build start anew."""
        build_id = self.current
        if build_id is None:
            return None
        warehouse = self.warehouse(build_id)
        facts = named_facts(warehouse)
        if facts is None or not all(_is_parquet(Path(path)) for path in facts):
            LOG.warning("the facts of %s cannot be read; everything is made anew", warehouse)
            return None
        return warehouse

    @property
    def work(self) -> Path:
        """Folder of the build being made."""
        return self.folder / ".work"

    @property
    def step(self) -> Path:
        """The database of the step before the one being made."""
        return self.folder / ".step" / "warehouse.duckdb"

    def keep_step(self) -> None:
        """The finished work is a step: what is made next carries on from it. No reader sees it."""
        self.drop_step()
        self.work.rename(self.step.parent)
        self.clean()

    def drop_step(self) -> None:
        """Forget the step, if there is one."""
        shutil.rmtree(self.step.parent, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Only one build at a time; raises BuildInProgressError at once when another runs."""
        with (self.folder / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BuildInProgressError(
                    f"another process is building in {self.folder}; wait for it to end"
                ) from None
            yield

    def publish(self, made: Sequence[str]) -> None:
        """Give the finished work its name, the last of ``made``, point CURRENT at it, and clean up what nobody reads.

        The others are the steps towards it, which wrote facts, too."""
        build_id = made[-1]
        for path in self.work.iterdir():
            if path.name != "warehouse.duckdb":
                path.unlink()
        sync(self.work / "warehouse.duckdb")
        self._sync_facts(made)
        self.work.rename(self.folder / build_id)
        named = self.pointer.with_name(f".{self.pointer.name}.tmp")
        named.write_text(build_id + "\n")
        sync(named)
        named.replace(self.pointer)
        sync(self.folder)
        self.drop_step()
        self.clean()

    def _sync_facts(self, made: Sequence[str]) -> None:
        """Make the facts that this build wrote durable, before CURRENT speaks of them."""
        written = [path for build_id in made for path in self.facts.rglob(f"{build_id}_*.parquet")]
        for path in [*written, *{path.parent for path in written}]:
            sync(path)

    def clean(self) -> None:
        """Remove builds beyond the kept ones and facts that no kept build names, also those of a build that failed.

        Where a kept build cannot be read just now, no facts go: they may be its.
        """
        builds = sorted(path for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        # the published one counts among the kept, also where the clock was set back and its id does not sort last
        kept = [path for path in builds if path.name == self.current or path in builds[-KEPT_BUILDS:]]
        for path in builds:
            if path not in kept:
                shutil.rmtree(path)
        kept_warehouses = [self.warehouse(build.name) for build in kept]
        named = [named_facts(path) for path in [*kept_warehouses, *([self.step] if self.step.exists() else [])]]
        in_use = {file for files in named if files is not None for file in files}
        if None not in named:
            for file in self.facts.rglob("*.parquet"):
                if str(file) not in in_use:
                    file.unlink()


def new_build_id() -> str:
    """Ids sort by time."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(2)}"


def named_facts(warehouse: Path) -> frozenset[str] | None:
    """The fact files a build names; None where the build is missing or cannot be read."""
    try:
        there = warehouse.stat()
        return _named_facts(warehouse, there.st_ino, there.st_size, there.st_mtime_ns)
    except (duckdb.Error, FileNotFoundError) as error:
        LOG.warning("%s cannot be read and is left aside: %s", warehouse, error)
        return None


@functools.lru_cache(maxsize=4 * KEPT_BUILDS)
def _named_facts(warehouse: Path, *_same_file: int) -> frozenset[str]:
    """Read once a file: a published build never changes, and every build asks for those of all that are kept."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return frozenset(path for (path,) in connection.execute("select path from meta.history_files").fetchall())


def _is_parquet(path: Path) -> bool:
    """Whether a file ends as Parquet does; one cut short by a power failure does not."""
    try:
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return file.read() == b"PAR1"
    except OSError:
        return False


def sync(path: Path) -> None:
    """Make a file or folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
