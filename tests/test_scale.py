"""docs/scale.md says the same in both languages, and what it says of this project is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.city import assumptions

ROOT = Path(__file__).parents[1]
PAGES = ("scale.md", "scale.zh-CN.md")
RESERVED = re.compile(r"<!-- reserved -->(\d+)<!-- /reserved -->")


def text(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def shape(page: str) -> dict[str, object]:
    """What does not depend on the language: sections, tables, lists, commands, names, dates, prices."""
    said = text(page)
    prose = re.sub(r"^```.*?^```", "", said, flags=re.DOTALL | re.MULTILINE)
    return {
        "sections": len(re.findall(r"^## ", said, re.MULTILINE)),
        "rows": [line.count("|") for line in said.splitlines() if line.startswith("|")],
        "points": len(re.findall(r"^(?:- |\d\. )", said, re.MULTILINE)),
        "commands": re.findall(r"^```console\n(.*?)```", said, re.DOTALL | re.MULTILINE),
        "names": sorted(set(re.findall(r"`([^`\n]+)`", prose))),
        "prices": re.findall(r"\d[\d.]* USD", prose),
        "hours": re.findall(r"\d\d:\d\d", prose),
        "unsure": prose.count("†"),
    }


def test_both_languages_say_the_same() -> None:
    english, chinese = map(shape, PAGES)
    assert english == chinese


@pytest.mark.parametrize("page", PAGES)
def test_what_is_reserved_is_what_the_functions_have(page: str) -> None:
    said = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    functions = said["stages"]["prod"]["lambda_functions"].values()
    assert int(RESERVED.findall(text(page))[0]) == sum(
        each.get("reserved_concurrency", 0) for each in functions
    )


@pytest.mark.parametrize("page", PAGES)
def test_prices_are_those_that_are_reckoned_with(page: str) -> None:
    for price in (
        assumptions.USD_A_MILLION_WRITES,
        assumptions.USD_A_MILLION_READS,
        round(assumptions.USD_A_GB_AND_YEAR, 2),
        round(assumptions.USD_A_MILLION_TRANSITIONS),
    ):
        assert f"{price} USD" in text(page)
    assert assumptions.PRICED in text(page)
