"""Each setting comes from where it should, and a wrong one says so."""

import os
from pathlib import Path

import pytest

from collector.config import CollectorConfig
from spanledger.running.explorer import environment
from spanledger.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory without a settings file, and no settings in the environment."""
    for name in [name for name in os.environ if name.startswith("SPANLEDGER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problem(**arguments: object) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(**arguments)
    return str(caught.value)


def test_defaults_fit_the_public_contract(elsewhere: Path) -> None:
    settings = load_settings()
    assert (settings.host, settings.grpc_port, settings.http_port, settings.app_port) == ("127.0.0.1", 4317, 4318, 8501)
    assert settings.store_content is False
    assert settings.lake_path == Path("data/lake").absolute()


def test_arguments_beat_the_environment_which_beats_the_file(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "spanledger.toml").write_text('grpc_port = 1\nhttp_port = 1\napp_port = 1\ndata = "from-file"\n')
    monkeypatch.setenv("SPANLEDGER_GRPC_PORT", "2")
    monkeypatch.setenv("SPANLEDGER_HTTP_PORT", "2")
    settings = load_settings(grpc_port=3, http_port=None)
    assert (settings.grpc_port, settings.http_port, settings.app_port) == (3, 2, 1)
    assert settings.lake_path == Path("from-file/lake").absolute()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("GRPC_PORT", "abc", 'grpc_port = "abc" (from the environment): expected a valid integer'),
        ("GRPC_PORT", "70000", 'grpc_port = "70000" (from the environment): expected less than or equal to 65535'),
        ("STORE_CONTENT", "perhaps", 'store_content = "perhaps" (from the environment): expected a valid boolean'),
        ("LOG_SEGMENT_MAX_AGE_S", "0", "expected greater than 0"),
        ("LOG_SEGMENT_MAX_AGE_S", "inf", "expected a finite number"),
        ("LAKE", "gs://bucket/lake", "expected a folder, or s3://bucket/prefix in a store that speaks S3"),
        ("LAKE", "s3://bucket", "expected s3://bucket/prefix, with a prefix"),
        ("MAX_INFLATED_BYTES", "2000", "max_inflated_bytes (2000) must not be below max_request_bytes"),
        ("GRPC_PRT", "1", "environment variable SPANLEDGER_GRPC_PRT is no setting; did you mean SPANLEDGER_GRPC_PORT?"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value_and_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"SPANLEDGER_{name}", value)
    assert message in problem()


def test_a_wrong_file_is_named(elsewhere: Path) -> None:
    file = elsewhere / "spanledger.toml"
    file.write_text("grpc_port = 'x'")
    assert 'grpc_port = "x" (from spanledger.toml): expected a valid integer' in problem()
    file.write_text("gprc_port = 1")
    assert "spanledger.toml: gprc_port is no setting; did you mean grpc_port?" in problem()
    file.write_text("grpc_port")
    assert "spanledger.toml is not TOML" in problem()


def test_every_wrong_setting_has_its_line() -> None:
    assert len(problem(grpc_port=-1, http_port="x", host="").splitlines()) == 3
    assert "argument htp_port is no setting; did you mean http_port?" in problem(htp_port=1)


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_collector_gets_all_of_its_part_and_takes_it_through_a_pipe(elsewhere: Path) -> None:
    config = load_settings(token_file=Path("tokens.toml"), grpc_port=0, max_pending_bytes=5000).collector_config()
    assert config.token_file == elsewhere / "tokens.toml"
    assert (config.data, config.lake) == (elsewhere / "data", elsewhere / "data" / "lake")
    assert (config.grpc_port, config.max_pending_bytes) == (0, 5000)
    assert CollectorConfig.from_json(config.to_json()) == config


def test_the_collectors_defaults_are_the_settings_defaults(elsewhere: Path) -> None:
    assert load_settings().collector_config() == CollectorConfig(elsewhere / "data", elsewhere / "data" / "lake")


def test_the_explorer_is_told_its_currency_whatever_said_it(tmp_path: Path) -> None:
    """It reads its environment only; a settings file or an option must reach it too."""
    told = environment(Settings(data=tmp_path, currency="EUR", fx_file=tmp_path / "fx.csv"))
    assert told["SPANLEDGER_CURRENCY"] == "EUR"
    assert told["SPANLEDGER_FX_FILE"] == str(tmp_path / "fx.csv")
    assert "SPANLEDGER_FX_FILE" not in environment(Settings(data=tmp_path))


def test_a_receiver_alone_has_no_budgets_and_removes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="receiver_only and budgets_file exclude each other"):
        load_settings(receiver_only=True, budgets_file=tmp_path / "budgets.yaml")
    with pytest.raises(SettingsError, match="receiver_only and keep_spans_days exclude each other"):
        load_settings(receiver_only=True, keep_spans_days=30)
    assert load_settings(receiver_only=True).collector_config().receiver_only
