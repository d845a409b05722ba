"""The pages in docs/sheets say what the declarations say."""

from pathlib import Path

import pytest

from admin.__main__ import main
from admin.pages import writing
from chalicelib.engine.certification.rule_lines import AUTHORITIES, KEY_GROUPS
from chalicelib.engine.rules.benefits import Authority, LastMonth, Offset, Start
from chalicelib.jurisdiction.pages.words import (
    KINDS,
    LAST_MONTHS,
    OFFSETS,
    PROVES,
    ROUTES,
    STARTS,
    STAYS,
    SUSPICIONS,
    TRACES,
)
from chalicelib.model import BenefitKind, KeyGroup, Proves, Route, Stay, SuspicionKind, Trace


def test_no_page_is_stale() -> None:
    assert writing.stale() == [], "run make sheets"
    assert writing.stale_api() == [], "run make sheets"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (AUTHORITIES, Authority),
        (KEY_GROUPS, KeyGroup),
        (KINDS, BenefitKind),
        (LAST_MONTHS, LastMonth),
        (OFFSETS, Offset),
        (PROVES, Proves),
        (ROUTES, Route),
        (STARTS, Start),
        (STAYS, Stay),
        (SUSPICIONS, SuspicionKind),
        (TRACES, Trace),
    ],
)
def test_every_word_has_a_name_in_both_languages(words: dict[str, object], named: type) -> None:
    assert set(words) == set(named)


def test_pages_of_what_is_no_longer_declared_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(writing.write, "__defaults__", (tmp_path,))
    monkeypatch.setattr(writing.stale, "__defaults__", (tmp_path,))
    for of_the_api in (writing.write_api, writing.stale_api):
        monkeypatch.setattr(of_the_api, "__defaults__", (tmp_path / "openapi.json",))
    (tmp_path / "bozhou" / "feeds").mkdir(parents=True)
    (tmp_path / "bozhou" / "feeds" / "gone.md").write_text("old", encoding="utf-8")
    assert main(["pages", "check"]) == 1
    told = capsys.readouterr().out
    assert "make sheets" in told
    assert "openapi.json" in told
    assert main(["pages", "write"]) == 0
    assert main(["pages", "check"]) == 0
    assert not (tmp_path / "bozhou" / "feeds" / "gone.md").exists()
