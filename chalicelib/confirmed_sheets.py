"""确认名单 · What people have confirmed of a village in a month: a sheet of its own, to be signed.

The monthly list asks whom the village suspects; this one says what became of it last month (row B7): who,
what was confirmed and by whom, and whether each benefit has ended already. Nothing of it is read back: who
finds it wrong tells the township. It names people, as the monthly list does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import first_day, next_month, zh_day, zh_month
from chalicelib.engine.suspicion.termination import ended_by, ending, is_of_two_lines
from chalicelib.engine.texts.visit_words import confirmed_of
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, EntitlementStatus, Month, PersonId, PersonRecord, Suspicion
from chalicelib.sources.formats.xlsx_forms import Form, form_of
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.confirmed_rows import confirmed_in, is_listed

_WIDTHS: Final = {
    **{"姓名": 10, "身份证号码": 27, "网格编号": 9, "确认的情况": 24},
    **{"确认日期": 14, "确认人": 20, "涉及的待遇": 34},
}
_HOW: Final = "请村（社区）核对后签字留存；有出入的，请当日告知乡镇（街道）。　负责人签字：　　　　　　日期："
_STANDS: Final = {EntitlementStatus.TERMINATED: "已停发", EntitlementStatus.PAUSED: "已中止"}


def days_of(month: Month) -> tuple[date, date]:
    """The first and the last day of a month."""
    return first_day(month), first_day(next_month(month)) - timedelta(days=1)


def villages(county: str, month: Month) -> set[AreaCode]:
    """Where anything was confirmed of anybody in a month."""
    return {found.area for found in confirmed_in(county, county, *days_of(month))}


def is_anything_confirmed(month: Month) -> bool:
    """Whether anything was confirmed of anybody in a month."""
    return any(villages(county, month) for county in worklists.counties())


def people_of(village: AreaCode, month: Month) -> list[PersonId]:
    """Of whom something was confirmed in a month, each once, by day."""
    found = confirmed_in(village[:6], village, *days_of(month))
    return list(dict.fromkeys(each.person for each in found))


def sheet_of(village: AreaCode, month: Month, named: Sequence[PersonId], on: date) -> bytes:
    """The sheet as xlsx, a row for each fact that was confirmed of somebody in the month."""
    rows = [row for person in named for row in _rows(people.load(person), month, on)]
    title = f"{zh_month(month)}确认名单　村（社区）{village}　共{len(named)}人　{zh_day(on)}印制"
    return form_of(
        Form(
            name="确认名单",
            titles=(title, _HOW),
            header=list(_WIDTHS),
            rows=rows,
            widths=_WIDTHS,
            fine=frozenset({"确认的情况", "确认人", "涉及的待遇"}),
            head_height=30,
            row_height=48,
        )
    )


def _rows(record: PersonRecord, month: Month, on: date) -> Iterator[list[str | None]]:
    first, last = days_of(month)
    identity = people.identity_of(record.person.id)
    for fact in record.suspicions:
        if is_listed(fact) and fact.closed is not None and first <= fact.closed <= last:
            by = "、".join(filter(None, (fact.verified_by, fact.approved_by)))
            who = [identity.name, identity.number, record.person.grid]
            yield [*who, confirmed_of(fact), zh_day(fact.closed), by, benefits_of(record, fact, on)]


def benefits_of(record: PersonRecord, fact: Suspicion, on: date) -> str:
    """Each benefit that a fact ends or pauses, and whether it has; what goes on all the same is left out."""
    rules = current().rules
    return "\n".join(
        f"{rules.benefit(each.benefit).title.zh}：{_STANDS.get(each.status, '待主管部门批准')}"
        for each in record.entitlements
        if ended_by(fact, each, rules, on)
        or ending(fact, (each,), rules, on)
        or (is_of_two_lines(fact) and fact.benefit == each.benefit)
    )
