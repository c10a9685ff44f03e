"""Every setting, its type, default and meaning: the one place.

Sources, the first that says something wins: arguments (the command line), environment variables SPANLEDGER_<NAME>,
`spanledger.toml` in the working directory, the default. A value that does not fit, or a name nobody knows, is a
SettingsError that names the setting, the value, where it stands and what was expected.
"""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, InstanceOf, PrivateAttr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from collector.config import FILES, CollectorConfig
from collector.store.lake_store import LakeStore, store_of
from collector.store.object_path import absolute, place_of
from spanledger.charges.charge_files import ChargeFiles
from spanledger.prices.price_files import PriceFiles
from spanledger.published.build_limits import Limits

PREFIX = "SPANLEDGER_"
FILE = Path("spanledger.toml")
LEAST_MONTHS = 4
"""Of calls: fewer would reach into days that pages and levers look back over, which are ninety."""
PRICE_FILES = ("prices_file", "deployments_file", "model_names_file", "fx_file")
"""Settings that name the files prices come from."""

CHARGE_FILES = ("charges_file", "coverage_file", "allocation_file", "tag_policy_file")
"""Settings that name the files charges come from, and those that say who owns spend."""

OF_BUILDS = (*PRICE_FILES, *CHARGE_FILES, "outcome_rules_file", "budgets_file", "events_file", "business_file")
"""Settings that name the files that builds read beside the data directory."""

NO_SETTINGS = frozenset({"SPANLEDGER_PUBLIC_DATA"})
"""Variables with our prefix that others read: where the tests find the public data sets."""


class SettingsError(ValueError):
    """One or more settings are wrong; the message has a line for each."""


def _lake(place: Any) -> Any:
    if str(place).startswith(("gs:", "az:", "abfs:", "s3a:")):
        raise ValueError("a folder, or s3://bucket/prefix in a store that speaks S3")
    return place if place is None else place_of(place)


