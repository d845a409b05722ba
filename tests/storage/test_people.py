from dataclasses import replace
from datetime import date

import pytest

from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    EarlierAmount,
    EntitlementStatus,
    KeyGroup,
    Month,
    Payment,
    PersonId,
    PersonRecord,
)
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import people, tables, worklists
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.dynamodb.people import Created, Newcomer
from chalicelib.storage.dynamodb.tables import People
from tests.storage import builders, faults
from tests.storage.builders import (
    AT,
    NUMBER,
    change,
    entitlement,
    evidence,
    identity,
    key,
    known,
    person,
    put,
)
from tests.workflow.crashes import each_call
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")


def test_a_person_gets_an_opaque_id_that_stays() -> None:
    created = people.create(identity(), person(), [entitlement()], AT, "feed:roster")
    assert created.created
    assert len(created.person) == 26
    assert set(created.person) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert people.create(identity(), person(), [entitlement()], AT, "feed:roster") == Created(
        created.person, False
    )
    assert people.person_id_of(NUMBER) == created.person
    assert people.find(NUMBER) == people.load(created.person)
    assert people.identity_of(created.person) == identity()


def test_strangers_are_nobody() -> None:
    nobody = PersonId("a" * 26)
    assert people.person_id_of("341602195001010001") is None
    for question in (
        lambda: people.find("341602195001010001"),
        lambda: people.load(nobody),
        lambda: people.identity_of(nobody),
    ):
        with pytest.raises(NotFoundError):
            question()


def test_a_new_record_holds_what_the_roster_said() -> None:
    person_id = known(entitlement(), entitlement("old_age_allowance"))
    record = people.load(person_id)
    assert record.entitlements == (entitlement("old_age_allowance"), entitlement())
    assert record.person == person(id=person_id, sequence=1, head=record.person.head)
    assert [entry.action for entry in people.audit_trail(person_id)] == ["created"]


def test_the_same_roster_again_writes_nothing() -> None:
    person_id = known()
    before = people.load(person_id)
    assert not people.create(identity(), person(), [entitlement()], AT, "feed:roster").created
    assert people.load(person_id) == before


def test_a_roster_adds_and_corrects_but_never_undoes_a_suspension() -> None:
    suspended = entitlement(status=EntitlementStatus.SUSPENDED, stopped_from=Month("2025-06"))
    person_id = known(suspended)
    told = entitlement(fen=20500, payee="BZ-0009", certified_until=date(2025, 12, 31))
    moved = person(area=AreaCode("341621100201"), key_groups=frozenset({KeyGroup.VERY_OLD}))
    people.create(identity(), moved, [told, entitlement("village_doctor_subsidy")], AT, "feed:roster")
    record = people.load(person_id)
    old, new = record.entitlements
    assert old == replace(
        suspended,
        fen=20500,
        payee="BZ-0009",
        certified_until=date(2025, 12, 31),
        valid_until=date(2025, 12, 31),
        earlier=(EarlierAmount(Month("2025-06"), suspended.fen),),
    )
    assert new.benefit == "village_doctor_subsidy"
    assert record.person.area == "341621100201"
    assert worklists.counties() == ["341602", "341621"]


def test_an_earlier_statement_of_the_authority_never_moves_a_certificate_back() -> None:
    person_id = known(entitlement(valid_until=date(2026, 6, 19)))
    people.create(identity(), person(), [entitlement(certified_until=date(2025, 8, 1))], AT, "feed:roster")
    assert people.load(person_id).entitlements[0].valid_until == date(2026, 6, 19)


def test_what_the_platform_knows_of_a_person_survives_the_roster() -> None:
    person_id = known()
    put(person_id, person=replace(people.load(person_id).person, told_on=date(2025, 7, 1), opted_out=True))
    people.create(identity(), person(has_phone=False), [entitlement()], AT, "feed:roster")
    after = people.load(person_id).person
    assert (after.told_on, after.opted_out, after.has_phone) == (date(2025, 7, 1), True, True)


@pytest.mark.parametrize("told", [person(), person(grid="g8")], ids=["nothing else", "another grid as well"])
def test_a_new_phone_is_sealed_anew_and_audited(told: object) -> None:
    person_id = known()
    people.create(identity(phone="13900139000"), told, [entitlement()], AT, "feed:roster")  # type: ignore[arg-type]
    assert people.identity_of(person_id).phone == "13900139000"
    assert people.audit_trail(person_id)[-1].details == {"identity": "changed"}
    people.create(identity(phone=None), told, [entitlement()], AT, "feed:roster")  # type: ignore[arg-type]
    assert people.identity_of(person_id).phone == "13900139000", "not said is not deleted"
    assert not findings_about(person_id)


