"""CHANGELOG.md: versions by day, the newest first; rule changes with their days and for whom they hold."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.changelog import (
    OTHERS,
    RULES,
    UNRELEASED,
    VERSION,
    declared_days,
    rule_changes,
    sections,
    untold,
)

ROOT = Path(__file__).parents[1]
PACKS = ROOT / "chalicelib/packs"
TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_heading_names_a_version_and_its_day_the_newest_first() -> None:
    first, *versions = [heading for heading, _ in sections(TEXT, "##")]
    assert first == UNRELEASED
    found = [VERSION.fullmatch(heading) for heading in versions]
    read = []
    for heading, version in zip(versions, found, strict=True):
        assert version is not None, f"{heading}: a version has its day beside it: 2026.12.1 · 2026-12-05"
        year, month, number, day = version.groups()
        assert (int(year), int(month)) == (date.fromisoformat(day).year, date.fromisoformat(day).month), (
            heading
        )
        read.append((int(year), int(month), int(number), day))
    assert read == sorted(read, reverse=True)
    assert [day for *_, day in read] == sorted((day for *_, day in read), reverse=True)


def test_the_newest_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = next(heading for heading, _ in sections(TEXT, "##") if heading != UNRELEASED)
    assert newest.split(" ")[0] == project["version"]


def test_every_line_stands_in_one_of_two_sections_and_every_rule_change_below_its_day() -> None:
    for version, below in sections(TEXT, "##"):
        assert [heading for heading, _ in sections(below, "###")] in ([RULES, OTHERS], [RULES], [OTHERS]), (
            version
        )
        assert not below.split("\n###")[0].strip(), f"{version}: put it below ### {RULES} or ### {OTHERS}"
        for heading, inner in sections(below, "###"):
            if heading == RULES:
                assert not inner.split("\n####")[0].strip(), f"{version}: below #### From <day> · <for whom>"
                assert all(re.match(r"\s*- ", text) for _, text in sections(inner, "####")), version


def test_rule_changes_name_the_days_on_which_they_hold_and_for_whom() -> None:
    packs = {
        pack.name: {what for what, _ in declared_days(pack)} for pack in PACKS.iterdir() if pack.is_dir()
    }
    for change in rule_changes(TEXT):
        assert change.packs <= packs.keys(), change
        assert change.first is None or change.last is None or change.first <= change.last, change
        assert bool(change.packs) == bool(change.what), f"{change}: a change of a pack names what changes"
        for pack in change.packs:
            assert change.what <= packs[pack] | {"every benefit"}, change
    released = TEXT.split("\n## ", 2)[2]
    assert "#### From its release" not in released, "a version that has its day says it"


def test_every_day_that_a_pack_declares_is_told() -> None:
    assert untold(TEXT, PACKS) == []


@pytest.mark.parametrize(
    "heading",
    [
        "#### From its release",
        "#### from 2026-01-01 · every pack",
        "#### Arrears",
        "#### From 1 January 2026 · bozhou · policy",
    ],
)
def test_a_rule_change_without_its_day_or_without_its_people_is_found(heading: str) -> None:
    with pytest.raises(ValueError, match="Unreleased: "):
        list(rule_changes(f"## Unreleased\n\n### {RULES}\n\n{heading}\n\n- Something.\n"))
