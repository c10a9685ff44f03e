"""Models of a dump (`tests.spark.dump`), translated, run on Spark over what DuckDB gave them, compared with its own.

    python -m tests.spark.models DUMP --serve &         (keeps one Spark; rules are read anew for each question)
    python -m tests.spark.models DUMP int_runs int_calls
    python -m tests.spark.models DUMP                   (all models)
    python -m tests.spark.models DUMP --analyse         (whether Spark accepts them, without running any)

A line a model: `equal`, or what is not: columns, rows that one side has alone, or Spark's error. Doubles may
differ by one unit in the last place.
"""

import argparse
import contextlib
import hashlib
import importlib
import json
import re
import socket
import sys
import time
from pathlib import Path
from typing import Any

from tests.spark import equal

SOCKET = "spark.sock"


def main(arguments: list[str] | None = None) -> int:
    """Answer from the server of this dump if it listens, else here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("dump", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--analyse", action="store_true")
    options = parser.parse_args(arguments)
    names = [*(["--analyse"] if options.analyse else []), *options.names]
    if options.serve:
        serve(options.dump)
    elif (options.dump / SOCKET).exists():
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(options.dump / SOCKET))
            asked.sendall(" ".join(names).encode())
            asked.shutdown(socket.SHUT_WR)
            while part := asked.recv(65536):
                sys.stdout.write(part.decode())
                sys.stdout.flush()
    else:
        dump = Dump(options.dump)
        for line in dump.compare(names):
            sys.stdout.write(line + "\n")
    return 0


def serve(folder: Path) -> None:
    """Answer lists of names until killed."""
    path = folder / SOCKET
    path.unlink(missing_ok=True)
    dump = Dump(folder)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()
        while True:
            asked, _ = door.accept()
            # who asked may have gone
            with contextlib.suppress(BrokenPipeError), asked, asked.makefile("rw", encoding="utf-8") as stream:
                for line in dump.compare(stream.read().split()):
                    stream.write(line + "\n")
                    stream.flush()


class Dump:
    """A dump and the Spark that reads it."""

    def __init__(self, folder: Path) -> None:
        from tests.spark.session import local_session

        self._folder = folder
        self._types: dict[str, list[tuple[str, str]]] = json.loads((folder / "types.json").read_text(encoding="utf-8"))
        self._spark = local_session()
        self._known: set[str] = set()

    def compare(self, names: list[str]) -> Any:
        """Lines of text, one a model and more where it differs."""
        is_run = "--analyse" not in names
        names = [name for name in names if name != "--analyse"]
        for name in names or sorted(path.stem for path in (self._folder / "sql").glob("*.sql")):
            started = time.monotonic()
            try:
                found = self.differences(name, is_run)
            except Exception as error:  # noqa: BLE001  (whatever Spark says is the answer)
                found = [f"{type(error).__name__}: {str(error).strip().splitlines()[0][:400]}"]
            taken = f"{time.monotonic() - started:.1f} s"
            yield f"{name}: {'DIFFERENT' if found else 'equal' if is_run else 'accepted'} ({taken})"
            yield from (f"    {line}" for line in found)

    def sql(self, name: str) -> str:
        """The model's SQL for Spark, its relations named as this session knows them."""
        for module in [module for module in sys.modules if module.startswith("spanledger.spark.sql")]:
            del sys.modules[module]
        translate = importlib.import_module("spanledger.spark.sql").translate
        text = (self._folder / "sql" / f"{name}.sql").read_text(encoding="utf-8")
        text = re.sub(r'"?\b(?:scratch|warehouse)\b"?\.', "", text)
        text = re.sub(r"\bprevious\.(\w+)\.", r"previous_\1.", text)
        text = re.sub(r"read_parquet\(\[(.*?)\][^)]*\)", self._files, text)
        translated: str = translate(text, lambda table: [column for column, _ in self._types[table]])
        return translated

    def _files(self, found: re.Match[str]) -> str:
        """The name of a view over the files that a model names, with the column `filename`."""
        paths = re.findall(r"'([^']*)'", found[1])
        view = f"files_{hashlib.md5(found[1].encode()).hexdigest()}"
        name = "regexp_replace(_metadata.file_path, '^file:/+', '/') as filename"
        self._spark.read.parquet(*paths).selectExpr("*", name).createOrReplaceTempView(view)
        return view

    def differences(self, name: str, is_run: bool = True) -> list[str]:
        """What is not equal about a model, a line each; without running it, what Spark does not understand."""
        statement = self.sql(name)
        self._open(statement)
        relation = next(
            known
            for known in self._types
            if known.endswith(f".{name}") and not known.startswith(("previous_", "history."))
        )
        rows = self._spark.sql(statement)
        if not is_run:
            return []
        made = rows.toArrow()
        return equal.differences(made, self._folder / "data" / f"{relation}.parquet", self._types[relation])

    def _open(self, statement: str) -> None:
        for schema, name in set(re.findall(r"`?(\w+)`?\.`?(\w+)`?", statement)):
            relation = f"{schema}.{name}"
            if relation not in self._types or relation in self._known:
                continue
            path = self._folder / "data" / f"{relation}.parquet"
            self._spark.sql(f"create schema if not exists {schema}")
            self._spark.sql(f"create or replace view {relation} as select * from parquet.`{path.resolve()}`")
            self._known.add(relation)


if __name__ == "__main__":
    sys.exit(main())