def test_a_whole_roster_at_once() -> None:
    number = "34160219500101{:03d}1"
    crowd = [Newcomer(identity(number.format(i)), person(), (entitlement(),)) for i in range(30)]
    first = people.create_all([*crowd, crowd[0]], AT, "feed:roster")
    assert [who.created for who in first] == [True] * 30 + [False]
    again = people.create_all(crowd, AT, "feed:roster")
    assert [who.person for who in again] == [who.person for who in first[:30]]
    assert not any(who.created for who in again)
    everybody = {record.person.id: record for record in people.everyone()}
    assert everybody == {who.person: people.load(who.person) for who in first}


def test_everyone_leaves_out_what_is_no_person() -> None:
    person_id = known()
    tables.put(People("P#" + "b" * 26, "EV#half", body="{}"))
    tables.delete(People("P#" + "b" * 26, "EV#half"))
    tables.put(People("P#" + "b" * 26, "SENT#2025-07-01", body="x"))
    assert [record.person.id for record in people.everyone()] == [person_id]


def test_two_functions_that_create_one_person_create_one(monkeypatch: pytest.MonkeyPatch) -> None:
    person_id = known()
    answers = iter([None, person_id])
    monkeypatch.setattr(people, "person_id_of", lambda number: next(answers))
    assert people.create(identity(), person(), [entitlement("old_age_allowance")], AT, "x") == Created(
        person_id, False
    )
    assert len(people.load(person_id).entitlements) == 2


def test_a_conflict_about_an_unknown_person_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    known()
    monkeypatch.setattr(people, "person_id_of", lambda number: None)
    with pytest.raises(ConflictError):
        people.create(identity(), person(), [entitlement()], AT, "feed:roster")


def test_whose_number_it_is_is_found_by_the_key_or_by_a_row_of_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decision 0020: no row says what the key makes; of another key's id a row does, and goes on doing it."""
    other = number_of(2)
    first, second = known(), known(number=other)
    assert people.persons_of([NUMBER, other, number_of(3)]) == {NUMBER: first, other: second}
    assert tables.get(People, hmac_ids.index_key(NUMBER), "ID") is None
    tables.put(People(hmac_ids.index_key(NUMBER), "ID", body=first))
    monkeypatch.setattr(hmac_ids, "person_id_for", lambda number: PersonId("b" * 26))
    assert people.person_id_of(NUMBER) == first
    assert people.person_id_of(other) is None
    assert people.persons_of([NUMBER, other]) == {NUMBER: first}
    created = people.create(identity(), person(), [entitlement()], AT, "feed:roster")
    assert created == Created(first, False), "nobody gets a second id"
    assert people.related_ids({NUMBER: AreaCode("341602001001")}) == {NUMBER: first}


def test_a_stranger_is_asked_for_as_anybody_is() -> None:
    known()
    asked: list[list[str]] = [[], []]
    for number, calls in zip((NUMBER, number_of(3)), asked, strict=True):
        with each_call(lambda name, said, calls=calls: calls.append(name)):
            people.person_id_of(number)
    assert asked[0] == asked[1] == ["dynamodb.BatchGetItem"]


def test_creating_survives_a_lost_acknowledgement() -> None:
    with faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1}) as calls:
        created = people.create(identity(), person(), [entitlement()], AT, "feed:roster")
    assert calls == [1, 2]
    assert created.created
    assert not findings_about(created.person)


# --- evidence and tombstones -----------------------------------------------------------------------


def test_a_withdrawal_takes_evidence_out_whichever_came_first() -> None:
    first, second = known(), known(number="34160219500101002X")
    put(first, evidence=(evidence(),))
    put(first, withdraw=(key(),))
    put(second, withdraw=(key(),))
    put(second, evidence=(evidence(),))
    for person_id in (first, second):
        record = people.load(person_id)
        assert record.evidence == ()
        assert record.withdrawn == {key()}


def test_evidence_that_was_withdrawn_is_not_written_again() -> None:
    person_id = known()
    put(person_id, withdraw=(key(),))
    before = people.load(person_id)
    put(person_id, evidence=(evidence(),))
    assert people.load(person_id) == before


