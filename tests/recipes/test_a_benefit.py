"""Changing a benefit: never in place, from a day to come, reviewed, and told in the changelog."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from chalicelib.engine.rules.benefits import LastMonth
from chalicelib.jurisdiction import PACKS, load_folder
from chalicelib.jurisdiction.version_check import unversioned
from chalicelib.model import BenefitCode
from tests.changelog import RULES, untold
from tests.recipes.walking import ROOT, Project, recipe

VERSION, CHANGELOG = recipe("Adding or changing a benefit")
TODAY = date(2026, 12, 1)
FILE = "chalicelib/packs/bozhou/benefits/village_doctor_subsidy.yaml"


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    packs = project.folder / "chalicelib/packs"
    shutil.copytree(PACKS / "bozhou", packs / "bozhou")
    before = load_folder(packs / "bozhou").rules
    file = project.folder / FILE
    text = file.read_text(encoding="utf-8")

    file.write_text(f"{text}    last_month_due: month_before_death\n", encoding="utf-8")
    [found] = unversioned(before, load_folder(packs / "bozhou").rules, TODAY)
    assert found.file == "benefits/village_doctor_subsidy.yaml", "edited in place"

    file.write_text(text, encoding="utf-8")
    project.do(VERSION)
    after = load_folder(packs / "bozhou").rules
    assert list(unversioned(before, after, TODAY)) == []
    first, second = after.benefit(BenefitCode(file.stem)).versions
    assert second.last_month_due is LastMonth.MONTH_BEFORE_DEATH
    named = {"from_", "authority", "reviewed", "last_month_due"}
    assert first.model_dump(exclude=named) == second.model_dump(exclude=named), "the rest as before"
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert untold(log, packs) == ["#### From 2027-01-01 · bozhou · village_doctor_subsidy"]

    released(project)
    project.do(CHANGELOG)
    told = (project.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert untold(told, packs) == []


def test_what_most_benefits_share_is_told_as_of_every_benefit(project: Project) -> None:
    packs = project.folder / "chalicelib/packs"
    shutil.copytree(PACKS / "bozhou", packs / "bozhou")
    policy = packs / "bozhou/policy.yaml"
    text = policy.read_text(encoding="utf-8")
    here = text.index("\n# What a county may set")
    entry = "  - {from: 2027-01-01, authority: A, reviewed: {by: B, date: 2026-11-20}, cutoff_day: 20}\n"
    policy.write_text(text[:here] + entry + text[here:], encoding="utf-8")
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert untold(log, packs) == ["#### From 2027-01-01 · bozhou · every benefit"]
    told = log.replace(f"### {RULES}\n", f"### {RULES}\n\n#### From 2027-01-01 · bozhou · every benefit\n", 1)
    assert untold(told, packs) == []


def released(project: Project) -> None:
    """A changelog of which nothing is unreleased: what stands there changes every day."""
    head, rest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## Unreleased\n")
    after = rest[rest.index("\n## ") :]
    Path(project.folder / "CHANGELOG.md").write_text(f"{head}\n## Unreleased\n{after}", encoding="utf-8")
