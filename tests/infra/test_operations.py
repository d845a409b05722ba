"""docs/operations.md, in both languages: every alarm has its line, every command that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app as wugan
from admin import __main__ as admin
from infra.template import ROOT, build_template

PAGES = [ROOT / "docs" / name for name in ("operations.md", "operations.zh-CN.md")]
ALARM = re.compile(r"`(\w+Alarm)`")


def alarms_of(page: Path) -> list[str]:
    """The alarms that the table names, in the first cell of each line."""
    rows = (
        line.split("|")[1] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")
    )
    return [name for cell in rows for name in ALARM.findall(cell)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_alarm_of_the_template_has_one_line_and_no_line_is_about_another(page: Path) -> None:
    resources = build_template(wugan.app)["Resources"]
    alarms = sorted(name for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm")
    assert sorted(alarms_of(page)) == alarms


def test_both_languages_have_the_same_lines_in_the_same_order() -> None:
    tables = []
    for page in PAGES:
        lines = page.read_text(encoding="utf-8").splitlines()
        tables.append([line.count("|") for line in lines if line.startswith(("|", "#"))])
    assert tables[0] == tables[1]
    assert alarms_of(PAGES[0]) == alarms_of(PAGES[1])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_it_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:python -m )?admin ([a-z]+)(?: ([a-z-]+))?[ `]", text))
    known = admin.__doc__ or ""
    for subject, _ in named:
        assert f"python -m admin {subject}" in known, subject
    parameters = build_template(wugan.app)["Parameters"]
    for parameter in re.findall(r"\b(Existing\w+|AlarmEmail|Sender|EventHosts|Token\w+|AuditYears)\b", text):
        assert parameter in parameters, parameter
