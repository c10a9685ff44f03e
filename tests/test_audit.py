"""The audit of dependencies sees what it is for."""

import pytest

from tests.audit import is_permitted, judged, pins, unfit_licences


def test_every_locked_package_may_be_passed_on() -> None:
    assert len(list(pins())) > 100
    assert unfit_licences() == [], "replace the package, or say in tests/audit.py why it may stay"


@pytest.mark.parametrize(
    ("text", "permitted"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("BSD License; Apache Software License", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("GPL-3.0-or-later", False),
        ("GNU Affero General Public License v3; MIT", False),
        ("unknown", False),
        ("Proprietary", False),
        ("LGPL-2.1", False),
    ],
)
def test_licences(text: str, permitted: bool) -> None:
    assert is_permitted(text) is permitted


def test_a_report_is_read_and_a_package_nobody_was_asked_about_is_not_called_safe() -> None:
    report = {
        "dependencies": [
            {"name": "good", "version": "1", "vulns": []},
            {"name": "bad", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]},
            {"name": "hopeless", "version": "2", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]},
            {"name": "unknown", "skip_reason": "not found"},
        ]
    }
    vulnerable, unasked = judged(report)
    assert vulnerable == ["bad 2: PYSEC-1, fixed in 3", "hopeless 2: PYSEC-2, fixed in nothing yet"]
    assert unasked == ["unknown"]
