"""Each promise can be broken: a run that keeps all of them, and one thing wrong at a time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.model import (
    AreaCode,
    Case,
    Counts,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    InstructionKind,
    InstructionState,
    KeyGroup,
    MessageState,
    Month,
    PersonId,
    Reason,
    RelatedEvidence,
    Relation,
    StateName,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Visit,
    VisitPurpose,
)
from chalicelib.sources.formats.xlsx_writing import xlsx_of
from sandbox.checks.expected_certificates import Known
from sandbox.checks.privacy_scan import Detector, Leak, leaks
from sandbox.checks.promises import CHECKS, keep
from sandbox.checks.run_result import Run
from sandbox.town.api_client import Surprise
from sandbox.town.claims import Asked
from sandbox.town.lives import Happening
from sandbox.town.people import Town
from sandbox.town.townsperson import Relative
from tests.people import a_message
from tests.sandbox_town.runs import KEY, LAST, NOON, PENSION, a_sheet, amend, broken
from tests.sandbox_town.test_truth import suspension


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


def unpaid(run: Run) -> Run:
    del run.truth.scene.diary.paid[0, PENSION, "2025-03"]
    return run


def anew(run: Run, index: int, **more: Any) -> Run:
    """The run with one of the town's people changed."""
    people = list(run.truth.scene.town.people)
    people[index] = replace(people[index], **more)
    run.truth.scene.town = replace(run.truth.scene.town, people=tuple(people))
    return run


def paid_after_death(run: Run) -> Run:
    """A death of May, of which nobody asks June's payment back."""
    ended = replace(
        run.truth.records[0].entitlements[0],
        status=EntitlementStatus.TERMINATED,
        stopped_from=Month("2025-06"),
    )
    dead = replace(run.truth.records[0].person, deceased_on=date(2025, 5, 3))
    return amend(run, person=dead, entitlements=(ended,))


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


def in_a_county(run: Run, until: date) -> Run:
    """Somebody gravely ill lives where that is worth six months, and was seen at the end of March."""
    county = next(iter(run.truth.pack.rules.counties))
    anew(
        run,
        0,
        area=AreaCode(f"{county}100200"),
        key_groups=frozenset({KeyGroup.GRAVELY_ILL}),
        born=date(1960, 1, 1),
    )
    seen = run.truth.pack.rules.events[FeedId("bank_business"), "served"]
    run.truth.known[0] = [Known(seen, date(2025, 3, 29), date(2025, 3, 31))]
    drawn = replace(run.truth.records[0].entitlements[0], valid_until=until, certified_until=date(2025, 3, 1))
    return amend(run, entitlements=(drawn,))


def test_a_county_that_asks_more_often(run: Run) -> None:
    """The city's nine months would carry to December."""
    assert broken(in_a_county(run, date(2025, 9, 28))) == []


def heard_of(run: Run, every: int) -> Run:
    """Somebody seen at the bank every so many days, and reminded at the end all the same."""
    claim = replace(run.truth.scene.town.people[0].claims[0], benefit=PENSION)
    anew(run, 0, claims=(replace(claim, certified_until=date(2024, 12, 31)),))
    seen = run.truth.pack.rules.events[FeedId("bank_business"), "served"]
    days = [LAST - timedelta(days=every * number) for number in range(1, 10)]
    run.truth.known[0] = [Known(seen, day, day) for day in days]
    return amend(run, messages=(a_message(on=LAST),))


def test_whoever_was_not_heard_of_for_longer_may_be_asked(run: Run) -> None:
    name = "whoever goes on being heard of is left in peace"
    assert name not in broken(heard_of(run, 31))


