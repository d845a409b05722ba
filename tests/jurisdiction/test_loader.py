"""A pack without the feeds and events that code names does not load."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.errors import DeclarationError
from chalicelib.jurisdiction.loader import PACKS, check_named_by_code, load_folder
from chalicelib.model import FeedId
from chalicelib.model.named import NAMED_BY_CODE, SHEETS
from chalicelib.sources.feeds.feed import load_feeds

ROOT = Path(__file__).parents[2]
NAMES = ROOT / "chalicelib" / "model" / "named.py"


@pytest.mark.parametrize("name", sorted(NAMED_BY_CODE.keys() - SHEETS))
def test_a_feed_that_code_names_must_be_declared(name: str, tmp_path: Path) -> None:
    pack = shutil.copytree(PACKS / "bozhou", tmp_path / "pack")
    (pack / "feeds" / f"{name}.yaml").unlink()
    with pytest.raises(DeclarationError, match=f"{name}.yaml:1.*the platform names it"):
        load_folder(pack)


def test_an_event_that_code_names_must_be_declared() -> None:
    feeds = dict(load_feeds(PACKS / "bozhou" / "feeds"))
    visits = next(name for name in feeds if name == "home_visits")
    feeds[visits] = feeds[visits].model_copy(update={"declared_events": {}})
    vars(feeds[visits]).pop("events", None)  # worked out of what it declared before
    with pytest.raises(DeclarationError, match="home_visits lacks events that the platform names: seen"):
        check_named_by_code(PACKS / "bozhou" / "feeds", feeds)


def test_one_sheet_will_do_and_each_that_is_declared_has_the_boxes_that_code_reads(tmp_path: Path) -> None:
    pack = shutil.copytree(PACKS / "bozhou", tmp_path / "pack")
    sheet = pack / "feeds" / "outcome_sheet.yaml"
    text = sheet.read_text(encoding="utf-8")
    sheet.write_text(text.replace("not_met", "nobody_there"), encoding="utf-8")
    with pytest.raises(DeclarationError, match="outcome_sheet lacks events that the platform names: not_met"):
        load_folder(pack)
    sheet.unlink()
    with pytest.raises(DeclarationError, match="declares a sheet, manual_certification or outcome_sheet"):
        load_folder(pack)


# --- the code itself ---------------------------------------------------------------------------------


def test_no_other_place_of_the_code_spells_a_feed_or_an_event() -> None:
    """Else the pack that lacks it would load, and fail on the day that it is needed."""
    folders = ("chalicelib", "infra", "sandbox/kernel")
    modules = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    places = [path for path in (ROOT / "app.py", *modules) if path != NAMES]
    spelled = [
        f"{path.relative_to(ROOT)}:{found}"
        for path in places
        for found in _spelled_in(path.read_text("utf-8"))
    ]
    assert spelled == []


@pytest.mark.parametrize(
    "text",
    [
        'FEED = FeedId("canteens")',
        'key = EvidenceKey(day, feed, "ate")',
        'key = EvidenceKey(day=day, feed=feed, event="ate")',
        'actor = "feed:roster"',
        'if item.key.event == "ate": pass',
        'if item.key.feed in ("canteens", OTHER): pass',
        'feed = current().feeds["canteens"]',
        'event = feed.events.get("ate")',
        'name = ("home_visits", 1)',
    ],
)
def test_what_counts_as_spelling_one(text: str) -> None:
    assert list(_spelled_in(text)) == [1]


def test_other_words_are_no_feeds() -> None:
    text = 'class Route(StrEnum):\n    COUNTER = "counter"\nif feed.kind == "roster": pass\nK = L["payments"]'
    assert list(_spelled_in(text)) == []


IDS = {name for pack in ("anhui", "bozhou", "jining") for name in load_feeds(PACKS / pack / "feeds")}
KINDS = {"roster", "payments"}  # of feeds: words of their own
OTHERS = {"custody"}  # what a benefit says of it


def _spelled_in(text: str) -> Iterator[int]:
    """The lines that spell a feed or an event."""
    tree = ast.parse(text)
    enums = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if _names(node) or (_is_id(node) and node not in enums):
            yield node.lineno  # type: ignore[attr-defined]


def _is_id(node: ast.AST) -> bool:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return node.value in IDS - KINDS - OTHERS or node.value.removeprefix("feed:") in IDS - {node.value}


def _names(node: ast.AST) -> bool:
    """Whether words stand where only a feed or an event can."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        of_events = called.endswith((".events.get", ".feeds.get"))
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        return (called in ("FeedId", "EvidenceKey") or of_events) and any(map(_is_new_word, arguments))
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.value).endswith((".events", ".feeds")) and _is_new_word(node.slice)
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        asked = any(isinstance(side, ast.Attribute) and side.attr in ("feed", "event") for side in sides)
        inner = [
            each
            for side in sides
            for each in (side.elts if isinstance(side, ast.Tuple | ast.Set) else [side])
        ]
        return asked and any(map(_is_new_word, inner))
    return False


def _is_new_word(node: ast.AST) -> bool:
    """A word that is not found for being a feed's anyhow."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and bool(node.value)
        and not _is_id(node)
    )


@pytest.mark.parametrize("pack", ["bozhou", "jining", "anhui"])
def test_a_roster_may_call_a_benefit_by_the_title_that_its_page_has(pack: str) -> None:
    shipped = load_folder(PACKS / pack)
    known = shipped.feeds[FeedId("roster")].codes_of("benefit")
    assert {
        benefit.title.zh: code for code, benefit in shipped.rules.benefits.items()
    }.items() <= known.items()
