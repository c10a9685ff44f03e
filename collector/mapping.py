"""The mapping file on its way to the writer: read once, at the collector's start, and handed over as text.

So a writer that is started again maps alike, and a file that is broken meanwhile stops nothing that runs.
"""

import dataclasses
from pathlib import Path

from collector.config import CollectorConfig
from transforms.mapping import NO_MAPPING, KeyMapping
from transforms.mapping_file import ConfigError, read_mapping


def read_file(path: Path) -> tuple[str, KeyMapping]:
    """The file's text, and what it says. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the mapping file cannot be read: {error}") from error
    return text, read_mapping(text, str(path))


def with_mapping(config: CollectorConfig) -> CollectorConfig:
    """``config`` with the text of its mapping file, if it names one. Raises ConfigError."""
    return dataclasses.replace(config, mapping=read_file(config.mapping_file)[0]) if config.mapping_file else config


def mapping_of(config: CollectorConfig) -> KeyMapping:
    """What `with_mapping` found."""
    return NO_MAPPING if config.mapping is None else read_mapping(config.mapping, str(config.mapping_file))
