"""Related persons (rule 6): a parent's sentence entitles a child, and its end is a question for a person."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.cases import judge, related_persons
from chalicelib.model import (
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    Outcome,
    PersonId,
    Relation,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.storage.crypto import encryption
from chalicelib.storage.dynamodb import people, tables
from chalicelib.storage.dynamodb.items import partition
from chalicelib.storage.s3 import lake, objects
from tests.workflow.village import ROSTER, Recipient, Village, besides_dates, number_of

CHILD = Recipient(981, "事实无人抚养儿童基本生活补贴", born="20150307", until=date(2025, 3, 31))
FATHER, MOTHER = number_of(982, "19800101"), number_of(983, "19820101")
WITH_RELATIVES = f"{ROSTER},关联人身份证号码,关联人关系"
CUSTODY = "身份证号码,姓名,收押日期,羁押类别,刑期截止日期"
RIDES = "身份证号码,乘车日期"


def settle(village: Village, *relatives: tuple[str, str], name: str = "f.csv") -> None:
    rows = [f"{CHILD.lines()[0]},{number},{relation}" for number, relation in relatives]
    village.drop("roster", "\n".join([WITH_RELATIVES, *(rows or [f"{CHILD.lines()[0]},,"])]) + "\n", name)


def sentence(
    village: Village, number: str, until: str, code: str = "判刑收监", day: str = "2022-03-01"
) -> None:
    village.drop("custody", f"{CUSTODY}\n{number},甲,{day},{code},{until}\n", f"{code}{until}{day}.csv")


def father(village: Village) -> PersonId:
    (found,) = people.find(CHILD.number).person.related
    return found


def test_the_roster_names_a_parent_by_an_opaque_id(village: Village) -> None:
    settle(village, (FATHER, "父亲"))
    record = village.record(CHILD.number)
    assert list(record.person.related.values()) == [Relation.PARENT]
    assert people.person_id_of(FATHER) is None  # who draws nothing has no record
    assert not people.is_known(father(village))
    assert len(list(people.everyone())) == 1
    box = tables.get(tables.People, partition(father(village)), "~R")
    assert box is not None
    assert FATHER not in box.sealed
    assert encryption.unseal(father(village), box.sealed) == {"number": FATHER}


def test_two_parents_stand_on_two_lines(village: Village) -> None:
    settle(village, (FATHER, "父亲"), (MOTHER, "母亲"))
    record = village.record(CHILD.number)
    assert sorted(record.person.related.values()) == [Relation.PARENT, Relation.PARENT]
    assert len(record.entitlements) == 1
    assert besides_dates(record.suspicions) == ()  # two lines, one place: nothing is drawn twice


def test_an_unreadable_number_of_a_parent_costs_the_child_nothing(village: Village) -> None:
    settle(village, ("12345", "父亲"))
    record = village.record(CHILD.number)
    assert record.person.related == {}
    (roster,) = village.files()
    assert (roster.counts.accepted, roster.counts.rejected) == (1, 0)


def test_what_a_parent_does_elsewhere_is_nobodys_business(village: Village) -> None:
    settle(village, (FATHER, "父亲"))
    village.hospital(FATHER, date(2024, 12, 1))
    hospital = next(f for f in village.files() if f.feed == "hospital_inpatient")
    assert hospital.counts.strangers == 1
    assert lake.evidence_of(father(village)) == []


def test_a_sentence_holds_and_its_end_is_looked_into(village: Village) -> None:
    settle(village, (FATHER, "父亲"))
    sentence(village, FATHER, "2025-02-10")
    record = village.record(CHILD.number)
    assert [item.evidence.key.event for item in record.related] == ["sentence"]
    assert (
        besides_dates(record.open_suspicions) == ()
    )  # the father is in prison, and the child is not accused of it
    village.until(date(2025, 2, 11))
    village.hospital(CHILD.number, date(2025, 2, 5))
    record = village.record(CHILD.number)
    (verdict,) = judge(record, village.sandbox.today()).verdicts
    assert verdict.outcome is Outcome.EXCLUDED  # no data certify the child until somebody has looked
    village.until(date(2025, 2, 20))
    record = village.record(CHILD.number)
    assert [(s.kind, s.day) for s in besides_dates(record.open_suspicions)] == [
        (SuspicionKind.CONDITION, date(2025, 2, 11))
    ]
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


@pytest.mark.parametrize("first", ["2020-03-01", "2024-03-01"])
def test_of_two_parents_one_freed_is_no_question_while_the_other_serves(village: Village, first: str) -> None:
    settle(village, (FATHER, "父亲"), (MOTHER, "母亲"))
    sentence(village, FATHER, "2025-02-10", day=first)
    sentence(village, MOTHER, "2025-03-05")
    village.until(date(2025, 2, 20))
    village.hospital(CHILD.number, date(2025, 2, 15))
    assert besides_dates(village.record(CHILD.number).suspicions) == ()  # looked at anew, and nobody is asked
    village.until(date(2025, 3, 15))
    village.hospital(CHILD.number, date(2025, 3, 1))
    (suspicion,) = besides_dates(village.record(CHILD.number).open_suspicions)
    assert (suspicion.kind, suspicion.day) == (SuspicionKind.CONDITION, date(2025, 3, 6))


def test_the_same_sentence_before_the_roster_named_the_parent(village: Village) -> None:
    village.settle(Recipient())
    village.drop("custody", f"{CUSTODY}\n{FATHER},甲,2022-03-01,判刑收监,2024-12-20\n", "early.csv")
    settle(village, (FATHER, "父亲"), name="later.csv")
    record = village.record(CHILD.number)
    assert [item.evidence.key.event for item in record.related] == ["sentence"]  # the file was read again


def test_a_parent_who_draws_a_benefit_has_one_id(village: Village) -> None:
    one = Recipient(980)
    village.settle(one)
    village.drop("custody", f"{CUSTODY}\n{one.number},甲,2024-03-01,判刑收监,2030-01-01\n", "early.csv")
    settle(village, (one.number, "父亲"), name="later.csv")
    assert father(village) == village.person(one.number)
    assert [i.evidence.key.event for i in village.record(CHILD.number).related] == ["sentence"]
    assert [s.kind for s in besides_dates(village.record(one.number).open_suspicions)] == [
        SuspicionKind.CUSTODY
    ]
    index = objects.read_roster()
    assert index is not None
    assert len(index.recipients) == 2


def test_a_sentence_taken_back_leaves_no_trace(village: Village) -> None:
    settle(village, (FATHER, "父亲"))
    sentence(village, FATHER, "2024-12-20")
    village.hospital(CHILD.number, date(2024, 12, 28))
    village.until(date(2025, 1, 20))
    (suspicion,) = besides_dates(village.record(CHILD.number).open_suspicions)
    assert suspicion.kind is SuspicionKind.CONDITION
    sentence(village, FATHER, "", "撤销判刑收监")
    record = village.record(CHILD.number)
    assert [s.state for s in besides_dates(record.suspicions)] == [SuspicionState.WITHDRAWN]
    assert record.about_related == {}
    village.drop("custody", f"{CUSTODY}\n{FATHER},甲,2022-03-01,判刑收监,2024-12-20\n", "again.csv")
    assert village.record(CHILD.number).about_related == {}  # a copy that comes later changes nothing


def test_a_withdrawal_may_come_first(village: Village) -> None:
    settle(village, (FATHER, "父亲"))
    sentence(village, FATHER, "", "撤销判刑收监")
    sentence(village, FATHER, "2024-12-20")
    record = village.record(CHILD.number)
    assert record.about_related == {}
    assert [item.withdrawn for item in record.related] == [True]


def test_a_roster_that_names_the_parent_no_more(village: Village) -> None:
    settle(village, (FATHER, "父亲"))
    sentence(village, FATHER, "2024-12-20")
    settle(village, name="later.csv")
    record = village.record(CHILD.number)
    assert record.person.related == {}
    assert record.about_related == {}


def test_match_data_reads_the_lake_about_parents(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(village, (FATHER, "父亲"))
    monkeypatch.setattr(related_persons, "tell_those_concerned", lambda *_, **__: None)
    sentence(village, FATHER, "2024-12-20")
    assert village.record(CHILD.number).related == ()
    village.until(date(2025, 2, 16))  # the case has opened
    record = village.record(CHILD.number)
    assert [item.evidence.key for item in record.related] == [
        EvidenceKey(date(2022, 3, 1), FeedId("custody"), "sentence")
    ]
    assert [s.kind for s in besides_dates(record.open_suspicions)] == [SuspicionKind.CONDITION]
