"""What the collector needs to know, as one frozen value. `spanledger.settings` makes it from the user's settings."""

import dataclasses
import json
from pathlib import Path, PurePath

from collector.store.object_path import place_of

KIB = 1024
MIB = 1024 * KIB

FILES = (
    *("token_file", "mapping_file", "budgets_file", "tag_policy_file"),
    *("tls_cert_file", "tls_key_file", "tls_client_ca_file"),
)
"""Settings that name files of the operator's."""


@dataclasses.dataclass(frozen=True)
class TlsFiles:
    """PEM files: our certificate with its chain, its key, and the authorities that clients' certificates are from."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """All of them."""
        return [path for path in (self.certificate, self.key, self.client_ca) if path is not None]


@dataclasses.dataclass(frozen=True)
class CollectorConfig:
    """Everything the receiver and the writer can be told. Sizes are bytes, times seconds."""

    data: Path
    lake: PurePath  # a folder, or a place in an object store (`collector.store.object_path`)
    receiver_only: bool = False  # take spans in for a lake that another data directory keeps
    host: str = "127.0.0.1"
    grpc_port: int = 4317  # 0 lets the system choose; the chosen one is in `run/collector.json`
    http_port: int = 4318
    store_content: bool = False
    pseudonymous_users: bool = False
    token_file: Path | None = None
    allow_insecure: bool = False
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    tls_client_ca_file: Path | None = None
    max_request_bytes: int = 20 * MIB  # as it arrives
    max_inflated_bytes: int = 64 * MIB  # after decompression
    max_pending_bytes: int = 256 * MIB  # received but not yet on disk, over all connections
    log_max_bytes: int = 4096 * MIB  # in the log and not yet in the lake; above, senders are told to wait
    min_free_bytes: int = 256 * MIB  # of the log's disk; below, senders are told to wait
    max_connections: int = 10_000  # of each transport
    connections_share_per_address: float = 0.25  # of these, for one client's address
    request_timeout_s: float = 30.0  # for a request to arrive whole
    max_attributes: int = 10_000  # of one span, resource, scope, event, link or log record
    max_events: int = 10_000  # of one span, and as many links
    client_requests_per_s: float = 0.0  # 0: no limit
    client_bytes_per_s: float = 0.0
    client_burst_s: float = 10.0
    log_segment_max_bytes: int = 64 * MIB
    log_segment_max_age_s: float = 2.0  # how soon data reaches the lake
    writer_max_spans_per_s: float = 0.0  # 0: as fast as it can
    batch_requests: int = 1024  # requests decoded in one go; small requests cost half when many are
    drain_timeout_s: float = 30.0
    compaction_interval_s: float = 60.0
    compaction_grace_s: float = 3600.0  # replaced files stay this long for readers that still hold their names
    compaction_max_rows: int = 1_000_000
    log_format: str = "text"  # and log_level: see `collector.logs`
    log_level: str = "info"
    mapping_file: Path | None = None
    budgets_file: Path | None = None
    budget_waits_for_disk: bool = False  # see `collector.budget.journal`
    tag_policy_file: Path | None = None
    mapping: str | None = None  # the text of that file, read at the start (`collector.mapping`)

    @property
    def tls(self) -> TlsFiles | None:
        """The files of TLS; None without them."""
        if self.tls_cert_file is None or self.tls_key_file is None:
            return None
        return TlsFiles(self.tls_cert_file, self.tls_key_file, self.tls_client_ca_file)

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
    def spans(self) -> PurePath:
        """The lake's folder of what came as spans."""
        return self.lake / "spans"

    @property
    def logs(self) -> PurePath:
        """The lake's folder of what came as logs or metrics and tells of calls."""
        return self.lake / "logs"

    def to_json(self) -> str:
        """One line, for handing the configuration to the writer process."""
        return json.dumps(dataclasses.asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "CollectorConfig":
        """The inverse of `to_json`."""
        values = json.loads(text)
        for name in ("data", *FILES):
            values[name] = None if values[name] is None else Path(values[name])
        return cls(**{**values, "lake": place_of(values["lake"])})
