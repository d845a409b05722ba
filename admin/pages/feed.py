"""The page of a feed: what each event proves and why, how its file is read, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.jurisdiction import Pack
from chalicelib.jurisdiction.pages.words import PROVES, STRENGTHS, TRACES, heading, say, table
from chalicelib.model import FeedId
from chalicelib.sources.feeds.columns import Column
from chalicelib.sources.feeds.feed import Feed


def page(feed: Feed, pack: Pack) -> str:
    """The page of a feed as Markdown."""
    return "\n".join(
        [
            f"# {feed.title.zh} · {feed.title.en}\n",
            _head(feed),
            *_events(feed, pack),
            *_columns(feed),
            *_expects(feed),
            *_used(feed, pack),
            heading("与上一版本相比", "What changed since the last version"),
            *_changes(feed),
            "",
        ]
    )


def _head(feed: Feed) -> str:
    owner = feed.owner
    rows = [
        ("代码 code", f"`{owner.department}/{feed.id}`"),
        ("数据主管部门 department", f"{owner.title.zh} · {owner.title.en}（{owner.contact}）"),
        ("依据 authority", feed.authority),
        ("用途 purpose", feed.purpose),
        ("保存 retained", f"{feed.retain.count} {feed.retain.unit}"),
    ]
    if feed.assumed:
        rows.append(("假设 assumed", feed.assumed))
    return table(("项目", "内容"), rows)


def _events(feed: Feed, pack: Pack) -> Iterator[str]:
    if not feed.declared_events:
        return
    yield heading("每类记录证明什么", "What each event proves")
    worth = pack.rules.policy.weak.worth
    rows = []
    for code, event in feed.declared_events.items():
        strength = "".join(STRENGTHS[event.strength][0]) if event.strength else "—"
        points = worth.get((FeedId(feed.id), code))
        rows.append(
            (
                f"{event.zh} · {event.en}",
                " · ".join(PROVES[event.proves]),
                f"{strength}（{points}分）" if points is not None else strength,
                " · ".join(TRACES[event.trace]) if event.trace else "—",
                event.why,
                event.cannot_cover or "—",
            )
        )
    yield table(
        ("记录 event", "证明 proves", "强弱", "痕迹 trace", "为什么 why", "覆盖不到谁 cannot cover"), rows
    )


def _columns(feed: Feed) -> Iterator[str]:
    if not feed.columns:
        return
    yield heading("文件怎么填", "How the file is read")
    rows = [
        (
            name,
            "、".join(column.also) or "—",
            column.field,
            column.read.value,
            _needed(feed, column),
            _codes(column),
        )
        for name, column in feed.columns.items()
    ]
    header = ("列名", "也认 also", "字段 field", "读作 read", "必填 must be filled", "代码 codes")
    yield table(header, rows)
    if feed.not_used:
        yield f"\n不使用的列（可以有）not used: {'、'.join(feed.not_used)}"
    if feed.format is not None:
        load = "全量 full" if feed.is_full else "增量 delta"
        yield f"\n格式 format: {', '.join(feed.format.kind)} · {load}"


def _needed(feed: Feed, column: Column) -> str:
    """Whether a row goes back if the cell is blank, or a file may even do without the column."""
    if column.field in feed.required:
        return "必填 yes" if not column.empty_if else "必填，个别情形除外 yes, with exceptions"
    return "可不报 column may be missing" if column.optional else "—"


def _codes(column: Column) -> str:
    words = "，".join(f"{code}=`{word}`" for code, word in column.codes.items())
    return f"{words}（也可每项一列，打勾 or a box to tick each）" if column.boxes else words


def _expects(feed: Feed) -> Iterator[str]:
    if feed.arrives is None or feed.expect is None:
        return
    yield heading("多久报送一次", "When it is expected")
    every, warn, fail = feed.interval_days, feed.warn_after_days, feed.fail_after_days
    yield say(
        f"最长{every}日报送一次；{warn}日未到提醒，{fail}日未到视为中断。",
        f"At least every {every} days; asked for after {warn}, an incident after {fail}.",
    )
    yield say(
        f"每次{feed.expect.rows.min:,}至{feed.expect.rows.max:,}行；退回比例超过{feed.expect.rejected_share:.0%}的整份待人工确认。",
        f"{feed.expect.rows.min:,} to {feed.expect.rows.max:,} rows; held for a person if more than "
        f"{feed.expect.rejected_share:.0%} are rejected.",
    )
    if feed.filled_by_hand:
        by_hand = "、".join(feed.fields[name] for name in feed.filled_by_hand)
        yield say(
            f"{by_hand}都空着的行视为尚未填写：不处理、不退回，填好后再投放即可。",
            f"A row without any of {by_hand} is not filled in yet: it is left alone and does not come back.",
        )


def _used(feed: Feed, pack: Pack) -> Iterator[str]:
    """The benefits that listen to this feed in a way of their own."""
    names = []
    for benefit in pack.rules.benefits.values():
        rules = benefit.versions[-1]
        clauses = [*rules.conditions, *rules.excluded]
        asked = {name.feed for clause in clauses for term in clause.terms for name in term.events}
        asked |= {other.shown_by.feed for other in rules.excludes if other.shown_by}
        asked |= {code.shown_by.feed for code in rules.custody}
        if feed.id in asked:
            names.append(f"[{benefit.title.zh}](../benefits/{benefit.code}.md)")
    if names:
        yield heading("哪些待遇以此为条件", "Benefits that depend on it")
        yield "、".join(sorted(names))


def _changes(feed: Feed) -> Iterator[str]:
    if not feed.changes:
        yield say("首个版本。", "The first version.")
    for change in reversed(feed.changes):  # the newest first
        zh, en = ("（假设）", f" (Assumed: {change.assumed})") if change.assumed else ("", "")
        yield say(f"**{change.from_} 起**：{change.zh}{zh}", f"From {change.from_}: {change.en}{en}")
