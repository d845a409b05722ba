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

from chalicelib import pack
from chalicelib.engine.decide import decide
from chalicelib.errors import DeclarationError
from chalicelib.model import BenefitCode, FeedId, FileId, Outcome, PersonId
from chalicelib.sources.reading import read_file
from chalicelib.sources.roster_index import RosterIndex
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
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packs, with the feed of CONTRIBUTING.md beside the others."""
    shutil.copytree(pack.PACKS, tmp_path / "packs")
    monkeypatch.setattr(pack, "PACKS", tmp_path / "packs")
    (tmp_path / f"packs/bozhou/feeds/{NEW}.yaml").write_text(shown("yaml"), encoding="utf-8")
    return tmp_path / "packs"


def loaded() -> pack.Pack:
    return pack.load.__wrapped__("bozhou")  # past the cache: the folder has changed


def read_sample() -> tuple[Any, Any]:
    expected = json.loads(shown("json"))
    given = expected.pop("given")
    people = {number: PersonId(number) for number in given["roster"]}
    data = shown("csv").encode()
    feed = loaded().feeds[NEW]
    on = date.fromisoformat(given["on"])
    return read_file(data, feed, RosterIndex.of(people), file=FileId("SAMPLE"), on=on), expected


@pytest.mark.usefixtures("packs")
def test_the_feed_shown_reads_the_sample_shown_as_expected() -> None:
    reading, expected = read_sample()
    assert told(reading) == expected


@pytest.mark.usefixtures("packs")
def test_what_it_proves_certifies_at_once() -> None:
    reading, _ = read_sample()
    person, evidence = next(iter(reading.evidence.items()))
    decision = decide(a_person(id=person), [an_entitlement()], evidence, loaded().rules, date(2025, 6, 30))
    verdict = decision.verdict_for(BenefitCode("resident_pension"))
    assert (verdict.outcome, verdict.valid_until) == (Outcome.STRONG, date(2026, 6, 1))


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
    packs: Path, old: str, new: str, file: str, why: str
) -> None:
    path = packs / f"bozhou/feeds/{NEW}.yaml"
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match=rf"{file}:\d+: .*{why}"):
        loaded()
