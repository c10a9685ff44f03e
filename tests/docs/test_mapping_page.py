"""The page on mapping files: its example does what it says, its lists are complete."""

import json
import re
from pathlib import Path

from docs.generate import DOCS
from tests.transforms.build import request
from transforms import lossless, mapping_file
from transforms.mapping_file import read_mapping
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.tally import COUNTS

PAGE = Path(DOCS / "mapping.md").read_text()


def fences(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_example_does_what_the_page_says() -> None:
    (text,) = fences("yaml")
    sent, expected = (json.loads(one) for one in fences("json"))
    resource = {"service.name": "support-bot", "acme.stage": "blue"}
    body = request(sent, resource=resource, scope="acme.llm.client")
    options = NormaliseOptions(store_content=False, hash_key=b"k", mapping=read_mapping(text, "mapping.yaml"))
    (row,) = normalise([Request(body, 1, None, "s")], options).to_pylist()
    row["reported_cost_usd"] = str(row["reported_cost_usd"])
    assert {name: row[name] for name in expected} == expected
    assert (row["resource_environment"], row["resource_cost_center"]) == ("blue", None)
    assert lossless.attributes_of(row) == sent


def test_every_column_and_word_is_listed() -> None:
    lists = PAGE.partition("Columns on spans:")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)`", lists.partition("On resources:")[0]) == list(mapping_file.ON_SPANS)
    assert re.findall(r"`(\w+)`", lists.partition("Under `usage`:")[2]) == list(COUNTS)
    tags = [
        name
        for name in mapping_file.ON_SPANS
        if name in mapping_file.ON_RESOURCES[: mapping_file.ON_RESOURCES.index("code_version") + 1]
    ]
    further = re.findall(r"`(\w+)`", lists.partition("`code_version`, and")[2].partition("Under")[0])
    assert [*tags, *further] == list(mapping_file.ON_RESOURCES)
    words = PAGE.partition("- **operation**")[2].partition("\n\n")[0]
    example = set(re.findall(r"llm: (\w+), vector: (\w+), robot: (\w+)", PAGE)[0])
    assert set(re.findall(r"`(\w+)`", words)) | example == set(mapping_file.OPERATIONS)
