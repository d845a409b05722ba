"""The receipt: certified to which day, because of what, and how to object."""

from chalicelib.engine import reasons
from chalicelib.engine.claims import unclaimed
from chalicelib.engine.decide import decide
from chalicelib.engine.explain import explain
from chalicelib.model import Reason
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


def test_a_receipt_names_the_law_the_line_and_the_version() -> None:
    """Rule 26: every decision names its evidence, its rule and the rule's version."""
    visit = some_evidence("hospital_inpatient/admitted", "2025-05-01")
    receipt = explain(decide(a_person(), [an_entitlement()], [visit], RULES, day("2025-06-10")), RULES)
    assert "国发〔2014〕8号" in receipt.zh[2]
    assert "policy/tiers/1" in receipt.zh[2]
    assert "policy/tiers/1" in receipt.en[2]
    stated = explain(decide(a_person(), [an_entitlement(certified_until="2026-01-01")], [], RULES,
                            day("2025-06-10")), RULES)  # fmt: skip
    assert "发放部门名册" in stated.zh[2]
    assert "the authority's roster" in stated.en[2]


def test_what_has_ended_says_what_to_do_and_that_nothing_stops_by_itself() -> None:
    drawn = [an_entitlement(), an_entitlement("outpatient_chronic", fen=0)]
    receipt = explain(decide(a_person(), drawn, [], RULES, day("2025-06-10")), RULES)
    zh, en = "\n".join(receipt.zh), "\n".join(receipt.en)
    assert "均不收费" in zh
    assert "不要求必须刷脸" in zh
    assert "恢复并补发" in zh
    assert "费用减免，不因未认证而暂停" in zh
    assert "待遇照常享受" in zh
    pension = "\n".join(explain(decide(a_person(), drawn[:1], [], RULES, day("2025-06-10")), RULES).zh)
    assert "恢复并补发" in pension
    assert "费用减免" not in pension
    assert "待遇照常享受" not in pension
    assert "free of charge" in en
    assert len(receipt.zh) == len(receipt.en)


def test_what_somebody_may_be_entitled_to_besides_is_told() -> None:
    person = a_person("1940-01-01")
    decision = decide(person, [an_entitlement()], [], RULES, day("2025-06-10"))
    more = unclaimed(person, [an_entitlement()], [], RULES, day("2025-06-10"))
    receipt = explain(decision, RULES, more)
    assert any("高龄津贴领取条件" in line for line in receipt.zh)
    assert any("on no roster" in line for line in receipt.en)


def test_a_sentence_is_the_same_whenever_it_is_made() -> None:
    one, other = reasons.deceased(day("2025-01-01")), reasons.deceased(day("2025-01-01"))
    plain = Reason(one.code, one.zh, one.en, one.evidence, one.rule)
    assert one == other == plain == one
    assert plain == one
    assert len({one, other, plain}) == 1
    assert one != reasons.deceased(day("2025-01-02"))
    assert one != "deceased"
