"""Adding a feed is a YAML file and a sample, no code: exactly the ones that CONTRIBUTING.md shows."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from admin.pages import feed as feed_pages
from chalicelib.engine.certification.decide import decide
from chalicelib.errors import DeclarationError
from chalicelib.jurisdiction import PACKS, load_folder
from chalicelib.model import BenefitCode, FeedId, FileId, Outcome, PersonId
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import read_file
from chalicelib.sources.reading_context import ReadingContext
from tests.feeds import test_feeds, test_totals
from tests.feeds.test_feeds import told
from tests.people import a_person, an_entitlement

ROOT = Path(__file__).parents[2]
NEW = FeedId("elderly_canteens")


def shown(language: str) -> str:
    """The one block of a language in the section on adding a feed."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("## Adding a feed")[1].split("\n## ")[0]
    [block] = re.findall(rf"^   ```{language}\n(.*?)^   ```", section, re.DOTALL | re.MULTILINE)
    return textwrap.dedent(str(block))


@pytest.fixture
def bozhou(tmp_path: Path) -> Path:
    """A copy of the pack, with the feed of CONTRIBUTING.md beside the others."""
    folder = tmp_path / "bozhou"
    shutil.copytree(PACKS / "bozhou", folder)
    (folder / f"feeds/{NEW}.yaml").write_text(shown("yaml"), encoding="utf-8")
    return folder


def read_sample(bozhou: Path) -> tuple[Any, Any]:
    expected = json.loads(shown("json"))
    given = expected.pop("given")
    people = {number: PersonId(number) for number in given["roster"]}
    data = shown("csv").encode()
    feed = load_folder(bozhou).feeds[NEW]
    on = date.fromisoformat(given["on"])
    context = ReadingContext(feed, RosterIndex.of(people), FileId("SAMPLE"), on, on)
    return read_file(data, context), expected


def test_the_feed_shown_reads_the_sample_shown_as_expected(bozhou: Path) -> None:
    reading, expected = read_sample(bozhou)
    assert told(reading) == expected


def test_what_it_proves_certifies_at_once(bozhou: Path) -> None:
    reading, _ = read_sample(bozhou)
    rules = load_folder(bozhou).rules
    person, evidence = next(iter(reading.evidence.items()))
    decision = decide(a_person(id=person), [an_entitlement()], evidence, rules, date(2025, 6, 30))
    verdict = decision.verdict_for(BenefitCode("resident_pension"))
    assert (verdict.outcome, verdict.valid_until) == (Outcome.STRONG, date(2026, 6, 1))


def test_the_guards_complain_until_the_last_step_is_done(
    bozhou: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.venv/bin/pytest tests/feeds` of step 4, as far as it concerns the new feed and the whole pack."""
    pack = load_folder(bozhou)
    feed = pack.feeds[NEW]
    sample = tmp_path / "bozhou" / NEW
    monkeypatch.setattr(test_feeds, "HERE", tmp_path)
    monkeypatch.setitem(test_totals.FEEDS, "bozhou", pack.feeds)

    def whole_of_it() -> None:
        test_feeds.sample_of("bozhou", NEW)
        test_feeds.test_a_feeds_sample_gives_what_is_expected("bozhou", feed)

    with pytest.raises(AssertionError, match=r"needs one sample\.csv"):
        whole_of_it()
    sample.mkdir()
    (sample / "sample.csv").write_text(shown("csv"), encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"expected\.json"):
        whole_of_it()
    (sample / "expected.json").write_text(shown("json"), encoding="utf-8")
    whole_of_it()
    test_totals.test_bozhou_has_50_feeds_of_26_departments()
    test_totals.test_what_the_documents_do_not_name_says_that_it_is_assumed()
    test_totals.test_what_is_not_counted_is_technical_or_says_that_no_document_names_it("bozhou")
    test_totals.test_settlement_dates_date_nothing_and_lists_are_full("bozhou", NEW)
    assert "老年助餐" in feed_pages.page(feed, pack), "the page that `make sheets` writes"


@pytest.mark.parametrize(
    ("old", "new", "file", "why"),
    [
        (
            "strength: strong",
            "strength: weak",
            "policy.yaml",
            "say how many points elderly_canteens/ate is worth",
        ),
        ("   cannot_cover:", "   # cannot_cover:", f"{NEW}.yaml", "cannot cover"),
        ("main_event: ate\n", "", f"{NEW}.yaml", "main_event"),
        ("本人刷脸: ate", "本人刷脸: eaten", f"{NEW}.yaml", "must be the same"),
        ("   trace: body", "   tracé: body", f"{NEW}.yaml", "Extra inputs"),
    ],
)
def test_what_is_left_out_stops_the_build_with_file_and_line(
    bozhou: Path, old: str, new: str, file: str, why: str
) -> None:
    path = bozhou / f"feeds/{NEW}.yaml"
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match=rf"{file}:\d+: .*{why}"):
        load_folder(bozhou)
