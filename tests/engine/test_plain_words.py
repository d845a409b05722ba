"""What the pensioner's page says: what one did and when, in plain words; what that rests on stands small."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.texts.receipt import Receipt, explain
from chalicelib.model import Evidence, Proves, Route
from tests.engine.evidence_at_random import ALL_RULES
from tests.events import RULES
from tests.people import a_case, a_person, a_record, an_entitlement, an_objection, day, some_evidence

ON = day("2025-09-01")
SOMETHING = {"bozhou": "resident_pension", "anhui": "resident_pension", "jining": "social_insurance"}
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(*evidence: Evidence, **named: Any) -> Receipt:
    record = a_record(evidence=evidence, **named)
    decision = decide(record.person, record.entitlements, evidence, RULES, ON, refuted=record.refuted)
    return explain(decision, record, RULES)


def said(receipt: Receipt) -> list[str]:
    return [zh for part in receipt.parts for zh, _ in part.said]


def test_a_hospital_stay_is_told_as_one_tells_it() -> None:
    receipt = read(some_evidence("hospital_inpatient/treated", "2025-07-16"))
    [title, _], *_ = [part.title for part in receipt.parts]
    assert title == "城乡居民基本养老保险"
    assert said(receipt)[:2] == [
        "资格认证有效至2026年7月15日。",
        "您7月16日住院治疗，已据此为您办好认证，不用跑腿。",
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("home_visits/seen", "工作人员8月1日上门见到了您，认证已办好。"),
        ("counter/certified", "您8月1日到窗口办理了认证，认证已办好。"),
        ("family_doctor/seen", "根据8月1日的“当面随访”记录，已为您办好认证，不用跑腿。"),
        ("outpatient_treatment/treated", "您8月1日门诊治疗，已据此为您办好认证，不用跑腿。"),
    ],
)
def test_who_did_what_is_said_as_it_was(name: str, says: str) -> None:
    assert says in said(read(some_evidence(name, "2025-08-01")))


def test_weak_evidence_is_told_without_points_and_traces() -> None:
    two = (some_evidence("bus_rides/ridden", f"2025-08-{n:02}") for n in (1, 8, 15))
    others = (some_evidence("gas_bills/used", f"2025-08-{n:02}") for n in (2, 20))
    receipt = read(*two, *others)
    few = read(some_evidence("bus_rides/ridden", "2025-08-20"))
    for each in (receipt, few):
        told = [*said(each), *(part.basis[0] for part in each.parts)]
        assert not [line for line in told if re.search(r"\d分|痕迹|渠道", line)]
    assert "各部门的数据暂时还不能自动为您办好认证。" in said(few)


def test_what_it_rests_on_stands_apart_and_the_version_of_the_rules_with_it() -> None:
    receipt = read(some_evidence("hospital_inpatient/admitted", "2025-07-16"))
    assert "国发〔2014〕8号" in receipt.parts[0].basis[0]
    assert not any("依据：" in line or RULES.version in line for line in said(receipt))
    assert receipt.rules == RULES.version


def test_every_day_on_the_page_is_written_as_a_letter_writes_it() -> None:
    drawn = [an_entitlement(certified_until="2025-09-20")]
    due = read(entitlements=drawn, cases=[a_case(due="2025-09-20")], objections=[an_objection()])
    assert "请在2025年9月20日前认证" in "".join(said(due))
    assert any(part.title[0] == "您提出的异议" for part in due.parts)
    assert not [line for line in said(due) if ISO.search(line)]


@pytest.mark.parametrize("pack", ["bozhou", "jining", "anhui"])
def test_every_event_that_certifies_by_itself_reads_as_a_sentence(pack: str) -> None:
    """Nobody reads 您…本人…, and nothing in brackets but what a record is called."""
    rules: RuleBook = ALL_RULES[pack]
    person = a_person()
    drawn = [an_entitlement(SOMETHING[pack], certified_until="2025-01-01")]
    told = 0
    for (feed, name), event in rules.events.items():
        if event.proves is not Proves.PRESENCE or event.strength != "strong":
            continue
        item = some_evidence(f"{feed}/{name}", "2025-08-01")
        decision = decide(person, drawn, [item], rules, ON)
        receipt = explain(decision, a_record(person, evidence=[item], entitlements=drawn), rules)
        [line] = [
            line for line in said(receipt) if "8月1日" in line and re.search("办好认证|认证已办好", line)
        ] or [""]
        if not line:  # it does not certify this benefit
            continue
        told += 1
        assert not re.search(r"^您[^“]*(本人|（(?!社区))", line), line
        assert ("跑腿" in line) == (event.route is Route.SILENT), line
    assert told > 10
