"""docs/promises.md: every promise has tests that exist, every function and every right its row."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = ("docs/promises.md", "docs/promises.zh-CN.md")
TEST = re.compile(r"`(tests/[\w/]+\.(?:py|yaml))((?:::\w+)*)`")
POLICY = "policy-"


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def named_in(file: str) -> frozenset[str]:
    """Every test of a file, those of a class as `::TestClass::test`."""
    found = set()
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            inner = (each for each in node.body if isinstance(each, ast.FunctionDef))
            found |= {f"::{node.name}::{each.name}" for each in inner}
        elif isinstance(node, ast.FunctionDef):
            found.add(f"::{node.name}")
    return frozenset(found)


def promises(name: str) -> dict[str, str]:
    """The text of each promise of a page, by its number."""
    parts = re.split(r"^### (I\d+) · ", page(name), flags=re.MULTILINE)
    return {number: text.split("\n## ")[0] for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def rows(name: str) -> dict[str, list[str]]:
    """The cells behind the name of each function and each action."""
    found = {}
    for line in page(name).splitlines():
        first, *cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if line.startswith("| `"):
            assert first not in found, f"{name}: {first} twice"
            found[first.strip("`")] = cells
    return found


def policies() -> dict[str, frozenset[str]]:
    """What each function may do, by its name."""
    found = {}
    for path in (ROOT / ".chalice").glob(f"{POLICY}*.json"):
        said = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem.removeprefix(POLICY)] = frozenset(_actions(said))
    return found


def _actions(said: object) -> Iterator[str]:
    """The actions of a policy, wherever a condition of the template has put its statements."""
    if isinstance(said, dict):
        actions = said.get("Action", ())
        yield from [actions] if isinstance(actions, str) else actions
        for each in said.values():
            yield from _actions(each)
    elif isinstance(said, list):
        for each in said:
            yield from _actions(each)


@pytest.mark.parametrize("name", PAGES)
def test_every_test_that_is_named_exists(name: str) -> None:
    named = TEST.findall(page(name))
    assert len(named) > 100, "the page names its tests in a way that is found"
    for file, test in named:
        assert (ROOT / file).exists(), file
        assert not test or test in named_in(file), f"{file}{test}"


@pytest.mark.parametrize("name", PAGES)
def test_every_promise_names_what_holds_it(name: str) -> None:
    assert list(promises(name)) == [f"I{number}" for number in range(1, len(promises(name)) + 1)]
    for number, text in promises(name).items():
        assert len(TEST.findall(text)) > 1, number


@pytest.mark.parametrize("name", PAGES)
def test_every_function_and_every_right_has_its_row_and_no_other(name: str) -> None:
    granted = policies()
    known = set(granted).union(*granted.values())
    told = rows(name)
    assert set(told) - known == set(), "what nobody has or may any more"
    assert known - set(told) == set(), "what happens when it fails, is lost, comes twice or late?"
    for first, cells in told.items():
        assert all(cells), first
        assert TEST.search(cells[-1]), first


def figures(name: str) -> list[list[str]]:
    """The days and numbers of each line of the last table."""
    last = page(name).rpartition("\n## ")[2]
    return [re.findall(r"\d[\d.,-]*\d|\d", line) for line in last.splitlines() if line.startswith("| 20")]


def test_both_languages_say_the_same() -> None:
    """The same promises, rows and tests, and the same figures."""
    english, chinese = PAGES
    assert list(promises(english)) == list(promises(chinese))
    for number, text in promises(english).items():
        assert TEST.findall(text) == TEST.findall(promises(chinese)[number]), number
    assert list(rows(english)) == list(rows(chinese))
    for first, cells in rows(english).items():
        assert len(cells) == len(rows(chinese)[first]), first
        assert cells[-1] == rows(chinese)[first][-1], first
    assert figures(english) == figures(chinese)