@pytest.mark.parametrize(("about", "holds"), [("", True), ("2025-07-15", False)])
def test_whoever_was_met_without_a_visit_that_was_ordered_was_not_asked(
    run: Run, about: str, holds: bool
) -> None:
    met = Visit(1, VisitPurpose.CERTIFY, about, LAST, LAST)
    name = "whoever goes on being heard of is left in peace"
    assert (name not in broken(amend(heard_of(run, 20), messages=(), visits=(met,)))) is holds


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
    "every payment that ended was ended by two people": lambda run: amend(
        a_child(run, date(2025, 3, 1), (replace(doubted(SuspicionState.CONFIRMED), verified_by="one"),)),
        entitlements=(replace(run.truth.records[0].entitlements[0], status=EntitlementStatus.TERMINATED),),
    ),
    "everybody on the roster is known": without_person,
    "whoever was resumed has been paid every month": unpaid,
    "a new recipient is certified from the first payment or the day of the grant": a_newcomer,
    "what entitles through a related person is doubted only once it has ended": lambda run: amend(
        a_child(run, None), related=()
    ),
    "everybody is certified as far as their county's values carry, and no further": lambda run: in_a_county(
        run, date(2025, 12, 28)
    ),
    "every row is accounted for": lambda run: of_file(run, counts=Counts(rows=10, accepted=4, strangers=5)),
    "every receipt agrees and returns the rejected rows": lambda run: replace(run, rejected=lambda *_: None),
    "every file became what it had to": lambda run: of_file(run, state=FileState.DEAD),
    "every feed of the pack delivered": silent_feed,
    "what a department takes back is undone": still_dead,
    "nobody was suspended whom no word had reached": lambda run: amend(unsigned(run), messages=()),
    "every message that failed led to another channel the same day": lambda run: amend(
        run, messages=(replace(run.truth.records[0].messages[0], state=MessageState.FAILED),)
    ),
    "whoever goes on being heard of is left in peace": lambda run: heard_of(run, 20),
    "nobody is reminded more often than once a month": lambda run: amend(
        run, messages=tuple(replace(a_message(on=LAST), id=f"{n}") for n in range(13))
    ),
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
    "no function was denied what it does": lambda run: replace(run, denied=("Intake may not",)),
    "no function did what a reason says it never does": lambda run: replace(run, refuted=("Intake used",)),
    "no answer of the API surprised anybody": surprised,
    "the pay-run reconciliation has no unexplained line": lambda run: replace(
        run, reconciled=[a_sheet(as_due=400, unexplained=100)]
    ),
    "what was paid after a death is asked back, to the fen": paid_after_death,
}


@pytest.mark.parametrize("sheets", [[a_sheet(as_due=400)], []])
def test_sheets_that_do_not_add_up(sheets: list[dict[str, Any]], run: Run) -> None:
    assert broken(replace(run, reconciled=sheets)) == ["the pay-run reconciliation has no unexplained line"]


def test_what_is_paid_to_strangers_is_on_nobody_s_record(run: Run) -> None:
    assert broken(replace(run, reconciled=[a_sheet(as_due=500, paid_to_unknown=7)])) == []


def test_a_recovery_that_an_objection_has_called_off_is_not_missed(run: Run) -> None:
    off = replace(
        run.truth.records[0].instructions[0],
        kind=InstructionKind.RECOVER,
        state=InstructionState.CANCELLED,
    )
    after = paid_after_death(run)
    assert "what was paid after a death is asked back, to the fen" not in broken(
        amend(after, instructions=(off,))
    )


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


def test_every_promise_is_broken_here_or_elsewhere() -> None:
    elsewhere = {
        "of the first version of a corrected file nothing is left",
        "an objection holds a suspension, is decided in time, and what is upheld counts",
        "every row that was mended and sent again counts",
        "who was recovered from a cut number is neither certified nor accused",
        "nobody was certified by what happened after their death",
        "a bereaved household gets one letter, and the dead no message",
        "those concerned are heard first, and no more is recovered than was paid too much",
        "what households repay is recorded once, in parts or not at all as they can",
        "heirs are paid against proof alone",
        "one message of certification per person and year",
        "who was told dead and lives is paid every month again, as two others have decided",
        "who was released is paid again from the month after, and for no month served",
        "a borrowed card certifies for a year at most, and then somebody finds out",
        "whose number was corrected is one person, and nothing of either number is lost",
        "whose phone never works is told by a helper or on paper on the day",
        "whose card was renewed is paid, but for the months that people found not due",
        "a wrong tap is put right, and both words stand",
        "a list that comes months late keeps nobody from being paid again",
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


def test_what_is_compressed_is_read_and_only_the_sheets_of_townships_may_name_somebody(town: Town) -> None:
    number = next(p for p in town.people).number
    book = xlsx_of({"一": (("号码",), [(number,)])})
    assert number.encode() not in book
    objects = {"hrss/receipts/f.xlsx": book, "townships/341602001/sheets/2025-07/1.xlsx": book}

    class Store:
        """Answers like S3 and DynamoDB that hold these objects and no table."""

        def get_paginator(self, _: str) -> Store:
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            return [{"Contents": [{"Key": key} for key in objects]}]

        def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - called so by the library
            return {"Body": io.BytesIO(objects[Key])}

    found = leaks(town, lambda _: Store(), [], ["outbox"], "")
    assert found == [Leak("an identity number", "an object of outbox")]
