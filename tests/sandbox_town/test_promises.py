"""Each promise can be broken: a run that keeps all of them, and one thing wrong at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.model import (
    BenefitCode,
    Case,
    Channel,
    Counts,
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    FileStep,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    MessageState,
    Month,
    PersonId,
    PersonRecord,
    Reason,
    RelatedEvidence,
    Relation,
    StateName,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
)
from chalicelib.pack import load
from sandbox.leaks import Detector, Leak
from sandbox.presence import Known
from sandbox.promises import CHECKS, Run, keep
from sandbox.town.carrier import Handed
from sandbox.town.claims import Asked
from sandbox.town.departments import Written
from sandbox.town.desk import Surprise
from sandbox.town.lives import Happening
from sandbox.town.people import Relative, Town, Townsperson
from sandbox.truth import Truth
from tests.sandbox_town.stage import a_stage
from tests.sandbox_town.test_truth import REMINDER, a_record, suspension

PENSION = BenefitCode("resident_pension")
KEY = "transport/bus_rides/20250305/bus.csv"
NOON = datetime(2025, 5, 2, 4, tzinfo=UTC)
LAST = date(2025, 6, 20)


def a_step(state: FileState) -> FileStep:
    return FileStep(state, NOON, "intake")


def a_file(**more: Any) -> DroppedFile:
    file = DroppedFile(
        id=FileId("F1"),
        department="transport",
        feed=FeedId("bus_rides"),
        day=date(2025, 3, 5),
        key=KEY,
        digest="d",
        state=FileState.LOADED,
        received=NOON,
        counts=Counts(rows=10, accepted=4, rejected=1, strangers=5),
        finished=NOON,
    )
    return replace(file, **more)


def other_files() -> list[DroppedFile]:
    """One of each other feed, so that all have delivered."""
    others = [f for name, f in load("bozhou").feeds.items() if f.takes_files and name != "bus_rides"]
    return [
        replace(a_file(), id=FileId(f.id), department=f.department, feed=FeedId(f.id), key=f.id)
        for f in others
    ]


def a_resumed(person: Townsperson) -> PersonRecord:
    """Somebody who was suspended, reminded, and is paid again."""
    days = LAST, LAST, date(2026, 1, 1)
    entitlement = Entitlement(PENSION, EntitlementStatus.ACTIVE, 500, *days, person.claims[0].payee)
    state, month = InstructionState.SEEN, Month("2025-04")
    resumed = Instruction(PENSION, InstructionKind.RESUME, month, 500, "", state, date(2025, 4, 20))
    told = (Template.REMIND, "2025-07-15", Channel.SMS, {}, date(2025, 5, 2), MessageState.DELIVERED)
    message = Message(f"ID{person.number}.1", *told)
    return replace(
        a_record(person), entitlements=(entitlement,), instructions=(resumed,), messages=(message,)
    )


@pytest.fixture
def run() -> Run:
    """A town of three, of whom the first was resumed; every promise holds."""
    town = Town.generate(people=3, seed=2)
    scene = a_stage(town).scene
    scene.diary.files[KEY] = Written(KEY, "bus_rides", 10, 1, 5, FileState.LOADED)
    for month in range(1, 7):
        scene.diary.paid[0, PENSION, f"2025-{month:02d}"] = 500
    records = {person.index: a_record(person) for person in town.people}
    records[0] = a_resumed(town.people[0])
    handed = [Handed(records[0].messages[0].id, "15400000001", REMINDER, NOON, "delivered")]
    receipt = {"state": "loaded", "rows": 10, "accepted": 4, "rejected": 1, "strangers": 5, "superseded": 0}
    return Run(
        truth=Truth(scene, load("bozhou"), handed, records, {}, [a_file(), *other_files()]),
        on=LAST,
        walking=frozenset(),
        errors=(),
        leaks=(),
        chain_holds=lambda _: True,
        receipt=lambda *_: json.dumps(receipt).encode(),
        rejected=lambda *_: "\ufeffa\r\nb\r\n".encode(),
        paid=lambda _: {(PENSION, "2025-06"): 500},
    )


def broken(run: Run) -> list[str]:
    return [promise.name for promise in keep(run) if not promise.holds]


def amend(run: Run, index: int = 0, **more: Any) -> Run:
    """The run with one record changed."""
    records: dict[int, PersonRecord] = dict(run.truth.records)
    records[index] = replace(records[index], **more)
    run.truth.records = records
    return run


def an_instruction(run: Run, **more: Any) -> Run:
    return amend(run, instructions=(replace(run.truth.records[0].instructions[0], **more),))


def handed(run: Run, **more: Any) -> Run:
    run.truth.handed.append(replace(run.truth.handed[0], **more))
    return run


def a_case(run: Run, state: StateName) -> Run:
    return amend(run, cases=(Case(date(2025, 7, 15), date(2025, 5, 1), 1, state),))


def without_person(run: Run) -> Run:
    run.truth.records = {0: run.truth.records[0]}
    return run


def surprised(run: Run) -> Run:
    run.truth.scene.desk.surprises.append(Surprise("GET /v1/visits", 500, "unexpected"))
    return run


def unsigned(run: Run) -> Run:
    run.truth.trails = {0: (suspension(approved_by=None),)}
    return run


def of_file(run: Run, **more: Any) -> Run:
    run.truth.files[0] = replace(run.truth.files[0], **more)
    return run


def silent_feed(run: Run) -> Run:
    run.truth.files = run.truth.files[:-1]
    return run


def still_dead(run: Run) -> Run:
    """A death that its department has long taken back, and that still counts."""
    person, day, feed = run.truth.scene.town.people[0], date(2025, 3, 1), FeedId("cremations")
    back = Happening(day, feed, "withdrawn", wrong=True, takes_back="cremated")
    life = replace(person.life, happenings=(back,))
    people = (replace(person, life=life), *run.truth.scene.town.people[1:])
    run.truth.scene.town = replace(run.truth.scene.town, people=people)
    event = replace(run.truth.pack.rules.events[feed, "cremated"], event="withdrawn")
    run.truth.known[0] = [Known(event, day, date(2025, 5, 1))]
    return amend(run, person=replace(run.truth.records[0].person, deceased_on=day))


def corrected_file(run: Run, **of_record: Any) -> Run:
    """A ride that only the first version of a file told of, and what the platform still holds of it."""
    ride = Happening(date(2025, 3, 1), FeedId("bus_rides"), "ridden", wrong=True)
    right = run.truth.scene.diary.files[KEY]
    run.truth.scene.diary.replaced[KEY] = replace(right, about=((0, ride),))
    run.truth.files[0] = replace(run.truth.files[0], corrects=FileId("F0"), withdrawn=1)
    steps = a_step(FileState.LOADED), a_step(FileState.SUPERSEDED)
    run.truth.files.append(a_file(id=FileId("F0"), state=FileState.SUPERSEDED, steps=steps))
    receipt = run.receipt

    def told(sender: str, file: str) -> bytes | None:
        raw = json.loads(receipt(sender, file) or b"{}")
        return json.dumps({**raw, "state": "superseded"} if file == "F0" else raw).encode()

    return replace(amend(run, **of_record), receipt=told)


RIDE = EvidenceKey(date(2025, 3, 1), FeedId("bus_rides"), "ridden")


def miscounted(run: Run) -> Run:
    run = corrected_file(run)
    run.truth.files[-1] = replace(run.truth.files[-1], counts=Counts(rows=9, accepted=4, strangers=5))
    return run


def not_named(run: Run) -> Run:
    run = corrected_file(run)
    run.truth.files[0] = replace(run.truth.files[0], corrects=None)
    return run


def misstated(run: Run) -> Run:
    run = corrected_file(run)
    written = Written("payments", "payments", 1, 0, 0, FileState.LOADED)
    run.truth.scene.diary.replaced["payments"] = run.truth.scene.diary.files["payments"] = written
    steps = a_step(FileState.LOADED), a_step(FileState.SUPERSEDED)
    counts = Counts(rows=1, accepted=1)
    for n, file in enumerate(run.truth.files):
        if file.feed == "payments":
            run.truth.files[n] = replace(file, counts=counts, corrects=FileId("P0"))
    run.truth.files.append(
        a_file(
            id=FileId("P0"),
            key="payments",
            feed=FeedId("payments"),
            state=FileState.SUPERSEDED,
            steps=steps,
            counts=counts,
        )
    )
    run.truth.scene.diary.misstated.append((0, PENSION, "2025-06"))
    return run


NOTHING_LEFT = "of the first version of a corrected file nothing is left"


def test_a_corrected_file_of_which_nothing_is_left(run: Run) -> None:
    assert broken(corrected_file(run)) == []


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        (
            "it is still on record",
            lambda run: corrected_file(run, evidence=(Evidence(RIDE, FileId("F0"), 2),)),
        ),
        (
            "somebody is suspected",
            lambda run: corrected_file(
                run, suspicions=(replace(doubted(SuspicionState.OPEN), evidence=RIDE),)
            ),
        ),
        ("its counts do not add up", miscounted),
        ("nobody knows what it corrects", not_named),
        (
            "a wrong payment stands",
            lambda run: replace(misstated(run), paid=lambda _: {(PENSION, "2025-06"): 600}),
        ),
    ],
)
def test_what_may_be_left_of_a_first_version(run: Run, what: str, wrong: Callable[[Run], Run]) -> None:
    assert NOTHING_LEFT in broken(wrong(run)), what


def test_a_wrong_payment_that_was_put_right_is_none(run: Run) -> None:
    assert NOTHING_LEFT not in broken(misstated(run))


def unpaid(run: Run) -> Run:
    del run.truth.scene.diary.paid[0, PENSION, "2025-03"]
    return run


def anew(run: Run, index: int, **more: Any) -> Run:
    """The run with one of the town's people changed."""
    people = list(run.truth.scene.town.people)
    people[index] = replace(people[index], **more)
    run.truth.scene.town = replace(run.truth.scene.town, people=tuple(people))
    return run


