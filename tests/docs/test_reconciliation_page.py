"""The page on reconciliation lists every reason and format there is, and its mapping file can be read."""

import re
from pathlib import Path

from docs.generate import DOCS
from transforms.invoices.meaning import PARTS, read_meaning
from transforms.invoices.reading import NAMES
from transforms.reconciliation.findings import OPEN, REASONS

PAGE = Path(DOCS / "reconciliation.md").read_text()


def test_every_reason_is_listed() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (yes|no) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(name, "yes" if name in OPEN else "no", words) for name, words in REASONS.items()]


def test_every_format_is_listed() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) >= set(NAMES)


def test_the_mapping_file_can_be_read() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    said = read_meaning(text, "mapping.yaml")
    assert all(getattr(said, part) for part in PARTS)
