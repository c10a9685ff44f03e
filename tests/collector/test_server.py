"""Starting, refusing to start, stopping."""

import dataclasses
import socket
from pathlib import Path

import pytest

from collector.door.tokens import TokenFileError, load_tokens
from collector.files import LockedError, lock, make_folder, secret_key
from collector.server import ExposedError, refuse_exposure
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, span_ids, wait_until


def failure(collector: Collector) -> str:
    assert collector.process.wait(60) != 0
    return collector.errors()


def test_a_second_collector_on_one_directory_names_the_first(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    with Collector(config) as first:
        pid = first.process.pid
        assert f"in use by the collector with process id {pid}" in failure(Collector(config))
        first.state_path.touch()


def test_a_taken_port_is_named_with_the_setting_to_change(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        http = failure(Collector(configuration(tmp_path / "a", http_port=port)))
        assert f"HTTP cannot listen on 127.0.0.1:{port}" in http
        assert "SPANLEDGER_HTTP_PORT" in http
        grpc = failure(Collector(configuration(tmp_path / "b", grpc_port=port)))
        assert f"gRPC cannot listen on 127.0.0.1:{port}" in grpc
        assert "SPANLEDGER_GRPC_PORT" in grpc


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_the_network_needs_tokens_or_an_explicit_word(tmp_path: Path, host: str) -> None:
    config = configuration(tmp_path, host=host)
    with pytest.raises(ExposedError, match="SPANLEDGER_TOKEN_FILE"):
        refuse_exposure(config)
    refuse_exposure(dataclasses.replace(config, allow_insecure=True))
    refuse_exposure(dataclasses.replace(config, token_file=tmp_path / "tokens.toml"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_none(tmp_path: Path, host: str) -> None:
    refuse_exposure(configuration(tmp_path, host=host))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected at least one"),
        ("[[token]", "token file"),
        ('[[token]]\norganization = "a"', "token 1: sha256 must be 64 hex digits"),
        (f'[[token]]\nsha256 = "{"0" * 64}"', "token 1: organization must be a name"),
        (f'[[token]]\nsha256 = "{"0" * 64}"\norganization = "a"\nscopes = "ingest"', "scopes must be a list"),
        ('[[token]]\ntoken = "plain"', r"got \['token'\] beside them"),
    ],
)
def test_a_broken_token_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(text)
    with pytest.raises(TokenFileError, match=message):
        load_tokens(path)


def test_the_hash_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "hash.key"
    key = secret_key(path)
    assert len(key) == 32
    assert secret_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="holds 5 bytes, expected 32"):
        secret_key(path)


def test_a_lock_is_free_again_after_its_process(tmp_path: Path) -> None:
    make_folder(tmp_path / "run")
    with Collector(configuration(tmp_path)) as first:
        with pytest.raises(LockedError):
            lock(tmp_path / "run" / "collector.lock")
        first.kill()
    wait_until(lambda: lock(tmp_path / "run" / "collector.lock") > 0, "the lock")


def test_sigterm_lands_everything_that_was_acknowledged(tmp_path: Path) -> None:
    config = configuration(tmp_path, log_segment_max_age_s=3600)
    sent = [span() for _ in range(20)]
    with Collector(config) as collector:
        for one in sent:
            assert collector.send(request(one).SerializeToString()).status == 200
        assert span_ids(config) == []  # still in the open segment
        assert collector.stop() == 0
    assert sorted(span_ids(config)) == sorted(one.span_id for one in sent)
    assert collector.waiting() == []
