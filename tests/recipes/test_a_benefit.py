"""Changing a benefit: never in place, from a day to come, reviewed, and told in the changelog."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

from chalicelib.jurisdiction import PACKS, load_folder
from chalicelib.jurisdiction.version_check import unversioned
from tests.changelog import untold
from tests.recipes.walking import ROOT, Project, recipe

[CHANGELOG] = recipe("Adding or changing a benefit")
TODAY = date(2026, 12, 1)
FILE = "bozhou/benefits/village_doctor_subsidy.yaml"
REVIEWED = re.compile(r"date: [\d-]+\}")


def changed(text: str) -> str:
    """A version from 2027, reviewed for it, that ends with the month before a death."""
    last = text[text.rindex("  - from: ") :]
    new = re.sub(r"from: [\d-]+", "from: 2027-01-01", last, count=1)
    new = new.replace("last_month_due: month_of_death", "last_month_due: month_before_death")
    return REVIEWED.sub("date: 2026-11-20}", new)


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    packs = project.folder / "chalicelib/packs"
    shutil.copytree(PACKS / "bozhou", packs / "bozhou")
    before = load_folder(packs / "bozhou").rules
    file = packs / FILE
    text = file.read_text(encoding="utf-8")
    word = "last_month_due: month_of_death"
    assert text.count(word) == 1

    file.write_text(text.replace(word, "last_month_due: month_before_death"), encoding="utf-8")
    [found] = unversioned(before, load_folder(packs / "bozhou").rules, TODAY)
    assert found.file == "benefits/village_doctor_subsidy.yaml", "edited in place"

    file.write_text(text + changed(text), encoding="utf-8")
    assert list(unversioned(before, load_folder(packs / "bozhou").rules, TODAY)) == []
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert untold(log, packs) == ["#### From 2027-01-01 · bozhou · village_doctor_subsidy"]

    released(project)
    project.do(CHANGELOG)
    told = (project.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert untold(told, packs) == []


def released(project: Project) -> None:
    """A changelog of which nothing is unreleased: what stands there changes every day."""
    head, rest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## Unreleased\n")
    after = rest[rest.index("\n## ") :]
    Path(project.folder / "CHANGELOG.md").write_text(f"{head}\n## Unreleased\n{after}", encoding="utf-8")
