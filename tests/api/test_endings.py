"""What is confirmed waits for each benefit's own authority; an office of none decides nothing (rule 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.model import (
    BenefitCode,
    EvidenceKey,
    FeedId,
    PersonId,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.storage.dynamodb import people
from tests.api.conftest import COUNTY, TOWNSHIP, VILLAGE, As, a_person, given
from tests.api.town import HRSS, PENSION, accused

FOUND = {"confirmed": True, "verification": "document"}


def dead(as_: As) -> tuple[PersonId, str]:
    """Drawing from two authorities; a village and a township say that the person has died."""
    person = a_person(benefits=("resident_pension", "old_age_allowance"))
    given(person, suspicions=(accused(),))
    where = f"{person}.death.20250620"
    as_("officer", VILLAGE, "wang").post(f"/v1/suspicions/{where}/outcome", FOUND)
    return person, where


def test_an_office_without_authority_says_no_second_word(as_: As) -> None:
    person, where = dead(as_)
    for path, sent in (("outcome", FOUND), ("approve", None)):
        refused = as_("officer", COUNTY, "li").post(f"/v1/suspicions/{where}/{path}", sent)
        assert (refused.status_code, refused.json_body["code"]) == (403, "authority_required")
    assert people.load(person).suspicions[0].state is SuspicionState.OPEN


def test_a_township_s_word_confirms_and_ends_nothing(as_: As) -> None:
    person, where = dead(as_)
    said = as_("officer", TOWNSHIP, "zhou", authority=HRSS).post(f"/v1/suspicions/{where}/approve")
    assert said.json_body["state"] == "confirmed"
    assert people.load(person).suspicions[0].signed == {}
    hrss, other = (as_("officer", COUNTY, "li", authority=a) for a in (HRSS, "civil_affairs"))
    (mine,) = hrss.get(f"/v1/endings?area={VILLAGE}").json_body["items"]
    assert [b["benefit"] for b in mine["benefits"]] == ["resident_pension"]
    assert (mine["id"], mine["name"], mine["reminders"]) == (where, "孟*华", 0)
    approved = hrss.post(f"/v1/endings/{where}/approve").json_body
    assert (approved["benefits"], approved["approved_for"]) == ([], ["resident_pension"])
    assert hrss.get(f"/v1/endings?area={VILLAGE}").json_body["items"] == []
    (theirs,) = other.get(f"/v1/endings?area={VILLAGE}").json_body["items"]
    assert [b["benefit"] for b in theirs["benefits"]] == ["old_age_allowance"]
    assert as_("officer", COUNTY, authority="education").get("/v1/endings").json_body["items"] == []
    elsewhere = as_("officer", COUNTY, authority="education").post(f"/v1/endings/{where}/approve")
    assert elsewhere.status_code == 404
    assert people.load(person).suspicions[0].signed == {"resident_pension": "li"}


def test_the_word_of_an_authority_ends_its_own_alone(as_: As) -> None:
    person, where = dead(as_)
    as_("officer", COUNTY, "li", authority=HRSS).post(f"/v1/suspicions/{where}/approve")
    suspicion = people.load(person).suspicions[0]
    assert (suspicion.signed, suspicion.unsigned) == ({"resident_pension": "li"}, ("old_age_allowance",))


def found_dead() -> PersonId:
    """Drawing from two authorities, and confirmed dead yesterday by two; nothing has ended yet."""
    person = a_person(benefits=("resident_pension", "old_age_allowance"))
    confirmed = replace(
        accused(),
        state=SuspicionState.CONFIRMED,
        verified_by="wang",
        approved_by="zhou",
        closed=date(2025, 6, 30),
        ends=(PENSION, BenefitCode("old_age_allowance")),
    )
    seen = EvidenceKey(date(2025, 6, 25), FeedId("hospital_inpatient"), "admitted")
    doubted = replace(
        accused(), kind=SuspicionKind.CONTRADICTION, day=seen.day, evidence=seen, state=SuspicionState.OPEN
    )
    given(person, suspicions=(confirmed, doubted))
    return person


def reversal_of(person: PersonId) -> Suspicion:
    (asked,) = (s for s in people.load(person).open_suspicions if s.kind is SuspicionKind.REVERSAL)
    return asked


def test_an_objection_upheld_against_an_ending_is_put_to_two_others(as_: As) -> None:
    person = found_dead()
    raised = as_("officer", TOWNSHIP, "sun").post(
        "/v1/objections", {"person": person, "about": "termination"}
    )
    verdict = {"upheld": True, "reason": "本人到窗口，已核对证件"}
    where = f"/v1/objections/{raised.json_body['id']}/decision"
    hrss = as_("officer", COUNTY, "li", authority=HRSS)
    held = hrss.post(f"/v1/endings/{person}.death.20250620/approve")
    assert (held.status_code, held.json_body["code"]) == (409, "being_verified")
    assert as_("officer", COUNTY, "qian").post(where, verdict).json_body["state"] == "upheld"
    asked = reversal_of(person)
    assert (asked.about, asked.involved) == ("death#2025-06-20", {"wang", "zhou"})
    assert "异议成立" in asked.reason.zh


def test_a_contradiction_found_true_is_put_to_two_others(as_: As) -> None:
    person = found_dead()
    where = f"/v1/suspicions/{person}.contradiction.20250625/outcome"
    said = as_("officer", TOWNSHIP, "sun").post(where, {"confirmed": False, "verification": "visit"})
    assert said.json_body["state"] == "cleared"
    assert reversal_of(person).about == "death#2025-06-20"
    hrss = as_("officer", COUNTY, "li", authority=HRSS)
    assert hrss.post(f"/v1/endings/{person}.death.20250620/approve").json_body["code"] == "being_verified"


def test_whoever_is_seen_at_a_counter_is_put_to_two_others(as_: As) -> None:
    person = found_dead()
    sent = {"person": person, "method": "counter", "reference": "desk-1"}
    assert as_("officer", TOWNSHIP, "sun").post("/v1/self-certifications", sent).status_code == 200
    assert reversal_of(person).about == "death#2025-06-20"