def _plain(path: Path) -> Path:
    if set("*?[]'") & set(str(path)):
        raise ValueError("a path without * ? [ ] and quotes, which file patterns and SQL read as their own")
    return path


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]
Bytes = Annotated[int, Field(ge=1024)]
Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Settings(BaseSettings):
    """The settings. Sizes are bytes, names ending in _s are seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True)

    data: Annotated[Path, AfterValidator(_plain)] = Field(
        Path("data"), description="Directory for the log, the lake, records and builds."
    )
    lake: Annotated[InstanceOf[PurePath] | None, BeforeValidator(_lake)] = Field(
        None, description="Directory of the Parquet lake, or s3://bucket/prefix; <data>/lake when not set."
    )
    receiver_only: bool = Field(
        False, description="Only take telemetry in, for a lake that another data directory keeps: `collect` alone."
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    grpc_port: Port = Field(4317, description="Port of OTLP/gRPC; 0 lets the system choose.")
    http_port: Port = Field(4318, description="Port of OTLP/HTTP, health and metrics; 0 lets the system choose.")
    app_host: str = Field(
        "127.0.0.1", min_length=1, description="Address of the cost explorer; beyond this machine it needs login_file."
    )
    app_port: Port = Field(8501, description="Port of the cost explorer.")
    app_names: str = Field("", description="Further names browsers reach the explorer by, such as a proxy's; a,b,c.")
    login_file: Path | None = Field(
        None, description="TOML file of the explorer's login (OpenID Connect), and of who may see it."
    )
    build_interval_s: Seconds = Field(60.0, description="Time between two builds of the warehouse.")
    build_memory_bytes: Annotated[int, Field(ge=256 * 1024**2)] = Field(
        4 * 1024**3, description="Memory of a build; more goes to a temporary file beside it."
    )
    build_threads: Count = Field(2, description="Threads of a build, at most.")
    build_step_rows: Count = Field(
        1_000_000,
        description="New spans that a build reads at once; more are read in steps, none of which is published.",
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="What runs the models of a build: duckdb, or spark, an extra."
    )
    store_content: bool = Field(False, description="Keep prompt and answer texts instead of their keyed hashes.")
    pseudonymous_users: bool = Field(False, description="Keep keyed hashes of user ids and e-mail addresses instead.")
    token_file: Path | None = Field(None, description="TOML file of tokens' hashes and scopes; none asks for no token.")
    allow_insecure: bool = Field(
        False, description="Listen beyond this machine without a token file or clients' certificates."
    )
    tls_cert_file: Path | None = Field(None, description="PEM file: certificate of both doors, with its chain.")
    tls_key_file: Path | None = Field(None, description="PEM file: that certificate's key, without a password.")
    tls_client_ca_file: Path | None = Field(
        None, description="PEM file: authorities; senders then need a certificate from one of them."
    )
    prices_file: Path | None = Field(None, description="CSV of your own prices, which beat the packaged ones.")
    deployments_file: Path | None = Field(None, description="YAML file of models you run: what their machines cost.")
    model_names_file: Path | None = Field(None, description="CSV of what deployment names and internal names mean.")
    fx_file: Path | None = Field(None, description="CSV of exchange rates, dated, in US dollars a unit.")
    currency: Currency = Field("USD", description="Currency that figures are shown in; fx_file has its rates.")
    charges_file: Path | None = Field(None, description="CSV of charges that are not tokens: seats, credits, support.")
    coverage_file: Path | None = Field(None, description="CSV of rules: which calls a charge has paid for.")
    allocation_file: Path | None = Field(
        None, description="YAML file of rules: whose spend is that no tag names, who carries shared costs."
    )
    tag_policy_file: Path | None = Field(
        None, description="YAML file of the tags that calls must carry, and what becomes of spans without them."
    )
    outcome_rules_file: Path | None = Field(
        None, description="YAML file of rules: what scores and labels say of tasks, how long outcomes may take."
    )
    budgets_file: Path | None = Field(
        None, description="YAML file of budgets: who may spend what in which time, and what happens on the way there."
    )
    business_file: Path | None = Field(
        None, description="CSV or Parquet file of what months earned and whom they served: revenue, requests, users."
    )
    events_file: Path | None = Field(
        None, description="YAML file of what is known to come, for forecasts: launches, freezes, dates and factors."
    )
    budget_waits_for_disk: bool = Field(
        False, description="Answer budget questions only when the disk has them: for power cuts; as slow as the disk."
    )
    alerts_file: Path | None = Field(
        None, description="YAML file of who is told of what; without one alerts are listed and nobody is told."
    )
    reports_file: Path | None = Field(
        None, description="YAML file of reports that `up` makes on a schedule, and of the alert channels they go to."
    )
    mapping_file: Path | None = Field(None, description="YAML file that says what your own attribute keys mean.")
    query_timeout_s: Seconds = Field(120.0, description="How long `spanledger sql` may take.")
    query_memory_bytes: Annotated[int, Field(ge=64 * 1024**2)] = Field(
        2 * 1024**3, description="Memory of `spanledger sql`; more goes to a temporary file."
    )
    query_threads: Count = Field(2, description="Threads of `spanledger sql`.")
    page_timeout_s: Seconds = Field(30.0, description="How long one question of a page of the explorer may take.")
    page_memory_bytes: Annotated[int, Field(ge=64 * 1024**2)] = Field(
        2 * 1024**3, description="Memory of the explorer's questions; more goes to a temporary file."
    )
    max_request_bytes: Bytes = Field(20 * 1024**2, description="Largest request body, as it arrives.")
    max_inflated_bytes: Bytes = Field(64 * 1024**2, description="Largest request body once decompressed.")
    max_pending_bytes: Bytes = Field(256 * 1024**2, description="Received and not yet on disk, over all connections.")
    log_max_bytes: Bytes = Field(
        4 * 1024**3, description="Most that may wait in the log for the lake; above, senders are told to wait."
    )
    min_free_bytes: int = Field(
        256 * 1024**2, ge=0, description="What stays free on the log's disk; below, senders are told to wait."
    )
    max_connections: Count = Field(10_000, description="Connections open at a time, of HTTP and of gRPC each.")
    connections_share_per_address: Annotated[float, Field(gt=0, le=1)] = Field(
        0.25, description="Share of them that one client's address may hold, of HTTP; 1 behind a proxy."
    )
    request_timeout_s: Seconds = Field(30.0, description="How long a request may take to arrive.")
    max_attributes: Count = Field(
        10_000, description="Most attributes of a span, resource, scope, event, link or log record."
    )
    max_events: Count = Field(10_000, description="Most events of a span, and most links.")
    client_requests_per_s: Rate = Field(
        0.0, description="Requests a second of one client (token, else address); 0 sets no limit."
    )
    client_bytes_per_s: Rate = Field(0.0, description="Bytes a second of one client, decompressed; 0 sets no limit.")
    client_burst_s: Seconds = Field(10.0, description="Seconds' worth of these limits that may come at once.")
    log_segment_max_bytes: Bytes = Field(64 * 1024**2, description="Size at which a log segment is handed over.")
    log_segment_max_age_s: Seconds = Field(2.0, description="Age at which it is: how soon data reaches the lake.")
    writer_max_spans_per_s: Rate = Field(
        0.0, description="Brake on the writer, for machines that others need too; 0 does not brake."
    )
    batch_requests: Count = Field(1024, description="Requests decoded in one go.")
    drain_timeout_s: Seconds = Field(30.0, description="How long stopping may take before it is cut short.")
    compaction_interval_s: Seconds = Field(60.0, description="Time between two looks for small lake files.")
    compaction_grace_s: Seconds = Field(3600.0, description="How long merged files' parts stay for readers.")
    compaction_max_rows: Count = Field(1_000_000, description="Largest file that compaction makes, in spans.")
    keep_spans_days: Count | None = Field(
        None, description="Days of arrival that raw spans stay in the lake; for ever when not set. Figures always stay."
    )
    keep_calls_months: Count | None = Field(
        None,
        description="Months that calls, tasks and outcomes stay, 4 or more; for ever when not set. Daily figures stay.",
    )
    log_format: Literal["text", "json"] = Field("text", description="How every process writes its log: text or json.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged, and worse.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=FILE)

    @model_validator(mode="after")
    def _sizes_fit(self) -> "Settings":
        if self.max_inflated_bytes < self.max_request_bytes:
            raise ValueError(
                f"max_inflated_bytes ({self.max_inflated_bytes}) must not be below "
                f"max_request_bytes ({self.max_request_bytes})"
            )
        return self

    @model_validator(mode="after")
    def _tls_is_whole(self) -> "Settings":
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_cert_file and tls_key_file belong together: set both or neither")
        if self.tls_client_ca_file is not None and self.tls_cert_file is None:
            raise ValueError("tls_client_ca_file needs tls_cert_file and tls_key_file: only TLS asks for certificates")
        return self

    @model_validator(mode="after")
    def _tiers_follow_each_other(self) -> "Settings":
        months, days = self.keep_calls_months, self.keep_spans_days
        if months is not None and (months < LEAST_MONTHS or days is None or days > months * 28):
            raise ValueError(
                f"keep_calls_months ({months}) must be {LEAST_MONTHS} or more, and needs keep_spans_days of at most 28 "
                f"days a month ({'not set' if days is None else days}): raw spans go first"
            )
        return self

    @model_validator(mode="after")
    def _receiver_decides_nothing(self) -> "Settings":
        given = [
            name for name in ("budgets_file", "keep_spans_days", "keep_calls_months") if getattr(self, name) is not None
        ]
        if self.receiver_only and given:
            raise ValueError(
                f"receiver_only and {' and '.join(given)} exclude each other: the data directory that keeps the lake "
                "decides by budgets and removes by age; set them there alone"
            )
        return self

    _sources: dict[str, str] = PrivateAttr(default_factory=dict)

    def source(self, name: str) -> str:
        """Where a setting's value comes from, in words."""
        return self._sources.get(name, "default")

    def replaced(self, values: Mapping[str, Any], source: str) -> "Settings":
        """These settings with other values, which come from ``source``."""
        changed = self.model_copy(update=dict(values))
        changed._sources = self._sources | dict.fromkeys(values, source)
        return changed

    @property
    def lake_path(self) -> PurePath:
        """Where the lake is, whatever the working directory."""
        return absolute(self.lake if self.lake is not None else self.data / "lake")

    @property
    def lake_store(self) -> LakeStore:
        """The lake's files. Raises StoreError where the environment does not say who we are in an object store."""
        return store_of(self.lake_path, self.data.absolute())

    @property
    def price_files(self) -> PriceFiles:
        """The files that prices come from, beside the package."""
        return PriceFiles(**{name.removesuffix("_file"): getattr(self, name) for name in PRICE_FILES})

    @property
    def charge_files(self) -> ChargeFiles:
        """The files that charges come from."""
        return ChargeFiles(**{name.removesuffix("_file"): getattr(self, name) for name in CHARGE_FILES})

    @property
    def build_limits(self) -> Limits:
        """What a build may take."""
        return Limits(self.build_memory_bytes, self.build_threads, self.build_step_rows)

    def collector_config(self) -> CollectorConfig:
        """The collector's part, with absolute paths."""
        names = set(CollectorConfig.__dataclass_fields__) - {"data", "lake", "mapping", *FILES}
        return CollectorConfig(
            data=self.data.absolute(),
            lake=self.lake_path,
            **{name: path and path.absolute() for name in FILES for path in (getattr(self, name),)},
            **{name: getattr(self, name) for name in names},
        )


