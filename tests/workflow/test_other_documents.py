"""Whoever bears another document than the resident's number is on the platform, and people certify them."""

from __future__ import annotations

from datetime import date

from chalicelib.model import Route, StateName, Template, VisitOutcome
from tests.workflow.village import ROSTER, Recipient, Village

SOON = date(2025, 2, 10)
NUMBER, NAME = "USA341619500307", "柏秋兰"
DOCUMENT = (
    f"{NUMBER},{NAME},13800000001,341602001001,G01,HR-0931,城乡居民基本养老保险,215.50,2010-01-01,{SOON},"
)


def test_a_recipient_with_an_old_permit_is_reminded_visited_and_certified(village: Village) -> None:
    village.drop("roster", "\n".join([ROSTER, DOCUMENT, *Recipient(980).lines()]) + "\n")
    [roster] = village.files()
    assert (roster.counts.accepted, roster.counts.rejected) == (2, 0)
    assert [(n.code, n.count, n.of) for n in roster.notices] == [("other_documents", 1, 0)]
    assert village.record(NUMBER).person.born is None

    village.days(5)
    stay = (
        f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{Recipient(980).number},{NAME},乙,2025-01-04,入院\n"
    )
    village.drop("hospital_inpatient", stay)  # somebody's of the same name: never matched by guess
    [entitlement] = village.record(NUMBER).entitlements
    assert (entitlement.valid_until, village.record(NUMBER).evidence) == (SOON, ())

    village.until_state(NUMBER, StateName.DISPATCH_HOME_VISIT)
    assert Template.REMIND in {m.template for m in village.record(NUMBER).messages}
    village.knock(NUMBER, VisitOutcome.SEEN)
    [entitlement] = village.record(NUMBER).entitlements
    assert (entitlement.route, entitlement.valid_until > SOON) == (Route.VISIT, True)
