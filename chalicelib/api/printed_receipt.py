"""The pensioner's receipt (证明 or 告知书): one page in large type, to print or to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.texts.receipt import Receipt
from chalicelib.model import Identity

CERTIFIED: Final = ("待遇领取资格认证证明", "Certificate of continuing eligibility")
NOTICE: Final = ("待遇领取资格认证告知书", "Notice about continuing eligibility")
_STYLE: Final = """
body{color:#000;font:24px/1.7 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:34em}
body{margin:1.5em auto}
h1{font-size:1.5em;text-align:center}p{margin:.5em 0}.en{font-size:.6em;line-height:1.4;color:#333}
footer{margin-top:1.5em;border-top:2px solid #000;font-size:.8em}@page{margin:18mm}
"""


def sheet(identity: Identity, receipt: Receipt, on: date, *, check_code: str) -> str:
    """The page as HTML: Chinese large, English small below; of the number only its last four characters."""
    zh, en = CERTIFIED if receipt.is_certificate else NOTICE
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{zh}</title><style>{_STYLE}</style>'
        f"<h1>{zh}</h1><p>{escape(identity.name)}（身份证号后四位 {escape(identity.number[-4:])}）</p>"
        f"{_paragraphs(receipt.zh)}"
        f'<div class="en"><p>{en}</p>{_paragraphs(receipt.en)}</div>'
        f"<footer><p>{zh_day(on)}　校验码 check code {escape(check_code)}</p></footer></html>\n"
    )


def _paragraphs(sentences: Sequence[str]) -> str:
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
