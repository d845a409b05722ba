"""The pensioner's receipt (证明 or 告知书): one page in large type, to print or to read on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.texts.receipt import Part, Receipt
from chalicelib.model import Identity

CERTIFIED: Final = ("待遇领取资格认证证明", "Certificate of continuing eligibility")
NOTICE: Final = ("待遇领取资格认证告知书", "Notice about continuing eligibility")
_STYLE: Final = """
body{color:#000;font:24px/1.7 "Noto Sans CJK SC","Microsoft YaHei",sans-serif}
body{margin:1.5em auto;max-width:34em;padding:0 .8em}
header{text-align:center}header p{font-size:.8em}h1{font-size:1.5em;text-align:center;margin:.3em 0}
h2{font-size:1.1em;margin:1.2em 0 .2em;border-bottom:1px solid #000;break-after:avoid}p{margin:.5em 0}
small{display:block;font-size:.6em;line-height:1.5;color:#333}section{break-inside:avoid}
.en{font-size:.6em;line-height:1.4;color:#333;margin-top:2em}.en h2{font-size:1em;border:0;margin:.6em 0 0}
footer{margin-top:1.5em;border-top:2px solid #000;font-size:.8em}footer p.by{text-align:right}
@page{margin:18mm}@media print{body{margin:0;padding:0}}
"""


def sheet(identity: Identity, receipt: Receipt, on: date, *, issuer: str, check_code: str) -> str:
    """The page as HTML: Chinese large, English small below; of the number only its last four characters.

    `issuer`: the authority at its head and foot. What it rests on, and the version of the rules, are small.
    """
    zh, en = CERTIFIED if receipt.is_certificate else NOTICE
    rules = f"<small>规则版本 rules {escape(receipt.rules)}</small>" if receipt.rules else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{zh}</title><style>{_STYLE}</style></head><body>"
        f"<header><p>{escape(issuer)}</p><h1>{zh}</h1></header><main>"
        f"<p>{escape(identity.name)}（身份证号后四位 {escape(identity.number[-4:])}）</p>"
        f"{''.join(_sections(receipt.parts))}"
        f'<div class="en" lang="en"><p>{en}</p>{"".join(_english(receipt.parts))}</div></main>'
        f'<footer><p class="by">{escape(issuer)}<br>{zh_day(on)}</p>'
        f"<p>校验码 check code {escape(check_code)}</p>{rules}</footer></body></html>\n"
    )


def _sections(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        said = "".join(f"<p>{escape(zh)}</p>" for zh, _ in part.said)
        basis = f"<small>{escape(part.basis[0])}</small>" if part.basis[0] else ""
        yield f"<section><h2>{escape(part.title[0])}</h2>{said}{basis}</section>"


def _english(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        sentences = (en for _, en in (*part.said, part.basis) if en)
        yield f"<h2>{escape(part.title[1])}</h2>{''.join(f'<p>{escape(en)}</p>' for en in sentences)}"
