"""What code, packs and pages cite as a rule or a row stands in docs/rules.md, in both languages."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {"docs/rules.md": "Rule", "docs/rules.zh-CN.md": "规则"}
ENGLISH, CHINESE = PAGES
CITED = re.compile(r"\brules? (\d+)(?: ?\(?([a-f])\)?(?![a-z]))?((?:(?:, | and | to )\d+)*)")
ROW = re.compile(r"\brows? ([JAB]\d+)")
CITING = ("app.py", "chalicelib", "sandbox", "admin", "statemachines", "docs", "tests", "CONTRIBUTING.md")
NOT_CITING = {*PAGES, "tests/test_rules.py"}


@cache
def texts() -> dict[str, str]:
    """Every file that may cite a rule, by its path; figures and fixtures are none."""
    found = {}
    for place in CITING:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(ROOT).as_posix()
            if file.suffix in {".py", ".yaml", ".json", ".md"} and name not in NOT_CITING:
                found[name] = file.read_text(encoding="utf-8")
    return found


def numbers_in(text: str) -> set[int]:
    """The rules that a text cites; "rules 2 to 4" are three."""
    found: set[int] = set()
    for first, _, more in CITED.findall(text):
        found.add(int(first))
        last = int(first)
        for word, number in re.findall(r"(, | and | to )(\d+)", more):
            found |= set(range(last, int(number) + 1)) if word == " to " else {int(number)}
            last = int(number)
    return found


def sections(page: str) -> dict[int, str]:
    """The text of each rule of a page, by its number."""
    text = (ROOT / page).read_text(encoding="utf-8")
    parts = re.split(rf"^## {PAGES[page]} (\d+)$", text, flags=re.MULTILINE)
    return {
        int(number): body.split("\n## ")[0] for number, body in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.mark.parametrize("page", PAGES)
def test_the_rules_are_numbered_from_one_to_the_last(page: str) -> None:
    assert list(sections(page)) == list(range(1, 27))


def test_every_rule_that_is_cited_exists() -> None:
    known = set(sections(ENGLISH))
    for name, text in texts().items():
        assert numbers_in(text) <= known, f"{name}: {sorted(numbers_in(text) - known)}"


def test_every_row_that_is_cited_exists() -> None:
    known = set(re.findall(r"^\| ([JAB]\d+) \|", (ROOT / ENGLISH).read_text(encoding="utf-8"), re.MULTILINE))
    assert len(known) == 34
    for name, text in texts().items():
        assert set(ROW.findall(text)) <= known, name


@pytest.mark.parametrize("page", PAGES)
def test_every_rule_names_its_code_and_its_tests_and_they_exist(page: str) -> None:
    for number, body in sections(page).items():
        named = re.findall(r"`([\w/]+\.(?:py|yaml))`", body)
        for name in named:
            assert (ROOT / name).exists(), f"{page}, {number}: {name}"
        if "*Not yet* at all" not in body and "*尚缺* 全部" not in body:
            assert any(not name.startswith("tests/") for name in named), (
                f"{page}, {number}: where in the code?"
            )
            assert any(name.startswith("tests/") for name in named), f"{page}, {number}: what tests it?"


def test_every_rule_is_cited_by_code() -> None:
    code = set(chain.from_iterable(numbers_in(t) for n, t in texts().items() if n.endswith(".py")))
    missing = {number for number, body in sections(ENGLISH).items() if "*Not yet* at all" not in body} - code
    assert not missing


def test_both_languages_say_the_same() -> None:
    """The same files, marks, figures and open points, rule by rule, and the same rows and words of code."""
    for number, body in sections(ENGLISH).items():
        other = sections(CHINESE)[number]
        for pattern in (r"`[^`]+`", r"\[(?:A|B|J|pub|choice)\b", r"\d[\d,.]*\d{2}"):
            assert sorted(re.findall(pattern, body)) == sorted(re.findall(pattern, other)), (number, pattern)
        assert ("*Not yet*" in body) == ("*尚缺*" in other), number
    for pattern in (r"^\| ([JAB]\d+) ", r"\| ([^|]*`[^|]*) \|$"):
        found = [
            re.findall(pattern, (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE) for page in PAGES
        ]
        assert found[0] == found[1]
