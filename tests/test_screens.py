"""Every page that people read: nobody writes on it, and it needs nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api import printed_receipt
from chalicelib.engine.texts import notice_bundle
from chalicelib.engine.texts.receipt import Part, Receipt
from chalicelib.intake import quality_page, receipt_index, receipt_page
from chalicelib.model import AreaCode, Identity, Month
from chalicelib.sources.feeds.quality import FeedMonth, Load

ROOT = Path(__file__).parents[1]
SHELLS = ("chalicelib", "admin")
BY_ITS_OWN_TEST = {
    "chalicelib/jurisdiction/rehearsal_report.py": "tests/admin/test_rehearsal.py"
}  # it takes a whole rehearsal
WORD = '<script src="https://example.com/x.js">&"'
ON = date(2025, 7, 1)


def a_file_told(word: str) -> dict[str, Any]:
    """A receipt that says a word wherever a department or a person can put one."""
    return {
        **{"title": word, "feed": word, "name": word, "file": word, "zh": word, "en": word},
        **{"day": "2025-06-30", "received": "2025-06-30T01:00:00+00:00", "finished": None, "state": "held"},
        **{"corrects": word, "rejected_rows": word, "repaired_numbers": word},
        **dict.fromkeys(("rows", "accepted", "rejected"), 1),
        "notices": [{"zh": word, "count": 1}],
        "notes": [{"line": 1, "field": word, "zh": word}],
        "stages": [{"state": "held", "at": "2025-06-30T01:00:00+00:00", "by": "officer", "reason": word}],
    }


PAGES: dict[str, Callable[[str], str]] = {
    "chalicelib/api/printed_receipt.py": lambda word: printed_receipt.sheet(
        Identity(word, word),
        Receipt((), (), False, (Part((word, word), ((word, word),), (word, word)),), word),
        ON,
        issuer=word,
        check_code=word,
    ),
    "chalicelib/engine/texts/notice_bundle.py": lambda word: notice_bundle.page(
        AreaCode(word), ON, [notice_bundle.ToBring(word, word, word, word, word, f"{word}\n{word}", ON)]
    ),
    "chalicelib/intake/receipt_page.py": lambda word: receipt_page.page(a_file_told(word)),
    "chalicelib/intake/receipt_index.py": lambda word: receipt_index.page([a_file_told(word)]),
    "chalicelib/intake/quality_page.py": lambda word: quality_page.page(
        word, word, Month("2025-06"), [(word, word, [FeedMonth(Month("2025-06"), 1, 3, Load.FULL, 40, 2)])]
    ),
}


def test_every_page_is_in_the_table() -> None:
    written = {
        path.relative_to(ROOT).as_posix()
        for folder in SHELLS
        for path in (ROOT / folder).rglob("*.py")
        if "<!doctype html" in path.read_text(encoding="utf-8").lower()
    }
    assert written == PAGES.keys() | BY_ITS_OWN_TEST.keys(), "tests/test_screens.py makes every page once"
    for test in BY_ITS_OWN_TEST.values():
        assert (Path(__file__).parents[1] / test).exists(), test


@pytest.mark.parametrize("page", PAGES)
def test_nobody_writes_on_a_page(page: str) -> None:
    made = PAGES[page](WORD)
    assert WORD not in made
    assert "&lt;script" in made


@pytest.mark.parametrize("page", PAGES)
def test_a_page_needs_nothing_from_elsewhere_and_is_chinese_first(page: str) -> None:
    """It opens on a computer without a network, and leaves no trace on another one."""
    made = PAGES[page]("词")
    assert re.match(r'<!doctype html><html lang="zh(-CN)?">', made)
    assert '<meta charset="utf-8">' in made
    assert not re.search(r"<script|https?://|url\(|<link|<iframe", made)
    title = re.search(r"<title>(.*?)</title>", made)
    assert title is not None
    assert re.search(r"[一-鿿]", title.group(1))
    assert made == PAGES[page]("词")
