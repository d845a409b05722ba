"""The receipt: what is certified to which day, or has stopped; because of what, and how to object."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.money.double_receipt import unclaimed
from chalicelib.engine.texts.receipt import Receipt, explain
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    FileId,
    Reason,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import (
    PENSION,
    a_case,
    a_key,
    a_person,
    a_proposal,
    a_reason,
    a_record,
    a_suspicion,
    an_entitlement,
    an_objection,
    day,
    some_evidence,
)

ON = day("2025-06-10")
ADMITTED = some_evidence("hospital_inpatient/admitted", "2025-05-01")
CREMATED = some_evidence("cremations/cremated", "2025-05-01")


def told(*evidence: Evidence, **named: Any) -> Receipt:
    """What the receipt of a record says on 10 June 2025."""
    record = a_record(evidence=evidence, **named)
    decision = decide(record.person, record.entitlements, evidence, RULES, ON, refuted=record.refuted)
    receipt = explain(decision, record, RULES)
    assert len(receipt.en) == len(receipt.zh)
    return receipt


def test_a_receipt_reads_as_it_would_be_said() -> None:
    receipt = told(ADMITTED)
    assert receipt.zh[:2] == (
        "城乡居民基本养老保险：资格认证有效至2026年4月30日。",
        "2025年5月1日的“住院（入院）”记录足以证明本人情况，认证有效至2026年4月30日。",
    )
    assert "12333" in receipt.zh[-2]
    assert RULES.version in receipt.zh[-1]
    assert receipt.is_certificate


def test_what_has_ended_says_so_and_each_suspicion_is_told_once() -> None:
    receipt = told(CREMATED, some_evidence("travel_agency/travelled", "2025-05-20"))
    assert "已于2024年12月31日到期" in receipt.zh[0]
    assert sum("火化" in line for line in receipt.zh) == 1
    assert sum("相互矛盾" in line for line in receipt.zh) == 1
    assert any("payment continues" in line for line in receipt.en)
    assert not receipt.is_certificate


def test_a_receipt_names_the_law_the_line_and_the_version() -> None:
    """Rule 26: every decision names its evidence, its rule and the rule's version."""
    receipt = told(ADMITTED)
    assert "国发〔2014〕8号" in receipt.zh[2]
    assert receipt.zh[2].endswith("适用规则：12个月：强认证数据“免认证”期限最长十二个月。")
    assert receipt.en[2].endswith(" 12 months.")
    stated = told(entitlements=[an_entitlement(certified_until="2026-01-01")])
    assert "发放部门名册" in stated.zh[2]
    assert "the authority's roster" in stated.en[2]


def test_a_pensioner_of_82_reads_why_their_period_is_shorter_and_no_code() -> None:
    receipt = told(ADMITTED, person=a_person("1943-03-01"))
    assert receipt.zh[2].endswith("适用规则：9个月：高龄，应缩短认证期限。")
    assert receipt.en[2].endswith(" 9 months (aged 80 or more).")
    rides = [some_evidence("bus_rides/ridden", "2025-05-30")]
    for each in (receipt, told(*rides), told(entitlements=[ENDED])):
        assert not any("policy" in line for line in (*each.zh, *each.en))


def test_what_has_ended_says_what_to_do_and_that_nothing_stops_by_itself() -> None:
    drawn = [an_entitlement(), an_entitlement("outpatient_chronic", fen=0)]
    receipt = told(entitlements=drawn)
    zh, en = "\n".join(receipt.zh), "\n".join(receipt.en)
    assert "均不收费" in zh
    assert "不要求必须刷脸" in zh
    assert "恢复并补发" in zh
    assert "费用减免，不因未认证而暂停" in zh
    assert "待遇照常享受" in zh
    pension = "\n".join(told().zh)
    assert "恢复并补发" in pension
    assert "费用减免" not in pension
    assert "待遇照常享受" not in pension
    assert "free of charge" in en


def test_what_somebody_may_be_entitled_to_besides_is_told() -> None:
    record = a_record(a_person("1940-01-01"))
    decision = decide(record.person, record.entitlements, [], RULES, ON)
    more = unclaimed(record.person, record.entitlements, [], RULES, ON)
    receipt = explain(decision, record, RULES, more)
    assert any("高龄津贴领取条件" in line for line in receipt.zh)
    assert any("on no roster" in line for line in receipt.en)