def test_what_change_returns_is_what_is_stored() -> None:
    person_id = known()
    given = evidence("2025-06-20"), evidence("2025-05-01"), evidence("2025-06-01", "treated")
    wanted = change(
        evidence=given,
        withdraw=(key("2025-05-01"),),
        visits=(builders.visit(2), builders.visit(1)),
        suspicions=(builders.suspicion(),),
        entitlements=(entitlement(fen=1), entitlement("old_age_allowance")),
    )
    returned = people.change(person_id, lambda _record: wanted)
    assert returned == people.load(person_id)
    assert [visit.number for visit in returned.visits] == [1, 2]


def test_a_fact_known_from_another_file_stays_as_first_seen() -> None:
    person_id = known()
    put(person_id, evidence=(evidence(file="first"),))
    put(person_id, evidence=(evidence(file="second"),))
    assert people.load(person_id).evidence == (evidence(file="first"),)
    put(person_id, evidence=(evidence(file="third", until="2025-07-03"),))
    assert people.load(person_id).evidence == (evidence(file="third", until="2025-07-03"),)


def test_a_change_that_changes_nothing_leaves_no_entry() -> None:
    person_id = known()
    wanted = change(evidence=(evidence(),), visits=(builders.visit(),), withdraw=(key("2024-01-01"),))
    once = people.change(person_id, lambda _record: wanted)
    assert people.change(person_id, lambda _record: wanted) == once
    assert people.change(person_id, lambda _record: None) == once
    assert people.load(person_id).person.sequence == 2


def test_an_entry_without_items_is_kept_every_time() -> None:
    person_id = known()
    for _ in range(2):
        people.change(person_id, lambda _record: change("looked at", details={"by": "officer 7"}))
    assert [entry.action for entry in people.audit_trail(person_id)] == ["created", "looked at", "looked at"]


def test_more_evidence_than_one_transaction_holds_comes_in_whole() -> None:
    person_id = known()
    many = tuple(evidence(f"2025-{month:02d}-{day:02d}") for month in (3, 4, 5) for day in range(1, 31))
    decided: list[int] = []

    def decide(record: PersonRecord) -> object:
        decided.append(len(record.evidence))
        return change(evidence=many, visits=(builders.visit(),))

    record = people.change(person_id, decide)  # type: ignore[arg-type]
    assert record.evidence == many
    assert record.visits
    assert decided == [0, 40, 80]
    _, first, second, last = people.audit_trail(person_id)
    assert first.details == second.details == {"part": True}
    assert [len(entry.items) for entry in (first, second, last)] == [40, 40, 11]
    assert people.load(person_id) == record
    assert not findings_about(person_id)


# --- payments ------------------------------------------------------------------------------------


def test_payments_are_kept_beside_the_record() -> None:
    person_id = known()
    before = people.load(person_id)
    pension = BenefitCode("resident_pension")
    paid = [
        (person_id, Payment(pension, Month(month), 19500, date(2025, 7, 10)))
        for month in ("2025-05", "2025-06", "2025-07")
    ]
    arrears = (person_id, Payment(pension, Month("2025-06"), 500, date(2025, 7, 25)))
    assert people.put_payments([*paid, arrears, paid[0]]) == 4
    assert people.put_payments(paid) == 3
    assert [payment.month for payment in people.payments_of(person_id)] == [
        "2025-05",
        "2025-06",
        "2025-06",
        "2025-07",
    ]
    assert people.payments_of(person_id, Month("2025-07")) == [paid[2][1]]
    assert people.load(person_id) == before
    assert not findings_about(person_id)
    assert people.put_payments([]) == 0


def test_a_payment_of_before_files_were_told_apart_is_read_and_counts_once() -> None:
    person_id = known()
    before = Payment(BenefitCode("resident_pension"), Month("2025-05"), 100, date(2025, 5, 10))
    people.put_payments([(person_id, before)])
    people.put_payments(
        [(person_id, replace(before, source=people.source_of("hrss/payments/20250512/a.csv")))]
    )
    other = replace(before, fen=50, source=people.source_of("hrss/payments/20250512/b.csv"))
    people.put_payments([(person_id, other)])
    assert sorted(p.fen for p in people.payments_of(person_id)) == [50, 100]
    people.remove_payments(person_id, [(before.month, before.benefit, before.paid)], other.source)
    assert people.payments_of(person_id) == [before]
