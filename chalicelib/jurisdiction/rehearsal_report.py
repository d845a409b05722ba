"""试算报告 · The report of a rehearsal: one page to print, for whoever has to agree to a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Final

from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.rehearsal import case_walk_rows
from chalicelib.engine.rehearsal.case_walks import CaseWalks
from chalicelib.engine.rehearsal.effects import Effect
from chalicelib.engine.rehearsal.replay import Example, Group, Replay
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.jurisdiction.diff import Difference
from chalicelib.jurisdiction.pages.words import SUSPICIONS
from chalicelib.jurisdiction.proposals import NUMBER
from chalicelib.model import BenefitCode

RED, ORANGE, OLIVE, GREEN, BLUE = "#b3261e", "#c77700", "#8a7a00", "#3b7d3b", "#1b5e9e"
TITLES: Final = {
    Effect.CERTIFICATE_LOST: (
        "认证失效（无人应答的，将列入拟暂停名单）",
        "certificate lost: proposed for suspension if nobody answers",
        RED,
    ),
    Effect.BENEFIT_DROPPED: ("在领待遇不再列入规则", "drawn, and in the proposed rules no more", RED),
    Effect.SUSPICION_OPENS: ("将新增疑点", "would be suspected", ORANGE),
    Effect.DUE_LESS: ("本月应发减少", "less would be due this month", ORANGE),
    Effect.DUE_MORE: ("本月应发增加", "more would be due this month", GREEN),
    Effect.STAYS_SUSPENDED: ("已暂停，且不再可恢复认证", "suspended already, and certified no more", ORANGE),
    Effect.COMES_DUE: ("将到期（不暂停待遇）", "would come due (never suspended for it)", ORANGE),
    Effect.ENTERS_WINDOW: ("随即进入认证期", "certified still, and a case opens at once", OLIVE),
    Effect.SHORTER: ("有效期缩短", "certified still, less long", OLIVE),
    Effect.LONGER: ("有效期延长", "certified longer", GREEN),
    Effect.SUSPICION_CLOSES: ("不再为疑点", "would no longer be suspected", GREEN),
    Effect.REVIVED: ("暂停人员恢复认证", "suspended, and would be certified", BLUE),
    Effect.NEWLY_CERTIFIED: ("新增认证", "would newly be certified", BLUE),
    Effect.NEWLY_ENTITLED: ("新增应享未享", "entitled, and not drawing", BLUE),
    Effect.BENEFIT_ADDED: ("在领待遇新列入规则", "drawn, and in the proposed rules alone", BLUE),
}
ON_AN_EVENT: Final = {
    "last_month_due": ("死亡后应发至哪个月", "the last month due after a death"),
    "cutoff_day": ("每月截止日", "the cut-off day"),
    "recovery": ("多发待遇的抵扣", "what an overpayment is offset against"),
    "custody": ("羁押、服刑的后果", "what custody does"),
}
ENDS_EARLIER: Final = (
    Effect.CERTIFICATE_LOST,
    Effect.STAYS_SUSPENDED,
    Effect.COMES_DUE,
    Effect.ENTERS_WINDOW,
    Effect.SHORTER,
)
ASSUMED: Final[tuple[Bilingual, ...]] = (
    (
        "假定现行规则和拟用规则一直有效；实际执行时，以往数据照当时规则计算有效期，变化随新数据逐步显现。",
        "Both rule books are taken as if they had always held; in fact what has happened keeps the period of "
        "its day, and a change shows only as new data arrive.",
    ),
    (
        "晚于演练日发生的数据、新领的待遇、暂停与恢复、身故的确认以及疑点的核实不计；迟到的数据以今日所知为准。",
        "What happened after the day of the rehearsal is left out, and so is what was granted, stopped, "
        "resumed, confirmed or cleared after it; data that arrived late are as known today.",
    ),
)
STYLE: Final = """
body{font:17px/1.6 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2em auto;max-width:60em;color:#222}
h1{font-size:1.6em}h2{font-size:1.25em;margin-top:1.6em}small{color:#666;font-size:.8em}
table{border-collapse:collapse;width:100%}
td,th{padding:.25em .7em;border-bottom:1px solid #ddd;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}@media print{body{margin:0}}
"""


def page(
    replayed: Replay,
    changed: Sequence[Difference],
    now: RuleBook,
    then: RuleBook,
    said: Sequence[Bilingual] = (),
    walks: CaseWalks | None = None,
) -> bytes:
    """The rehearsal as HTML in Chinese with English beside it; the same replay gives the same bytes.

    Its number is filled in when it is attached to a proposal.
    """
    titles = {code: benefit.title.zh for book in (now, then) for code, benefit in book.benefits.items()}
    parts = [
        f"<h1>规则变更演练报告 <small>Rehearsal of a rule change</small></h1>{_figures(replayed)}",
        _points(ASSUMED),
        f"<h2>影响 <small>Effects, of {replayed.entitlements:,} entitlements</small></h2>{_chart(replayed)}",
        _suspicions(replayed),
        _on_an_event(replayed, titles),
        _walks(walks),
        _table("按待遇", "By benefit", replayed, lambda group: titles[group.benefit]),
        _table("按县区", "By county", replayed, lambda group: group.county),
        _table("按年龄", "By age", replayed, lambda group: group.band),
        f"<h2>示例 <small>Examples, without names</small></h2>{_examples(replayed, titles)}",
        f"<h2>变更内容 <small>What differs</small></h2>{_points(said)}{_differences(changed)}",
    ]
    head = (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>演练报告</title><style>{STYLE}</style>'
    )
    return (head + "\n".join(parts) + "</html>\n").encode()


def _figures(replayed: Replay) -> str:
    of = f"{replayed.entitlements:,}"
    rows = [
        ("报告编号 number of the report", NUMBER),
        ("演练日 as of", replayed.on.isoformat()),
        ("现行规则 rules in force", replayed.now),
        ("拟用规则 proposed rules", replayed.then),
        ("人数 people", f"{replayed.people:,}"),
        ("现行规则下有效 certified now", f"{replayed.certified_now:,} / {of}"),
        ("拟用规则下有效 certified then", f"{replayed.certified_then:,} / {of}"),
        ("有效期提前结束 certificates that would end earlier", f"{earlier(replayed):,} / {of}"),
    ]
    for effect, fen in sorted(replayed.fen.items()):
        zh, en, _ = TITLES[effect]
        rows.append((f"{zh} {en}", f"{_yuan(fen)} 元"))
    return _rows([(escape(name), escape(value)) for name, value in rows], numbers_from=1)


def _walks(walks: CaseWalks | None) -> str:
    """What other times and visits would have made of the cases that there were."""
    if walks is None or not walks.differ:
        return ""
    rows = [(zh, en, *figures) for en, zh, *figures in case_walk_rows.rows(walks)]
    head = ("个案与上门", "", "现行", "拟用", "人次")
    return (
        f"<h2>个案与上门 <small>Cases and visits, of {walks.cases:,} cases</small></h2>"
        f"{_points((case_walk_rows.ASSUMED,))}{_rows(rows, head, numbers_from=2)}"
    )


def _yuan(fen: int) -> str:
    """With its sign: what a month would cost more or less."""
    return f"{'-' if fen < 0 else '+'}{yuan(abs(fen))}"


def _suspicions(replayed: Replay) -> str:
    """Of which kind: a death and a lost condition end payment once people have confirmed them."""
    rows = [
        (escape(TITLES[effect][0]), *SUSPICIONS[kind], f"{count:,}")
        for (effect, kind), count in sorted(replayed.suspicions.items())
    ]
    if not rows:
        return ""
    return f"<h2>疑点种类 <small>Suspicions by kind</small></h2>{_rows(rows, numbers_from=3)}"


def _on_an_event(replayed: Replay, titles: Mapping[BenefitCode, str]) -> str:
    """What nobody feels today."""
    rows = [
        (escape(titles[code]), *ON_AN_EVENT[word], f"{replayed.drawing[code]:,}")
        for code, words in replayed.on_an_event.items()
        for word in words
    ]
    if not rows:
        return ""
    head = ("待遇", "发生时的处理有变", "", "在领人数")
    return (
        "<h2>遇事才显现的变化 <small>What differs once something happens, and who draws it</small></h2>"
        f"{_rows(rows, head, numbers_from=3)}"
    )


def _chart(replayed: Replay) -> str:
    """A bar per effect; their lengths compare effects with each other, the figure stands beside."""
    totals = [(effect, replayed.total(effect)) for effect in Effect]
    longest = max((total for _, total in totals), default=0) or 1
    bars = []
    for row, (effect, total) in enumerate(totals):
        zh, en, colour = TITLES[effect]
        y, width = row * 34, round(420 * total / longest)
        bars.append(
            f'<text x="0" y="{y + 16}" font-size="15">{zh}</text>'
            f'<text x="0" y="{y + 29}" font-size="10" fill="#666">{en}</text>'
            f'<rect x="330" y="{y + 4}" width="{width}" height="20" fill="{colour}"/>'
            f'<text x="{338 + width}" y="{y + 19}" font-size="14">{total:,}</text>'
        )
    height = len(totals) * 34
    return f'<svg viewBox="0 0 840 {height}" role="img" aria-label="effects">{"".join(bars)}</svg>'


def _table(zh: str, en: str, replayed: Replay, by: Callable[[Group], str]) -> str:
    counts: Counter[tuple[str, Effect]] = Counter()
    for (effect, group), count in replayed.effects.items():
        counts[by(group), effect] += count
    seen = [effect for effect in Effect if replayed.total(effect)]
    if not seen:
        return ""
    head = ("", *(TITLES[effect][0] for effect in seen))
    names = sorted({name for name, _ in counts})
    rows = [
        (escape(name), *(f"{counts[name, effect]:,}" if counts[name, effect] else "" for effect in seen))
        for name in names
    ]
    return f"<h2>{zh} <small>{en}</small></h2>{_rows(rows, head, numbers_from=1)}"


def _examples(replayed: Replay, titles: Mapping[BenefitCode, str]) -> str:
    rows = [
        (escape(TITLES[effect][0]), *_example(example, titles), escape(_reason(effect, example)))
        for effect in Effect
        for example in replayed.examples.get(effect, ())
    ]
    head = ("影响", "待遇", "县区", "年龄", "现行", "拟用", "理由")
    return _rows(rows, head) if rows else "<p>无 none</p>"


def _example(example: Example, titles: Mapping[BenefitCode, str]) -> tuple[str, ...]:
    group = example.group
    days = (day.isoformat() if day is not None else "—" for day in (example.before, example.after))
    return (escape(titles[group.benefit]), group.county, group.band, *days)


def _reason(effect: Effect, example: Example) -> str:
    """Why by the proposed rules; an amount beside the other, and why there was what there would not be."""
    if effect in (Effect.DUE_LESS, Effect.DUE_MORE):
        return f"{example.why_before} → {example.why_after}"
    return example.why_after or example.why_before or "—"


def earlier(replayed: Replay) -> int:
    """How many certificates would end on an earlier day."""
    return sum(replayed.total(effect) for effect in ENDS_EARLIER)


def _points(said: Sequence[Bilingual]) -> str:
    points = "".join(f"<li>{escape(zh)}<br><small>{escape(en)}</small></li>" for zh, en in said)
    return f"<ul>{points}</ul>" if points else ""


def _differences(changed: Sequence[Difference]) -> str:
    rows = [tuple(escape(word or "—") for word in (d.file, d.key, d.before, d.after)) for d in changed]
    return _rows(rows, ("文件", "项目", "现行", "拟用")) if rows else "<p>无 none</p>"


def _rows(rows: Iterable[Sequence[str]], head: Sequence[str] = (), *, numbers_from: int = 99) -> str:
    def row(cells: Sequence[str], tag: str) -> str:
        marks = (f'<{tag} class="n">' if place >= numbers_from else f"<{tag}>" for place in range(len(cells)))
        return f"<tr>{''.join(m + c + f'</{tag}>' for m, c in zip(marks, cells, strict=True))}</tr>"

    return f"<table>{row(head, 'th') if head else ''}{''.join(row(cells, 'td') for cells in rows)}</table>"


class _Words(HTMLParser):
    """A report's words, a line for each row, heading and point."""

    def __init__(self) -> None:
        """Begin with an empty line."""
        super().__init__()
        self.lines: list[str] = [""]
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Neither the style nor the title of the window is for reading; a heading stands apart."""
        self._hidden = tag in ("style", "title")
        if tag == "h2":
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        """A cell is set off from the next; a row, a heading or a point ends the line."""
        self._hidden = False
        if tag in ("td", "th"):
            self.lines[-1] += "  "
        elif tag in ("tr", "h1", "h2", "li", "p", "text"):
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        """Words, as they come."""
        if not self._hidden:
            self.lines[-1] += data.strip("\n")


def words_of(page: bytes) -> str:
    """A report without its picture, to be read in a terminal."""
    reader = _Words()
    reader.feed(page.decode())
    return "\n".join(line.rstrip() for line in reader.lines)