def a_newcomer(run: Run, until: date = LAST) -> Run:
    """Somebody whose roster row named no day, and whom the platform certifies through one."""
    person = run.truth.scene.town.people[0]
    claim = replace(person.claims[0], benefit=PENSION, since=date(2025, 2, 1), certified_until=None)
    run.truth.scene.diary.first_paid[0, PENSION] = date(2025, 2, 10)
    return amend(
        anew(run, 0, claims=(claim,), key_groups=frozenset(), born=date(1960, 1, 1)),
        entitlements=(replace(run.truth.records[0].entitlements[0], certified_until=until),),
    )


def a_child(run: Run, ends_on: date | None, suspicions: tuple[Suspicion, ...] = ()) -> Run:
    """Somebody who draws for a father's sake; his sentence was reported and reached the record."""
    person = run.truth.scene.town.people[0]
    day, feed = date(2024, 6, 1), FeedId("custody")
    sentence = Happening(day, feed, "sentence", of_relative=True)
    relative = Relative("1", "孟某", Relation.PARENT, sentence, ends_on)
    claim = replace(person.claims[0], benefit=PENSION, relative=Asked(Relation.PARENT, feed, "sentence"))
    written = run.truth.scene.diary.files[KEY]
    run.truth.scene.diary.files[KEY] = replace(written, about=((0, sentence),))
    item = Evidence(EvidenceKey(day, feed, "sentence"), FileId("F1"), 2)
    related = RelatedEvidence(Relation.PARENT, PersonId("father"), item)
    anew(run, 0, claims=(claim,), relative=relative)
    return amend(run, related=(related,), suspicions=suspicions)


