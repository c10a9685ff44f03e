"""What must hold before anything is started, so that `up` never comes up half."""

import fcntl
import os
from pathlib import Path

from collector.door.tls import TlsError, server_context
from collector.door.tokens import TokenFileError, load_tokens
from collector.mapping import read_file
from collector.server import ExposedError, refuse_exposure
from spanledger.exits import IN_THE_WAY, USAGE, Failure
from spanledger.running.login import LoginError, check_explorer
from spanledger.running.ports import Door, free_port, is_loopback, why_taken
from spanledger.settings import PREFIX, Settings
from transforms.yaml_lines import ConfigError


def with_chosen_ports(settings: Settings) -> Settings:
    """The settings with each port 0 replaced by a free one, so that a part that is restarted keeps its address."""
    hosts = {"grpc_port": settings.host, "http_port": settings.host, "app_port": settings.app_host}
    chosen = {name: free_port(host) for name, host in hosts.items() if getattr(settings, name) == 0}
    return settings.model_copy(update=chosen)


def collector_doors(settings: Settings) -> tuple[Door, Door]:
    """Where OTLP is taken: gRPC, HTTP."""
    tls = (settings.tls_cert_file is not None, settings.tls_client_ca_file is not None)
    return (
        Door("OTLP over gRPC", settings.host, settings.grpc_port, "grpc_port", *tls),
        Door("OTLP over HTTP", settings.host, settings.http_port, "http_port", *tls),
    )


def app_door(settings: Settings) -> Door:
    """Where the cost explorer is."""
    is_tls = settings.tls_cert_file is not None and not is_loopback(settings.app_host)
    return Door("cost explorer", settings.app_host, settings.app_port, "app_port", is_tls)


def check(settings: Settings, doors: tuple[Door, ...]) -> None:
    """Raises Failure naming everything that is in the way of starting."""
    if settings.receiver_only:
        raise Failure("a receiver alone has no builds and no pages (receiver_only): run `spanledger collect`", USAGE)
    try:
        refuse_exposure(settings.collector_config())
        if settings.token_file:
            load_tokens(settings.token_file)
        if tls := settings.collector_config().tls:
            server_context(tls)
        check_explorer(settings)
        if settings.mapping_file:
            read_file(settings.mapping_file)
    except (ExposedError, TokenFileError, TlsError, LoginError, ConfigError) as error:
        raise Failure(str(error), USAGE) from error
    problems = [*_data_problems(settings.data.absolute()), *_twice(doors), *_taken(doors)]
    if problems:
        raise Failure("\n".join(problems), IN_THE_WAY)


def check_app(settings: Settings) -> None:
    """Raises Failure when the explorer alone cannot be started as the settings say."""
    try:
        check_explorer(settings)
    except LoginError as error:
        raise Failure(str(error), USAGE) from error
    refuse_taken((app_door(settings),))


def refuse_data(data: Path) -> None:
    """Raises Failure when the data directory cannot be used, or is by another collector."""
    if problems := _data_problems(data):
        raise Failure("\n".join(problems), IN_THE_WAY)


def refuse_taken(doors: tuple[Door, ...]) -> None:
    """Raises Failure naming every port that cannot be listened on."""
    if problems := _taken(doors):
        raise Failure("\n".join(problems), IN_THE_WAY)


def _taken(doors: tuple[Door, ...]) -> list[str]:
    return [port_problem(door, why) for door in doors if (why := why_taken(door))]


def port_problem(door: Door, why: str) -> str:
    """What is wrong with a port, and the cure."""
    option = "--" + door.setting.replace("_", "-")
    return (
        f"port {door.port} of {door.host} ({door.setting}, {door.what}) cannot be used: {why}. "
        f"Stop that program, or choose another port with {PREFIX}{door.setting.upper()} or {option}."
    )


def holder(path: Path) -> str | None:
    """Id of the process that holds a lock file; None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 64, 0).decode(errors="replace").strip() or "unknown"
    finally:
        os.close(descriptor)
    return None


def _data_problems(data: Path) -> list[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        pid = holder(data / "run" / "collector.lock")
    except OSError as error:
        return [f"the data directory {data} cannot be used: {error.strerror}. Set {PREFIX}DATA to one that can."]
    if pid is None:
        return []
    return [f"{data} is in use by the collector with process id {pid}. Stop that one, or set {PREFIX}DATA."]


def _twice(doors: tuple[Door, ...]) -> list[str]:
    names: dict[int, list[str]] = {}
    for door in doors:
        names.setdefault(door.port, []).append(door.setting)
    return [f"{' and '.join(same)} are both {port}; give each its own" for port, same in names.items() if len(same) > 1]
