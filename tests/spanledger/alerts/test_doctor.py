"""The doctor names a wrong file, a channel without an address, and one that takes no messages."""

from pathlib import Path

import pytest

from spanledger.alerts.looking import Watch
from spanledger.doctor.alerts import alerts
from tests.spanledger.alerts.receiving import webhook
from tests.spanledger.alerts.scene import NOW, Scene, budget


def test_each_fault_has_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH", raising=False)
    with webhook() as web:
        web.status = 503
        rules = (
            f"channels:\n  web: {{url: '{web.url}'}}\n  mail: {{url_from: NO_SUCH}}\nrules:\n  - {{to: [web, mail]}}\n"
        )
        scene = Scene(tmp_path, rules)
        scene.publish(budget("research"))
        Watch(scene.settings).look(NOW)
    refused, unset, healthy = alerts(scene.settings)
    assert "channels: 2; rules: 1; alerts that fire: 1" in healthy.detail
    assert (refused.state, unset.state) == ("fault", "note")
    assert "channel web (json://127.0.0.1) did not take a message, once" in refused.detail
    assert "s3cret-path" not in refused.detail
    assert "channel mail: the environment variable NO_SUCH is not set" in unset.detail
    scene.file.write_text("rules: 7\n")
    (wrong,) = alerts(scene.settings)
    assert f"{scene.file}:1: rules: expected a list" in wrong.detail


def test_without_a_file_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert not list(alerts(Scene(tmp_path).settings))