# --- what has come of it ---------------------------------------------------------------------------

SUSPENDED = an_entitlement(status=EntitlementStatus.SUSPENDED, stopped_from="2025-05")
PAUSED = an_entitlement(status=EntitlementStatus.PAUSED, stopped_from="2025-05")
ENDED = an_entitlement(
    status=EntitlementStatus.TERMINATED, stopped_from="2025-06", certified_until="2025-12-31"
)
FOUND_DEAD = a_suspicion(on="2025-05-01", state=SuspicionState.CONFIRMED)


def test_the_suspended_read_since_when_and_how_payment_comes_back() -> None:
    receipt = told(entitlements=[SUSPENDED])
    zh, en = "\n".join(receipt.zh), "\n".join(receipt.en)
    assert (
        receipt.zh[0] == "城乡居民基本养老保险：待遇自2025年5月起暂停发放，资格认证已于2024年12月31日到期。"
    )
    assert "经乡镇确认、主管部门批准后暂停" in zh
    assert "认证后恢复发放，并补发暂停期间的待遇" in zh
    assert "照常发放" not in zh
    assert "payment continues" not in en
    assert "suspended since 2025-05" in en
    assert not receipt.is_certificate


def test_the_suspended_who_certify_read_that_payment_comes_back() -> None:
    receipt = told(ADMITTED, entitlements=[SUSPENDED])
    assert "有效至2026年4月30日；自2025年5月起暂停的待遇将恢复发放" in receipt.zh[0]
    assert any("无需再办" in line for line in receipt.zh)
    assert not receipt.is_certificate, "not before it is paid again"


def test_the_paused_read_why() -> None:
    key = a_key("custody/awaiting_judgment", "2025-04-10")
    held = a_suspicion(SuspicionKind.CUSTODY, "2025-04-10", SuspicionState.CONFIRMED, evidence=key)
    receipt = told(Evidence(key, FileId("file-1"), 2), entitlements=[PAUSED], suspicions=[held])
    zh = "\n".join(receipt.zh)
    assert receipt.zh[:2] == (
        "城乡居民基本养老保险：待遇自2025年5月起中止发放。",
        "经工作人员核实，自2025年4月10日起服刑或被羁押。",
    )
    assert "补发" in zh
    assert "照常发放" not in zh
    assert not receipt.is_certificate


def test_the_heirs_of_the_dead_read_no_certificate_and_how_to_object() -> None:
    """An entitlement that has ended keeps its last day, and that day says nothing any more."""
    dead = a_person(deceased_on="2025-05-01")
    receipt = told(CREMATED, person=dead, entitlements=[ENDED], suspicions=[FOUND_DEAD])
    zh = "\n".join(receipt.zh)
    assert receipt.zh[0] == "城乡居民基本养老保险：待遇自2025年6月起终止。"
    assert "已于2025年5月1日去世" in receipt.zh[1]
    assert "如与事实不符" in zh
    assert "有效至" not in zh
    assert "照常发放" not in zh
    assert "尽快办理" not in zh
    assert not receipt.is_certificate


def test_what_is_still_to_end_of_the_dead_is_no_certificate_either() -> None:
    receipt = told(
        CREMATED,
        person=a_person(deceased_on="2025-05-01"),
        entitlements=[an_entitlement(certified_until="2025-12-31")],
        suspicions=[FOUND_DEAD],
    )
    assert receipt.zh[0] == "城乡居民基本养老保险：待遇将按规定停止。"
    assert not receipt.is_certificate


def test_what_has_ended_for_another_reason_says_which() -> None:
    twice = a_suspicion(
        SuspicionKind.DOUBLE_RECEIPT,
        "2025-05-01",
        SuspicionState.CONFIRMED,
        evidence=a_key("employee_pension/drawn", "2025-05-01"),
        benefit=PENSION,
    )
    other = replace(twice, benefit=BenefitCode("veteran_subsidy"))
    assert "重复领取" in told(entitlements=[ENDED], suspicions=[other, twice]).zh[1]
    assert "主管部门" in told(entitlements=[ENDED]).zh[1], "nothing that was verified here ended it"


