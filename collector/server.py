"""The collector as a whole: both doors, the log, the writer process; started and ended in good order.

Stopping (SIGTERM, SIGINT): take no new requests, finish those at hand, seal the log, let the writer land it, exit 0.
"""

import asyncio
import ipaddress
import logging
import os
import signal
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from collector.budget.part import Budgets
from collector.config import MIB, CollectorConfig
from collector.data_format import FormatError, claim
from collector.door.connection import Connection
from collector.door.elsewhere import Elsewhere
from collector.door.grpc_front import PortTakenError, start_grpc
from collector.door.http_front import HttpFront
from collector.door.http_server import HttpServer
from collector.door.limited_connection import ConnectionLimits, limited, watch
from collector.door.open_files import connections_allowed
from collector.door.openapi import pages as descriptions
from collector.door.pages import Pages
from collector.door.reading_memory import ReadingMemory
from collector.door.receive import Receiver
from collector.door.room import room_in
from collector.door.security import Security
from collector.door.shape import ItemLimits
from collector.door.tag_gate import gate_of
from collector.door.tls import TlsError
from collector.door.tokens import TokenFileError
from collector.files import LockedError, lock, make_folder, secret_key, write_json
from collector.health import Health
from collector.logs import configure_logging
from collector.mapping import with_mapping
from collector.metrics import Counters
from collector.receiver import receiver_id
from collector.store import lake_place
from collector.store.keeper import keeper_of
from collector.store.lake_store import StoreError, store_of
from collector.store.lean import give_memory_back, trim
from collector.supervise import WriterProcess
from collector.wal.log import Log
from transforms.yaml_lines import ConfigError

logger = logging.getLogger(__name__)

STATE_NAME = "collector.json"
_TRIM_S, _LARGE = 5.0, 32 * MIB
_READING_THREADS = 32  # large requests wait in them for their turn to be read


class ExposedError(ValueError):
    """The collector would listen to the network without asking who sends."""


START_ERRORS = (ExposedError, TokenFileError, TlsError, ConfigError, FormatError, LockedError, PortTakenError, OSError)
"""What `run` raises when it cannot start; the message is meant for the user."""


