"""People of the town do what real ones could, by the truth of their own lives and not by the platform's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.engine.texts.message_templates import render
from chalicelib.model import BenefitCode, Channel, FeedId, Template
from sandbox.town.authorities import Authorities
from sandbox.town.cadres import GridWorkers
from sandbox.town.carrier import Handed
from sandbox.town.lives import Manner
from sandbox.town.officers import Officers
from sandbox.town.people import Town
from sandbox.town.recipients import Folk
from sandbox.town.townsperson import Townsperson
from tests.sandbox_town.stage import Stage, a_stage

RUN_BY = {
    BenefitCode("resident_pension"): "hrss",
    BenefitCode("land_loss_pension"): "hrss",
    BenefitCode("veteran_subsidy"): "veterans",
    BenefitCode("old_age_allowance"): "civil_affairs",
    BenefitCode("village_doctor_subsidy"): "health",
    BenefitCode("outpatient_chronic"): "medical_insurance",
}


@pytest.fixture
def stage(town: Town) -> Stage:
    return a_stage(town)


def one(town: Town, manner: Manner, **more: bool) -> Townsperson:
    """Somebody of a manner who lives, is free, and has a phone of her own unless said otherwise."""
    return next(
        p
        for p in town.people
        if p.life.manner is manner
        and p.life.dies_on is None
        and not p.life.in_custody
        and (p.phone is not None and not p.shares_phone) is more.get("phone", True)
    )


# --- recipients ----------------------------------------------------------------------------------


def reminded(stage: Stage, person: Townsperson, times: int = 20) -> None:
    folk = Folk(stage.scene)
    words = {"deadline": "2025-06-30", "code": "123456", "hotline": "12333", "signature": "【某市】"}
    text = render(Template.REMIND, Channel.SMS, words)
    for n in range(times):
        phone = person.phone or ""
        folk.received(Handed(f"ID{person.number}.{n}", phone, text, stage.scene.now(), "delivered"))


def test_a_reminder_moves_who_certifies_by_phone(stage: Stage, town: Town) -> None:
    person = one(town, Manner.SELF)
    stage.platform.answers["/v1/persons:lookup"] = {"id": f"ID{person.number}"}
    reminded(stage, person)
    assert stage.later, "she acts later, not at once"
    stage.run_later()
    sent = stage.platform.posts("self-certifications")
    assert {body["method"] for body in sent} == {"face"}
    assert {answer.person for answer in stage.scene.diary.answers} == {person.index}


def test_a_reminder_moves_nobody_who_never_answers(stage: Stage, town: Town) -> None:
    reminded(stage, one(town, Manner.UNSEEN))
    assert stage.later == []


def test_a_message_that_she_is_certified_asks_for_nothing(stage: Stage, town: Town) -> None:
    person = one(town, Manner.SELF)
    words = {"until": "2026-01-01", "hotline": "12333", "signature": "【某市】"}
    text = render(Template.CERTIFIED, Channel.SMS, words)
    Folk(stage.scene).received(Handed("m", person.phone or "", text, stage.scene.now(), "delivered"))
    assert stage.later == []


def test_the_dead_do_not_certify(stage: Stage, town: Town) -> None:
    person = next(p for p in town.people if p.life.dies_on is not None)
    died = person.life.dies_on
    assert died is not None
    stage.when[0] = datetime(died.year, died.month, died.day, 4, tzinfo=UTC) + timedelta(days=1)
    Folk(stage.scene).at_the_counter(person)
    Folk(stage.scene).by_phone(person)
    assert stage.platform.asked == []


def test_a_refused_certification_is_no_certification(stage: Stage, town: Town) -> None:
    stage.platform.status = 404
    Folk(stage.scene).at_the_counter(one(town, Manner.COUNTER))
    assert stage.scene.diary.answers == []
    assert stage.scene.desk.surprises == []


def test_missing_money_brings_somebody_back_once(stage: Stage, town: Town) -> None:
    person = next(
        p for p in town.people if p.life.comes_back_after and p.life.dies_on is None and not p.life.in_custody
    )
    folk = Folk(stage.scene)
    folk.money_missing(person)
    folk.money_missing(person)
    assert len(stage.later) == 1
    assert stage.later[0][0] >= stage.scene.now() + timedelta(days=(person.life.comes_back_after or 0) - 1)


# --- grid workers --------------------------------------------------------------------------------


def visited(stage: Stage, person: Townsperson, **more: Any) -> list[dict[str, Any]]:
    line = {
        "id": f"ID{person.number}.1",
        "person": f"ID{person.number}",
        "purpose": "certify",
        "manner": "any_time",
        "not_before": "2025-01-01",
        **more,
    }
    stage.platform.answers["/v1/visits?"] = {"items": [line], "next": None}
    workers = GridWorkers(stage.scene, Folk(stage.scene))
    for _ in range(3):  # in one of three weeks there is time
        workers.go_round(person.area)
        stage.when[0] += timedelta(hours=24)
    stage.run_later()
    return stage.platform.posts("outcome")


def test_who_never_is_in_is_not_found_and_gets_a_notice(stage: Stage, town: Town) -> None:
    (report,) = visited(stage, one(town, Manner.UNSEEN))
    assert (report["outcome"], report["notice_left"]) == ("not_found", True)


def test_a_visit_is_planned_once_however_often_it_is_listed(stage: Stage, town: Town) -> None:
    assert len(visited(stage, one(town, Manner.HOME))) == 1


def test_a_visit_that_may_not_be_made_yet_waits(stage: Stage, town: Town) -> None:
    assert visited(stage, one(town, Manner.HOME), not_before="2025-04-01") == []


def test_of_the_dead_the_village_says_the_day(stage: Stage, town: Town) -> None:
    person = next(
        p
        for p in town.people
        if p.life.dies_on is not None and all(happening.by_herself for happening in p.life.happenings)
    )
    died = person.life.dies_on
    assert died is not None
    stage.when[0] = datetime(died.year, died.month, died.day, 1, tzinfo=UTC) + timedelta(days=20)
    (report,) = visited(stage, person)
    assert (report["outcome"], report["deceased_on"]) == ("deceased", died.isoformat())


def test_a_visit_is_made_in_the_day_and_reported_when_made(stage: Stage, town: Town) -> None:
    (report,) = visited(stage, one(town, Manner.HOME))
    made = datetime.fromisoformat(report["made_at"])
    assert 8 <= made.hour < 19
    assert stage.scene.diary.visits[0].at == made


# --- officers ------------------------------------------------------------------------------------


def test_a_township_confirms_and_a_county_approves_with_another_badge(stage: Stage, town: Town) -> None:
    lines = [{"id": f"P.{n}", "state": state} for n, state in enumerate(["proposed", "confirmed"] * 30)]
    stage.platform.answers["/v1/suspension-proposals?"] = {"items": lines, "next": None}
    officers = Officers(stage.scene, ("hrss",), ("justice",))
    officers.confirm_lines(officers.townships[0])
    officers.approve_lines(officers.counties[0])
    paths = [path.rpartition("/") for method, path, _ in stage.platform.asked if method == "POST"]
    confirmed = {where for where, _, action in paths if action == "confirm"}
    approved = {where for where, _, action in paths if action == "approve"}
    assert confirmed
    assert approved
    assert not confirmed & approved
    assert len(stage.scene.desk._tokens) == 2


def test_papers_tell_the_truth_about_custody(stage: Stage, town: Town) -> None:
    jailed = next((p for p in Town.generate(3000, 11).people if p.life.in_custody), None)
    assert jailed is not None
    stage = a_stage(Town.generate(3000, 11))
    free = one(stage.scene.town, Manner.VISIBLE)
    day = jailed.life.jailed_from
    assert day is not None
    stage.when[0] = datetime(2026, 2, 24, 2, tzinfo=UTC)
    lines = [
        {
            "id": name,
            "person": f"ID{p.number}",
            "kind": "custody",
            "day": day.isoformat(),
            "opened": "2025-02-01",
            "confirmed_by": None,
        }
        for name, p in (("true", jailed), ("false", free))
    ]
    stage.platform.answers["/v1/suspicions?"] = {"items": lines, "next": None}
    endings = [{**line, "id": f"{line['id']} ending", "confirmed_by": "zhou"} for line in lines]
    stage.platform.answers["/v1/endings?"] = {"items": endings, "next": None}
    Officers(stage.scene, ("civil_affairs", "hrss"), ("justice",)).look_into_suspicions(jailed.area[:6])
    assert [body["confirmed"] for body in stage.platform.posts("outcome")] == [True, False], "each line once"
    ended = [path for method, path, _ in stage.platform.asked if method == "POST" and "/endings/" in path]
    assert ended == ["/v1/endings/true ending/approve"] * 2, "each authority ends its own, if it is so"


# --- authorities ---------------------------------------------------------------------------------


def instruct(stage: Stage, authorities: Authorities, person: Townsperson, **line: Any) -> None:
    claim = person.claims[0]
    said = {
        "id": f"I.{line['kind']}",
        "person": f"ID{person.number}",
        "benefit": {"benefit": claim.benefit},
        "state": "issued",
        "issued": stage.scene.today.isoformat(),
        **line,
    }
    stage.platform.answers["/v1/instructions?"] = {"items": [said], "next": None}
    authorities.read_instructions()


def test_an_authority_stops_resumes_and_pays_the_arrears(stage: Stage, town: Town, feeds: Any) -> None:
    person = next(p for p in town.people if p.claims[0].benefit == "resident_pension" and not p.life.dies_on)
    missed: list[Townsperson] = []
    authorities = Authorities(stage.scene, feeds[FeedId("payments")], RUN_BY, missed.append)
    fen = person.claims[0].fen
    stage.at(2025, 3, 10)
    authorities.pay()
    stage.at(2025, 4, 8)
    instruct(stage, authorities, person, kind="suspend", month="2025-04", fen=fen)
    for month in (4, 5):
        stage.at(2025, month, 10)
        authorities.pay()
    stage.at(2025, 6, 8)
    instruct(stage, authorities, person, kind="resume", month="2025-05", fen=fen)
    stage.at(2025, 6, 10)
    authorities.pay()
    paid = {
        month: stage.scene.diary.paid.get((person.index, "resident_pension", month), 0)
        for month in ("2025-03", "2025-04", "2025-05", "2025-06")
    }
    assert paid == {"2025-03": fen, "2025-04": 0, "2025-05": 2 * fen, "2025-06": fen}
    assert missed == [person, person]
    assert len(stage.platform.posts("acknowledge")) >= 2


def test_an_instruction_listed_for_months_is_obeyed_once(stage: Stage, town: Town, feeds: Any) -> None:
    person = next(p for p in town.people if p.claims[0].benefit == "resident_pension")
    authorities = Authorities(stage.scene, feeds[FeedId("payments")], RUN_BY, lambda _: None)
    for _ in range(2):
        instruct(stage, authorities, person, kind="resume", month="2025-03", fen=700)
    stage.at(2025, 3, 10)
    authorities.pay()
    assert stage.scene.diary.paid[person.index, "resident_pension", "2025-03"] == person.claims[0].fen + 700


# --- the desk ------------------------------------------------------------------------------------


def test_a_refusal_that_nobody_expects_is_kept(stage: Stage) -> None:
    stage.platform.status = 500
    stage.platform.answers["/v1/visits"] = {"code": "unexpected"}
    Officers(stage.scene, ("hrss",), ("justice",)).confirm_lines("341602100")
    (surprise,) = stage.scene.desk.surprises
    assert (surprise.request, surprise.status) == ("GET /v1/suspension-proposals", 500)


def test_a_badge_is_exchanged_before_it_expires(stage: Stage) -> None:
    officers = Officers(stage.scene, ("hrss",), ("justice",))
    officers.confirm_lines("341602100")
    first = next(iter(stage.scene.desk._tokens.values()))
    stage.when[0] += timedelta(days=200)
    officers.confirm_lines("341602100")
    assert next(iter(stage.scene.desk._tokens.values()))[1] > first[1]