def load_settings(**arguments: Any) -> Settings:
    """The settings of this process; ``arguments`` that are None count as not given. Raises SettingsError."""
    given = {name: value for name, value in arguments.items() if value is not None}
    from_file = _read_file()
    problems = [
        *_unknown(given, "argument {}"),
        *_unknown(_from_environment(), "environment variable {}", lambda name: PREFIX + name.upper()),
        *_unknown(from_file, f"{FILE}: {{}}"),
    ]
    if problems:
        raise SettingsError("\n".join(problems))
    places = {**{name: str(FILE) for name in from_file}, **dict.fromkeys(_from_environment(), "the environment")}
    places.update(dict.fromkeys(given, "the command line"))
    try:
        settings = Settings(**given)
        settings._sources = places
        return settings
    except ValidationError as error:
        raise SettingsError("\n".join(_describe(dict(item), places) for item in error.errors())) from error


def _from_environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name.startswith(PREFIX) and name not in NO_SETTINGS}
    return {name[len(PREFIX) :].lower(): value for name, value in ours.items()}


def _read_file() -> dict[str, Any]:
    try:
        return tomllib.loads(FILE.read_text())
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE} is not TOML: {error}") from error


def _unknown(names: dict[str, Any], place: str, spell: Any = str) -> list[str]:
    problems = []
    for name in sorted(set(names) - set(Settings.model_fields)):
        near = difflib.get_close_matches(name, Settings.model_fields, 1, cutoff=0)
        hint = f"; did you mean {spell(near[0])}?" if near else ""
        problems.append(f"{place.format(spell(name))} is no setting{hint}")
    return problems


def _describe(error: dict[str, Any], places: dict[str, str]) -> str:
    name = ".".join(str(part) for part in error["loc"][:1])
    if not name:
        return str(error["msg"]).removeprefix("Value error, ")
    value = json.dumps(error["input"], default=str)
    expected = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    meaning = Settings.model_fields[name].description
    return f"{name} = {value} (from {places.get(name, 'the default')}): expected {expected}. {meaning}"