def run(config: CollectorConfig) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code, 0 when everything acknowledged is in the lake.

    Raises one of START_ERRORS when it cannot start.
    """
    configure_logging("collector", config.log_format, config.log_level)
    give_memory_back()
    refuse_exposure(config)
    security = Security(config)
    config = with_mapping(config)
    make_folder(config.run)
    held = [lock(config.run / "collector.lock")]
    try:
        claim(config.data)
        if (descriptor := lake_place.claim(config)) is not None:
            held.append(descriptor)
        secret_key(config.data / "hash.key")
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(_serve(config, security))
    finally:
        for descriptor in held:
            os.close(descriptor)


def refuse_exposure(config: CollectorConfig) -> None:
    """Raises ExposedError for an address beyond this machine without tokens, unless that was asked for by name."""
    if config.token_file or config.tls_client_ca_file or config.allow_insecure or _is_loopback(config.host):
        return
    raise ExposedError(
        f"listening on {config.host} lets anyone on the network write here: set SPANLEDGER_TOKEN_FILE "
        "(or ask for certificates with SPANLEDGER_TLS_CLIENT_CA_FILE), listen on 127.0.0.1, "
        "or say SPANLEDGER_ALLOW_INSECURE=true"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ModuleNotFoundError:  # not made for every system
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


async def _serve(config: CollectorConfig, security: Security) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    listening = _listen(config.host, config.http_port)
    counters = Counters()
    log = Log(
        config.log,
        max_bytes=config.log_segment_max_bytes,
        max_age_s=config.log_segment_max_age_s,
        max_pending_bytes=config.max_pending_bytes,
        receiver=receiver_id(config.data),
    )
    writer = WriterProcess(config)
    room = room_in(log, config)
    budgets = None if config.receiver_only else Budgets(config, security.gate)
    health = Health(config, log, writer, counters, security.problems, room, [budgets] if budgets else [])
    await writer.start()  # before gRPC has threads, which do not go well with making processes
    if budgets:
        await budgets.start()
    receiver = Receiver(
        log,
        security.gate,
        counters,
        max_inflated_bytes=config.max_inflated_bytes,
        max_json_bytes=config.max_request_bytes,
        items=ItemLimits(config.max_attributes, config.max_events),
        room=room,
        tags=gate_of(config),
    )
    limits = ConnectionLimits(
        connections_allowed(config), config.connections_share_per_address, config.request_timeout_s
    )
    memory = ReadingMemory(config.max_pending_bytes)
    grpc_server, grpc_port = start_grpc(
        *(receiver, config.host, config.grpc_port, config.max_request_bytes), security.grpc_credentials, limits, memory
    )
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_READING_THREADS, thread_name_prefix="http"))
    http_server, http_task = _start_http(
        config,
        HttpFront(
            receiver,
            Pages(security.gate, {**health.pages(), **descriptions()}, health.bare_pages()),
            max_request_bytes=config.max_request_bytes,
            memory=memory,
            request_timeout_s=config.request_timeout_s,
            asked=budgets.endpoints if budgets else Elsewhere(security.gate, _keeper(config)),
        ),
        (limits, counters),
        listening,
        security.http_context,
    )
    works = (security.watch(), watch(http_server.server_state.connections), _trim(memory))
    watching = [asyncio.create_task(each) for each in works]
    _announce(config, grpc_port, listening.getsockname()[1])
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, http_task}, return_when=asyncio.FIRST_COMPLETED)

    logger.info("stopping: finishing the requests at hand")
    for each in watching:
        each.cancel()
    health.is_stopping = True
    http_server.should_exit = True
    stopped = grpc_server.stop(config.drain_timeout_s)
    await http_task
    if budgets:
        await budgets.stop()
    receiver.is_stopping = True
    await asyncio.to_thread(stopped.wait)
    await asyncio.to_thread(log.close)
    security.refusals.sweep(is_final=True)
    is_drained = await writer.drain()
    logger.info("stopped; %s", "everything acknowledged is in the lake" if is_drained else "the log is not empty")
    return 0 if is_drained and stop.is_set() else 1


def _keeper(config: CollectorConfig) -> str:
    """Who keeps the lake, in a word; an object store may not answer just now."""
    try:
        return keeper_of(store_of(config.lake, config.data)) or "unknown"
    except StoreError:
        return "unknown"


async def _trim(memory: ReadingMemory) -> None:
    """After large requests, give back what the allocator keeps of them."""
    while True:
        await asyncio.sleep(_TRIM_S)
        if memory.peak() > _LARGE:
            await asyncio.to_thread(trim)


def _start_http(
    config: CollectorConfig,
    front: HttpFront,
    bounds: tuple[ConnectionLimits, Counters],
    listening: socket.socket,
    tls: ssl.SSLContext | None,
) -> tuple[uvicorn.Server, "asyncio.Task[Any]"]:
    settings = uvicorn.Config(
        front,
        http=limited(*bounds, Connection),
        lifespan="off",
        log_config=None,
        log_level="error",  # a warning for each request that is not HTTP would fill disks; they are counted
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=75,  # exporters send every few seconds; do not hang up just when they do
        timeout_graceful_shutdown=int(config.drain_timeout_s) or 1,
    )
    settings.load()
    settings.ssl = tls
    server = HttpServer(settings, *bounds)
    return server, asyncio.create_task(server.serve(sockets=[listening]))


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)  # who connects before we are ready waits instead of being refused
    except OSError as error:
        listening.close()
        raise PortTakenError(
            f"HTTP cannot listen on {host}:{port} ({error.strerror}); stop what uses it, or set SPANLEDGER_HTTP_PORT"
        ) from error
    return listening


def _announce(config: CollectorConfig, grpc_port: int, http_port: int) -> None:
    """Say where we are, in the log and in `run/collector.json`."""
    started = {"pid": os.getpid(), "host": config.host, "grpc_port": grpc_port, "http_port": http_port}
    started["tls"] = config.tls is not None
    started["client_certificates"] = config.tls_client_ca_file is not None
    started["tokens"] = config.token_file is not None
    try:
        write_json(config.run / STATE_NAME, {**started, "started_at_ns": time.time_ns()})
    except OSError as error:  # a full disk, which serving may help to empty
        logger.error("%s cannot be written, doctor will not find us: %s", config.run / STATE_NAME, error)
    logger.info("listening on %s: gRPC %d, HTTP %d; data in %s", config.host, grpc_port, http_port, config.data)
