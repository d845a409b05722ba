"""Names are looked at: what a department reports under a whole, different name (rule 13)."""

from __future__ import annotations

from datetime import date

from chalicelib.model import SuspicionKind
from tests.workflow.village import DUE, SPRING, Recipient, Village

STARTS = SPRING

SOMEBODY = Recipient(980)
OTHER, OWN = "李秀英", "孟庆0"


def stay(village: Village, name: str, day: date, file: str) -> None:
    text = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{SOMEBODY.number},{name},乙,{day},入院\n"
    village.drop("hospital_inpatient", text, file)


def test_a_stay_under_another_name_certifies_nobody_and_a_death_under_one_says_so(village: Village) -> None:
    village.settle(SOMEBODY)
    village.until(date(2025, 5, 20))
    day = date(2025, 5, 18)
    stay(village, OTHER, day, "other.csv")
    [entitlement] = village.record(SOMEBODY.number).entitlements
    assert entitlement.valid_until == DUE

    stay(village, OWN, day, "own.csv")  # corrected, and sent again
    [entitlement] = village.record(SOMEBODY.number).entitlements
    assert entitlement.valid_until == date(2026, 5, 17)

    header = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"
    text = f"{header}\n{SOMEBODY.number},{OTHER},某馆,,2025-05-19,火化\n"
    village.drop("cremations", text)
    [suspicion] = village.record(SOMEBODY.number).open_suspicions
    assert suspicion.kind is SuspicionKind.DEATH
    assert "姓名与名册姓名完全不同" in suspicion.reason.zh
    assert village.record(SOMEBODY.number).entitlements[0].status == "active"