def doubted(state: SuspicionState) -> Suspicion:
    reason = Reason("condition_lost", "", "")
    days = date(2025, 3, 2), date(2025, 3, 5)
    return Suspicion(SuspicionKind.CONDITION, *days, state, None, reason, benefit=PENSION)


def test_a_newcomer_begins_with_the_first_payment(run: Run) -> None:
    assert broken(a_newcomer(run, date(2026, 2, 9))) == []


@pytest.mark.parametrize(
    ("why", "ends_on", "state", "holds"),
    [
        ("it holds, and nobody doubts it", None, None, True),
        ("it holds, and somebody doubts it", None, SuspicionState.CLEARED, False),
        ("it has ended, and a person has found so", date(2025, 3, 1), SuspicionState.CLEARED, True),
        ("confirmed, and payment goes on", date(2025, 3, 1), SuspicionState.CONFIRMED, False),
    ],
)
def test_what_entitles_through_a_parent(
    run: Run, why: str, ends_on: date | None, state: SuspicionState | None, holds: bool
) -> None:
    name = "what entitles through a related person is doubted only once it has ended"
    suspicions = () if state is None else (doubted(state),)
    assert (name not in broken(a_child(run, ends_on, suspicions))) is holds, why


CERTIFIED = "【】您的待遇资格认证已完成，有效至2026年1月1日"
BREAKS: dict[str, Callable[[Run], Run]] = {
    "nobody was suspended wrongly": unsigned,
    "every suspension was signed by two people": unsigned,
    "every death was confirmed by two people, and is true": lambda run: amend(
        run,
        suspicions=(replace(doubted(SuspicionState.CONFIRMED), kind=SuspicionKind.DEATH, verified_by="one"),),
    ),
    "everybody on the roster is known": without_person,
    "whoever was resumed has been paid every month": unpaid,
    "a new recipient is certified from the first payment or the day of the grant": a_newcomer,
    "what entitles through a related person is doubted only once it has ended": lambda run: amend(
        a_child(run, None), related=()
    ),
    "every row is accounted for": lambda run: of_file(run, counts=Counts(rows=10, accepted=4, strangers=5)),
    "every receipt agrees and returns the rejected rows": lambda run: replace(run, rejected=lambda *_: None),
    "every file became what it had to": lambda run: of_file(run, state=FileState.DEAD),
    "every feed of the pack delivered": silent_feed,
    "what a department takes back is undone": still_dead,
    NOTHING_LEFT: miscounted,
    "one message per person and day": lambda run: handed(run, message=run.truth.handed[0].message + "2"),
    "nothing was sent from 20:00 to 08:00": lambda run: handed(run, at=NOON.replace(hour=13)),
    "nothing was sent outside the outbox": lambda run: handed(run, message="ID9.9"),
    "every audit chain holds": lambda run: replace(run, chain_holds=lambda _: False),
    "no case and no suspicion is forgotten": lambda run: a_case(run, StateName.REMIND),
    "every instruction was acknowledged, and seen or listed": lambda run: an_instruction(
        run, state=InstructionState.ISSUED, issued=date(2025, 1, 1)
    ),
    "no identity number or phone stands in clear": lambda run: replace(run, leaks=(Leak("a phone", "x"),)),
    "no function failed": lambda run: replace(run, errors=("Intake: ValueError()",)),
    "no answer of the API surprised anybody": surprised,
}


