"""The receipt: certified to which day, because of what, and how to object."""

from chalicelib.engine.decide import decide
from chalicelib.engine.explain import explain
from tests.events import RULES
from tests.people import a_person, an_entitlement, day, some_evidence


def test_a_receipt_reads_as_it_would_be_said() -> None:
    visit = some_evidence("hospital_inpatient/admitted", "2025-05-01")
    decision = decide(a_person(), [an_entitlement()], [visit], RULES, day("2025-06-10"))
    receipt = explain(decision, RULES)
    assert receipt.zh[:2] == (
        "城乡居民基本养老保险：资格认证有效至2026年4月30日。",
        "2025年5月1日的“住院（入院）”记录足以证明本人情况，认证有效至2026年4月30日。",
    )
    assert "12333" in receipt.zh[-1]
    assert RULES.version in receipt.zh[-1]
    assert len(receipt.en) == len(receipt.zh)


def test_what_has_ended_says_so_and_each_suspicion_is_told_once() -> None:
    evidence = [
        some_evidence("cremations/cremated", "2025-05-01"),
        some_evidence("travel_agency/travelled", "2025-05-20"),
    ]
    decision = decide(a_person(), [an_entitlement()], evidence, RULES, day("2025-06-10"))
    receipt = explain(decision, RULES)
    assert "已于2024年12月31日到期" in receipt.zh[0]
    assert sum("火化" in line for line in receipt.zh) == 1
    assert sum("相互矛盾" in line for line in receipt.zh) == 1
    assert any("payment continues" in line for line in receipt.en)
