"""The console's house rules: one typed client, no `any`, small files, a lock that names no registry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib import model
from chalicelib.sources.values.row_faults import Fault

CONSOLE = Path(__file__).parents[1] / "console"
SOURCES = [p for p in (CONSOLE / "src").rglob("*") if p.suffix in (".ts", ".vue") and p.name != "schema.d.ts"]
FAMILIES = {
    "status": model.EntitlementStatus,
    "outcome": model.VisitOutcome,
    "manner": model.VisitManner,
    "key_group": model.KeyGroup,
    "suspicion": model.SuspicionKind,
    "verification": model.Verification,
    "about": model.ObjectionAbout,
    "file_state": model.FileState,
    "notice_state": model.MessageState,
    "channel": model.Channel,
    "close": model.Close,
    "close_word": model.Word,
    "suspicion_state": model.SuspicionState,
    "objection_state": model.ObjectionState,
    "recovery_state": model.RecoveryState,
    "hearing_answer": model.HearingAnswer,
    "way": model.Way,
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_a_source_is_small_and_typed_and_asks_by_the_client(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert not re.search(r"(?<![\w.])any(?=[\[\],;)>]| *[|&=])|@ts-(?:ignore|nocheck)", text), (
        "say which type"
    )
    is_client = path.relative_to(CONSOLE / "src").as_posix() == "api/client.ts"
    if not is_client:
        assert not re.search(r"\bfetch\(|XMLHttpRequest|createClient\(|sendBeacon", text), (
            "ask by api/client.ts"
        )


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((CONSOLE / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert all("integrity" in package for name, package in lock["packages"].items() if name)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_the_platform_that_a_screen_shows_is_said(language: str) -> None:
    text = (CONSOLE / "src" / "i18n" / f"words.{language}.ts").read_text(encoding="utf-8")
    for family, codes in FAMILIES.items():
        found = re.search(rf"\n  {family}: {{(.*?)}},", text, re.DOTALL)
        assert found is not None, family
        said = set(re.findall(r'([a-z_]+): "', found[1]))
        assert {code.value for code in codes} <= said, family


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_for_sending_a_row_back_has_a_short_name(language: str) -> None:
    text = (CONSOLE / "src" / "i18n" / f"rejections.{language}.ts").read_text(encoding="utf-8")
    assert set(re.findall(r"^  ([a-z_]+): ", text, re.MULTILINE)) == {fault.value for fault in Fault}
