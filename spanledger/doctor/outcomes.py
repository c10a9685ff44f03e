"""Outcomes said later: whether every file of them can be read."""

from collections.abc import Iterator

from collector.store.lake_file import LakeError
from collector.store.outcome_files import active, folder_of
from spanledger.doctor.findings import Finding, fault, ok
from spanledger.doctor.store import unreadable
from spanledger.settings import Settings


def outcomes(settings: Settings, *, is_deep: bool) -> Iterator[Finding]:
    """Every file says its parts, no two hold the same; ``is_deep`` reads every row too. Silent where there is none."""
    folder = folder_of(settings.data.absolute())
    paths = sorted(folder.glob("[!.]*.parquet"))
    problems = [problem for path in paths if (problem := unreadable(path, is_deep))]
    if not problems and paths:
        try:
            files = active(folder)
            yield ok("outcomes", f"{len(files)} files, {sum(file.rows for file in files):,} said later")
        except LakeError as error:
            problems.append(str(error))
    for problem in problems:
        yield fault(
            "outcomes",
            problem,
            "put that file back from a backup; if there is none, move it out of that folder (what it said is then "
            "missing) and have it sent or read again: what is known already is kept once",
        )
