"""Where an installation says how it is, below a data directory, for those who write it and those who read it.

run/collector.lock             held by the collector for as long as it works there
run/collector.json             where the collector that works there, or did last, listens
run/fates.json                 what became of everything that was landed, in the data directory's life
run/builder.lock               held by the schedule of builds for as long as it runs
run/builder.json               when the schedule last looked for something new, and why no build came about
run/builds.json                counts of all builds
run/build_log.json             the last builds one by one, the newest last, failures included
run/disk.json                  bytes of each folder, once a day
run/doctor.json                what the doctor last found
run/settings/<command>.json    the settings that the last `spanledger <command>` runs with, and where each comes from
"""

from pathlib import Path

RUN = "run"
COLLECTOR_LOCK, COLLECTOR = "collector.lock", "collector.json"
BUILDER_LOCK, BUILDER = "builder.lock", "builder.json"
FATES, BUILDS = "fates.json", "builds.json"
BUILD_LOG, DISK, DOCTOR, SETTINGS = "build_log.json", "disk.json", "doctor.json", "settings"

FOLDERS = ("log", "lake", "facts", "builds", "records", "budget", "dbt", "run")
"""The folders of a data directory whose sizes are told."""


def run_of(data: Path) -> Path:
    """The folder of all these files."""
    return data / RUN


def size_of(folder: Path) -> int:
    """Bytes of all files below; one that is landed, merged or replaced meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() and not path.is_symlink() else 0
        except FileNotFoundError:
            continue
    return total
