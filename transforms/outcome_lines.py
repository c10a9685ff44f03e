"""Files of outcomes: CSV, JSON lines or JSON, of our own keys or another system's. One bad line loses no good one."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from transforms.csv_lines import near
from transforms.outcome_exports import OWN, Form, NoJudgementError, form_of
from transforms.outcomes import FIELDS, OutcomeError, Revision, from_text, read_revision
from transforms.strict_json import JsonError, read_json

WRAPPERS = ("outcomes", "data")
"""Keys under which a JSON file may hold its list; `data` is what Langfuse's API answers with."""

_Line = tuple[str, Any]
"""Where it stands, and what it says: a value, or the `OutcomeError` that it cannot be read with."""


class OutcomeFileError(ValueError):
    """A file that holds no outcomes as a whole; names it and what was expected."""


@dataclass
class Reading:
    """What a file held: its form, the revisions, what is wrong where, and how many records are no judgements."""

    form: str = OWN.name
    revisions: list[Revision] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """When records are read and for whom (None where nobody said); ``source`` overrules what they say themselves."""

    arrived_at: datetime
    organization: str | None = None
    source: str | None = None

    def read(self, content: bytes, name: str) -> Reading:
        """The outcomes in a file called ``name``, whose ending says what it is. Raises OutcomeFileError."""
        reading = Reading()
        header, lines = _opened(_text(content, name), name)
        first: Mapping[str, Any] = header or next((said for _, said in lines if isinstance(said, Mapping)), {})
        form = form_of(first)
        if form is OWN and header:
            _check_header(header, name)
            lines = [(where, _typed(said)) for where, said in lines]
        reading.form = form.name
        for where, said in lines:
            self._take(reading, form, where, said)
        return reading

    def _take(self, reading: Reading, form: Form, where: str, said: Any) -> None:
        try:
            if isinstance(said, OutcomeError):
                raise said
            if not isinstance(said, Mapping):
                raise OutcomeError(f"expected an object, got {type(said).__name__}")
            records = list(form.records(said))
        except OutcomeError as error:
            reading.errors.append(f"{where}: {error}")
            return
        for record in records:
            try:
                reading.revisions.append(self._revision(form.record(record)))
            except OutcomeError as error:
                reading.errors.append(f"{where}: {error}")
            except NoJudgementError as other:
                reading.others[str(other)] = reading.others.get(str(other), 0) + 1

    def _revision(self, record: dict[str, Any]) -> Revision:
        if self.source is not None:
            record["source"] = self.source
        return read_revision(record, arrived_at=self.arrived_at, source="file", organization=self.organization)


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OutcomeFileError(f"{name}: not text in UTF-8 (byte {error.start}); export it as UTF-8") from error


def _opened(text: str, name: str) -> tuple[dict[str, None], list[_Line]]:
    """The columns of a table, none for other files, and the lines. Raises OutcomeFileError."""
    ending = name.lower().rpartition(".")[2]
    if ending == "csv":
        rows = csv.reader(io.StringIO(text), strict=True)
        header = _header(rows, name)
        return dict.fromkeys(header), list(_rows(rows, header, name))
    if ending not in READERS:
        endings = ", ".join(f".{one}" for one in ("csv", *READERS))
        raise OutcomeFileError(f"{name}: expected a file that ends in {endings}")
    return {}, list(READERS[ending](text, name))


def _header(reader: Any, name: str) -> list[str]:
    try:
        header = [column.strip() for column in next(reader, [])]
    except csv.Error as error:
        raise OutcomeFileError(f"{name}:1: not CSV: {error}") from error
    twice = next((column for column in header if header.count(column) > 1), None)
    if twice is not None:
        raise OutcomeFileError(f"{name}:1: column {twice!r:.100} stands twice")
    return header


def _rows(reader: Any, header: list[str], name: str) -> Iterator[_Line]:
    """Rows as what their cells say; empty cells say nothing, empty lines neither."""
    try:
        for row in reader:
            if row:
                yield f"{name}:{reader.line_num}", _cells(header, row)
    except csv.Error as error:  # what follows cannot be told from what is wrong here
        yield f"{name}:{reader.line_num}", OutcomeError(f"not CSV: {error}; nothing behind it was read")


def _cells(header: list[str], row: list[str]) -> Any:
    if len(row) != len(header):
        return OutcomeError(f"the row has {len(row)} cells, expected {len(header)}; a value with a comma needs quotes")
    return {column: cell.strip() for column, cell in zip(header, row, strict=True) if cell.strip()}


def _json_lines(text: str, name: str) -> Iterator[_Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"{name}:{number}", read_json(line)
            except JsonError as error:
                yield f"{name}:{number}", OutcomeError(f"not JSON: {error}")


def _json(text: str, name: str) -> Iterator[_Line]:
    try:
        said = read_json(text)
    except JsonError as error:
        raise OutcomeFileError(f"{name}: not JSON: {error}; one object a line belongs in a .jsonl file") from error
    wrapper = next((key for key in WRAPPERS if isinstance(said, dict) and isinstance(said.get(key), list)), None)
    listed = said[wrapper] if wrapper else said if isinstance(said, list) else [said]
    for number, one in enumerate(listed, 1):
        yield f"{name}, record {number}", one


def _check_header(header: Iterable[str], name: str) -> None:
    """Columns nobody knows are a mistake of the whole file, told once."""
    for column in header:
        if column not in FIELDS:
            raise OutcomeFileError(
                f"{name}:1: no such column {column!r:.100}{near(column, FIELDS)}; there are {', '.join(FIELDS)}"
            )


def _typed(said: Any) -> Any:
    if not isinstance(said, Mapping):
        return said
    try:
        return {column: from_text(column, cell) for column, cell in said.items()}
    except OutcomeError as error:
        return error


READERS: dict[str, Callable[[str, str], Iterator[_Line]]] = {
    "jsonl": _json_lines,
    "ndjson": _json_lines,
    "json": _json,
}
"""How a file that is no table is read, by its ending."""
