"""The mapping file: whether it can be used."""

from collections.abc import Iterator

from collector.mapping import read_file
from spanledger.doctor.findings import Finding, fault, ok
from spanledger.settings import Settings
from transforms.yaml_lines import ConfigError


def mapping_file(settings: Settings) -> Iterator[Finding]:
    """What it maps, or what is wrong with it; nothing where no file is named."""
    if settings.mapping_file is None:
        return
    try:
        _, mapping = read_file(settings.mapping_file)
    except ConfigError as error:
        cure = "correct it there; a running collector keeps what it read at its start, a new one refuses to start"
        yield fault("mapping file", str(error), cure)
        return
    keys = sum(len(sender.keys | sender.resource_keys) for sender in mapping.senders)
    yield ok("mapping file", f"{settings.mapping_file}: {keys} keys of {len(mapping.senders)} senders")