def test_a_good_run_keeps_every_promise(run: Run) -> None:
    assert broken(run) == []


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_a_promise_can_be_broken(name: str, run: Run) -> None:
    assert name in broken(BREAKS[name](run))


def test_only_one_message_of_certification_a_year(run: Run) -> None:
    handed(run, message="ID7.1", text=CERTIFIED)
    handed(run, message="ID7.2", text=CERTIFIED, at=datetime(2025, 9, 2, 4, tzinfo=UTC))
    assert "one message of certification per person and year" in broken(run)


def test_a_case_with_an_execution_is_not_forgotten(run: Run) -> None:
    case = a_case(run, StateName.REMIND)
    name = f"{case.truth.records[0].person.id}-20250715-1"
    assert broken(replace(case, walking=frozenset({name}))) == []


def test_a_sleeping_case_needs_no_execution_and_a_parked_one_is_a_broken_promise(run: Run) -> None:
    assert broken(a_case(run, StateName.GO_DORMANT)) == []
    assert "no case and no suspicion is forgotten" in broken(a_case(run, StateName.PARK_FOR_A_PERSON))


def test_every_promise_but_death_is_broken_here_once() -> None:
    elsewhere = {
        "nobody was certified by what happened after their death",
        "one message of certification per person and year",
    }
    assert set(BREAKS) | elsewhere == set(CHECKS)


def test_a_reason_names_no_more_than_a_few(run: Run) -> None:
    (promise,) = [p for p in keep(replace(run, errors=[f"error {n}" for n in range(9)])) if not p.holds]
    assert promise.why == "error 0; error 1; error 2 … and 6 more"


def test_the_detector_finds_the_towns_numbers_and_phones_only(town: Town) -> None:
    detector = Detector(town)
    person = next(p for p in town.people if p.phone)
    text = f"a {person.number} b +86-{person.phone} c 11010519491231002X 13800138000"
    assert {leak.what for leak in detector.look(text, "here")} == {"an identity number", "a phone number"}
    assert list(detector.look("11010519491231002X 13800138000", "here")) == []
