"""What the collector needs to know, as one frozen value. `spanledger.settings` makes it from the user's settings."""

import dataclasses
import json
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB


@dataclasses.dataclass(frozen=True)
class CollectorConfig:
    """Everything the receiver and the writer can be told. Sizes are bytes, times seconds."""

    data: Path
    lake: Path
    host: str = "127.0.0.1"
    grpc_port: int = 4317  # 0 lets the system choose; the chosen one is in `run/collector.json`
    http_port: int = 4318
    store_content: bool = False
    token_file: Path | None = None
    allow_insecure: bool = False
    max_request_bytes: int = 20 * MIB  # as it arrives
    max_inflated_bytes: int = 64 * MIB  # after decompression
    max_pending_bytes: int = 256 * MIB  # received but not yet on disk, over all connections
    log_segment_max_bytes: int = 64 * MIB
    log_segment_max_age_s: float = 2.0  # how soon data reaches the lake
    batch_requests: int = 1024  # requests decoded in one go; small requests cost half when many are
    drain_timeout_s: float = 30.0
    compaction_interval_s: float = 60.0
    compaction_grace_s: float = 3600.0  # replaced files stay this long for readers that still hold their names
    compaction_max_rows: int = 1_000_000
    log_format: str = "text"  # and log_level: see `collector.logs`
    log_level: str = "info"
    mapping_file: Path | None = None
    mapping: str | None = None  # the text of that file, read at the start (`collector.mapping`)

    @property
    def log(self) -> Path:
        """The write-ahead log's folder."""
        return self.data / "log"

    @property
    def quarantine(self) -> Path:
        """Where requests go that were acknowledged but cannot be read."""
        return self.log / "quarantine"

    @property
    def run(self) -> Path:
        """Small files that say what runs: locks, ports, the writer's state."""
        return self.data / "run"

    @property
    def spans(self) -> Path:
        """The lake's folder of what came as spans."""
        return self.lake / "spans"

    @property
    def logs(self) -> Path:
        """The lake's folder of what came as logs or metrics and tells of calls."""
        return self.lake / "logs"

    def to_json(self) -> str:
        """One line, for handing the configuration to the writer process."""
        return json.dumps(dataclasses.asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "CollectorConfig":
        """The inverse of `to_json`."""
        values = json.loads(text)
        for name in ("data", "lake", "token_file", "mapping_file"):
            values[name] = None if values[name] is None else Path(values[name])
        return cls(**values)
