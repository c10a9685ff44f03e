"""Runs the FinOps Foundation's focus-validator: `run.py FILE CRITERIA`; JSON on standard output, without any network.

Started by `validating.py` with the folder of `make validator` on the path. Kept apart from our own packages: the
validator asks for older ones than ours and for Python 3.12. It runs on ours, and on 3.11 with one line spelled
otherwise.
"""

import contextlib
import importlib.machinery
import importlib.util
import json
import socket
import sys
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn

MODULE = "focus_validator.config_objects.focus_to_duckdb_converter"
NEWER = rb"""f"'{k.replace('\"', '\"\"')}'" for k in ignore_keys"""
OLDER = rb"""("'" + k.replace('"', '""') + "'") for k in ignore_keys"""
"""A backslash inside an f-string's braces, which Python takes from 3.12 on, and the same for 3.11."""


class Spelled(importlib.machinery.SourceFileLoader):
    """Loads the one module with that line."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:
        if data.count(NEWER) != 1:
            raise ValueError(f"{path}: expected {NEWER.decode()} once, found it {data.count(NEWER)} times")
        return super().source_to_code(data.replace(NEWER, OLDER), path, _optimize=_optimize)


class Finder:
    """Finds the one module."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name != MODULE:
            return None
        file = str(Path(path[0]) / "focus_to_duckdb_converter.py")
        return importlib.util.spec_from_file_location(name, file, loader=Spelled(name, file))


def refuse(*_: Any, **__: Any) -> NoReturn:
    """Stands where a connection would be made."""
    raise OSError("the validator asked for the network; its rules are expected to come with it")


def main(file: str, criteria: str) -> None:
    """Validate ``file`` against FOCUS 1.2 and the comma-separated applicability ``criteria``."""
    socket.socket.connect = refuse  # type: ignore[method-assign]
    sys.meta_path.insert(0, Finder)
    from focus_validator.validator import Validator  # type: ignore[import-not-found]  # not in our environment

    validator = Validator(
        data_filename=file,
        output_destination=None,
        output_type="console",
        focus_dataset="CostAndUsage",
        rules_version="1.2",
        rules_block_remote_download=True,
        applicability_criteria=criteria or None,
    )
    with contextlib.redirect_stdout(sys.stderr):
        results = validator.validate()
    json.dump({rule: verdict(found) for rule, found in results.by_rule_id.items()}, sys.stdout)


def verdict(found: dict[str, Any]) -> list[str]:
    """pass, fail or skipped (as its console says), and why."""
    details = found.get("details") or {}
    state = "skipped" if details.get("skipped") else "pass" if found["ok"] else "fail"
    return [state, str(details.get("message") or details.get("reason") or "")]


if __name__ == "__main__":
    main(*sys.argv[1:])
