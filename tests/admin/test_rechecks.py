"""A month's checks on the operator's command line: as they would be drawn, and as they were."""

from __future__ import annotations

import pytest
from rich.console import Console

from admin import rechecks
from admin.__main__ import main as admin
from chalicelib import cases, clock
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, VisitPurpose
from chalicelib.storage.dynamodb import recheck_rows, worklists
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.storage.builders import entitlement, known

pytestmark = pytest.mark.usefixtures("aws")


def test_a_month_s_sample_is_shown_and_sent_for(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(record=True, width=200)
    monkeypatch.setattr(rechecks, "console", console)
    person = known(entitlement())
    today = clock.today()
    key = EvidenceKey(today, FeedId("home_visits"), "seen")
    cases.evidence_arrived(person, [Evidence(key, FileId("visit:1"), 1, {"by": "wang"})], actor="wang")
    month = today.isoformat()[:7]
    assert admin(["rechecks", "--month", month]) == 0
    assert recheck_rows.draw_of(month) is None, "shown, and nothing kept"
    for _ in range(2):  # once for the same occasion
        assert admin(["rechecks", "--month", month, "--order"]) == 0
    text = console.export_text()
    assert "人工认证1件，抽查1件" in text
    assert "wang" in text
    (row,) = worklists.visits("")
    assert (row.item.purpose, row.item.about) == (VisitPurpose.RECHECK, f"recheck#{month}")
    assert not findings_about(person)
    assert admin(["rechecks", "--month", month, "--area", "99"]) == 0
    assert "wang" not in console.export_text()