def test_what_people_have_verified_is_not_told_as_if_they_were_still_to_look() -> None:
    """A sentence served ends the pension and not the resettlement payment, which says so."""
    served = some_evidence("custody/sentence", "2025-04-10")
    held = a_suspicion(SuspicionKind.CUSTODY, "2025-04-10", SuspicionState.CONFIRMED, evidence=served.key)
    drawn = [an_entitlement("reservoir_resettlement", certified_until="2025-12-31")]
    zh = "\n".join(told(served, entitlements=drawn, suspicions=[held]).zh)
    assert "经工作人员核实，自2025年4月10日起服刑或被羁押" in zh
    assert "需由工作人员核实" not in zh
    open_still = told(served, entitlements=drawn)
    assert any("需由工作人员核实" in line for line in open_still.zh)
    assert not open_still.is_certificate


@pytest.mark.parametrize("kind", SuspicionKind)
def test_every_kind_of_suspicion_has_a_sentence_for_when_it_is_so(kind: SuspicionKind) -> None:
    reason = reasons.found_so(a_suspicion(kind))
    assert "2025年5月10日" in reason.zh
    assert "2025-05-10" in reason.en


def test_somebody_who_draws_nothing_has_no_certificate() -> None:
    assert not told(entitlements=[]).is_certificate


def test_one_benefit_that_is_not_certified_makes_it_a_notice() -> None:
    certified = an_entitlement(certified_until="2025-12-31")
    relief = an_entitlement("outpatient_chronic", fen=0)
    assert told(entitlements=[certified]).is_certificate
    assert not told(entitlements=[certified, relief]).is_certificate
    assert not told(
        entitlements=[certified, replace(relief, status=EntitlementStatus.TERMINATED)]
    ).is_certificate


def test_an_open_suspicion_is_told_and_makes_it_a_notice() -> None:
    amount = a_suspicion(
        SuspicionKind.WRONG_AMOUNT, evidence=None, benefit=PENSION, reason=a_reason("amount")
    )
    receipt = told(ADMITTED, suspicions=[amount])
    assert amount.reason.zh in receipt.zh
    assert not receipt.is_certificate
    assert told(ADMITTED, suspicions=[replace(amount, state=SuspicionState.CLEARED)]).is_certificate


def test_an_open_objection_is_told() -> None:
    held = told(entitlements=[SUSPENDED], objections=[an_objection()])
    assert any("2025年7月14日前由未参与此事的人员答复；答复前不暂停待遇" in line for line in held.zh)
    again = told(entitlements=[SUSPENDED], objections=[an_objection(holds=False)])
    assert any("由上一级复核" in line for line in again.zh)


def test_an_approved_suspension_is_told_with_how_to_prevent_it() -> None:
    signed = a_proposal(judged={PENSION: "2024-12-31"}, effective="2025-07")
    receipt = told(proposals=[signed])
    assert any("已批准自2025年7月起暂停。在此之前认证，暂停即撤销" in line for line in receipt.zh)
    assert not any("照常发放" in line for line in receipt.zh)
    overtaken = replace(signed, effective="2025-05")
    assert any("照常发放" in line for line in told(proposals=[overtaken]).zh)
    assert any("照常发放" in line for line in told(proposals=[replace(signed, approved_by=None)]).zh)


def test_in_the_window_the_receipt_says_by_when_to_certify() -> None:
    drawn = [an_entitlement(certified_until="2025-07-31")]
    due = told(entitlements=drawn, cases=[a_case("2025-07-31")])
    assert any("请在2025年7月31日前认证" in line for line in due.zh)
    assert due.is_certificate
    assert not any("前认证：" in line for line in told(entitlements=drawn).zh)


def test_a_sentence_is_the_same_whenever_it_is_made() -> None:
    one, other = reasons.deceased(day("2025-01-01")), reasons.deceased(day("2025-01-01"))
    plain = Reason(one.code, one.zh, one.en, one.evidence, one.rule)
    assert one == other == plain == one
    assert plain == one
    assert len({one, other, plain}) == 1
    assert one != reasons.deceased(day("2025-01-02"))
    assert one != "deceased"
