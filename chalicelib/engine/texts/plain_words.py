"""通俗说明 · A reason as one says it to the person: what was seen of them and when, and that it is done.

An officer reads a reason's own sentence, which names what was weighed. To the person neither points nor
traces mean anything: what they did that day does. Everything else is plain already and stays as it is.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import FeedEvent, Reason, Route, Verdict

_DONE: Final = "已据此为您办好认证，不用跑腿。"
_DONE_EN: Final = "you are certified by it, with nothing for you to do."
_NOT_YET: Final = (
    "各部门的数据暂时还不能自动为您办好认证。",
    "Departments' data cannot certify you by themselves for now.",
)
_LACKING: Final = frozenset({"no_evidence", "one_trace", "too_few_points"})
_BY_SOMEBODY: Final[dict[Route, Bilingual]] = {
    Route.VISIT: ("工作人员{day}上门见到了您", "Somebody saw you at home on {day}"),
    Route.COUNTER: ("您{day}到窗口办理了认证", "You were at a counter on {day}"),
    Route.REMOTE: ("外地工作人员{day}见到了您", "Staff of another region saw you on {day}"),
    Route.ASSISTED: ("您{day}在村（社区）终端办理了认证", "You certified at a village terminal on {day}"),
    Route.SELF: ("您{day}自助办理了认证", "You certified yourself on {day}"),
}
_ASIDE: Final = re.compile(r"（[^）]*）")
_OTHERS: Final = ("人员", "民警", "随访")  # somebody else did it: the record is named, not told


def plain(reason: Reason, verdict: Verdict, rules: RuleBook, on: date) -> Bilingual:
    """What a reason of a verdict tells the person on a day."""
    if reason.code in _LACKING:
        return _NOT_YET
    events = [rules.events.get((key.feed, key.event)) for key in verdict.evidence]
    known = list(dict.fromkeys(event for event in events if event is not None))
    if reason.code == "weak" and known:
        zh, en = "、".join(event.zh for event in known), ", ".join(event.en for event in known)
        return f"您近来的生活记录（{zh}）相互印证，{_DONE}", f"Everyday records ({en}) agree: {_DONE_EN}"
    key = reason.evidence
    event = None if key is None else rules.events.get((key.feed, key.event))
    if reason.code == "strong" and key is not None and event is not None:
        return _seen(event, key.day, on)
    return reason.zh, reason.en


def _seen(event: FeedEvent, day: date, on: date) -> Bilingual:
    """What somebody did or was seen at, on a day."""
    told, iso = day_as_said(day, on), day.isoformat()
    by_somebody = _BY_SOMEBODY.get(event.route)
    if by_somebody is not None:
        zh, en = by_somebody
        return f"{zh.format(day=told)}，认证已办好。", f"{en.format(day=iso)}: you are certified."
    en = f"“{event.en}”, {iso}: {_DONE_EN}"
    did = _ASIDE.sub("", event.zh).removeprefix("本人")
    if "本人" in did or any(word in did for word in _OTHERS):
        return f"根据{told}的“{event.zh}”记录，已为您办好认证，不用跑腿。", en
    return f"您{told}{did}，{_DONE}", en


def day_as_said(day: date, on: date) -> str:
    """A day as one says it: of this year without the year.

    >>> day_as_said(date(2025, 7, 16), date(2025, 9, 1)), day_as_said(date(2024, 7, 16), date(2025, 9, 1))
    ('7月16日', '2024年7月16日')
    """
    return f"{day.month}月{day.day}日" if day.year == on.year else zh_day(day)
