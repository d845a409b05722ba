"""What the sandbox promises after a year, each as a small function over two accounts: town and platform.

A promise says whether it holds and why. `python -m sandbox run --once` exits 0 only if all do.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from chalicelib.clock import CHINA, civil_date
from chalicelib.model import (
    BY_PHONE,
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    FileState,
    InstructionKind,
    InstructionState,
    MessageState,
    StateName,
    SuspicionKind,
    SuspicionState,
)
from sandbox.checks.bereavement_checks import heard_first, one_letter, only_against_proof, repaid
from sandbox.checks.correction_checks import corrected, recovered, sent_again
from sandbox.checks.entitlement_checks import as_far_as_it_carries, first_periods, related_conditions
from sandbox.checks.message_checks import failures_followed, nobody_unreached_suspended, told_all_the_same
from sandbox.checks.mistake_checks import corrected_taps, late_list, renewed
from sandbox.checks.money_checks import asked_back, reconciled
from sandbox.checks.number_checks import joined
from sandbox.checks.objection_checks import heard
from sandbox.checks.quiet_checks import left_in_peace, not_pestered, one_message_a_day
from sandbox.checks.reversal_checks import borrowed, due_months, released, undone
from sandbox.checks.run_result import Run
from sandbox.town.authorities import PAY_DAY, READING_DAY
from sandbox.town.kinds_of_life import BORROWED_CARD, CARD_RENEWED

HANDED_OVER: Final = (
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.FAILED,
    MessageState.UNKNOWN,
)
CERTIFIED_TEXT: Final = "资格认证已完成，有效至"
SETTLED: Final = (InstructionState.SEEN, InstructionState.LISTED, InstructionState.CANCELLED)
ASLEEP: Final = (StateName.GO_DORMANT,)
STOPPED: Final = (EntitlementStatus.PAUSED, EntitlementStatus.TERMINATED)
UNDONE_WITHIN: Final = 10  # days from a record's being taken back until nothing of it is left
SHOWN: Final = 3  # examples in a reason


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise after one run."""

    name: str
    holds: bool
    why: str


def keep(run: Run) -> list[Promise]:
    """Every promise, in the order of which mistake is worse."""
    return [_promise(name, check(run)) for name, check in CHECKS.items()]


def _promise(name: str, findings: Iterable[str]) -> Promise:
    found = list(findings)
    if not found:
        return Promise(name, True, "")
    more = f" … and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return Promise(name, False, "; ".join(found[:SHOWN]) + more)


# --- people --------------------------------------------------------------------------------------


def _no_wrong_suspension(run: Run) -> Iterable[str]:
    for suspended in run.truth.suspensions:
        why = run.truth.wrong(suspended)
        if why:
            yield f"person {suspended.person.index} on {suspended.on}: {why}"


def _no_wrong_certification(run: Run) -> Iterable[str]:
    """But by a card that somebody else uses; for how long that may, `borrowed` says."""
    wrongly = run.truth.wrong_certifications()
    for wrong in (wrong for wrong in wrongly if wrong.person.kind != BORROWED_CARD):
        yield f"person {wrong.person.index} certified by {wrong.day}, died {wrong.person.life.dies_on}"


def _two_signers(run: Run) -> Iterable[str]:
    for suspended in run.truth.suspensions:
        signers = {suspended.confirmed_by, suspended.approved_by} - {None}
        if len(signers) < 2:
            yield f"person {suspended.person.index} on {suspended.on}: {sorted(map(str, signers))}"


def _deaths_by_two(run: Run) -> Iterable[str]:
    """Two people have said of everybody who counts as dead that it is so; and it is."""
    for index, record in run.truth.records.items():
        for s in record.suspicions:
            two = {s.verified_by, s.approved_by} - {None}
            if s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED and len(two) < 2:
                yield f"the death of person {index} was confirmed by {sorted(map(str, two))} alone"
        if record.person.deceased_on is not None:
            dies_on = run.truth.scene.town.people[index].life.dies_on
            if dies_on is None or dies_on > run.on:
                yield f"person {index} lives, and counts as dead"


def _endings_by_two(run: Run) -> Iterable[str]:
    """Two people have said of every payment that ended that what ends it is so."""
    for index, record in run.truth.records.items():
        word = {
            s.benefit
            for s in record.suspicions
            if s.state is SuspicionState.CONFIRMED and s.approved_by not in (None, s.verified_by)
        }
        for e in record.entitlements:
            if e.status is EntitlementStatus.TERMINATED and word.isdisjoint({None, e.benefit}):
                yield f"person {index}: {e.benefit} ended, and not by two people's word"


def _everybody_known(run: Run) -> Iterable[str]:
    for person in run.truth.scene.town.people:
        if person.index not in run.truth.records:
            yield f"person {person.index} is on the roster and unknown to the platform"


def _found_not_due(drawn: Entitlement, month: str) -> bool:
    return any(gap.first <= month <= gap.last for gap in drawn.interruptions)


def _arrears_paid(run: Run) -> Iterable[str]:
    """Who was suspended and certified again has been paid every month since the start, but those served."""
    last = run.on.replace(day=1) if run.on.day >= PAY_DAY else run.on.replace(day=1) - timedelta(1)
    read = last.replace(day=READING_DAY)
    for index, record in run.truth.records.items():
        person = run.truth.scene.town.people[index]
        months = due_months(person, f"{last:%Y-%m}")
        active = {e.benefit: e for e in record.entitlements if e.status is EntitlementStatus.ACTIVE}
        resumed = {
            i.benefit for i in record.instructions if i.kind is InstructionKind.RESUME and i.issued < read
        }
        for benefit in resumed & set(active):
            mine = [
                m for m in months if person.kind != CARD_RENEWED or not _found_not_due(active[benefit], m)
            ]
            due = active[benefit].fen * len(mine)
            paid = sum(run.truth.scene.diary.paid.get((index, benefit, month), 0) for month in mine)
            if paid != due:
                yield f"person {index}, {benefit}: {paid} fen paid of {due}"


# --- files ---------------------------------------------------------------------------------------


def _standing(run: Run) -> dict[str, DroppedFile]:
    """The files by key, without those in whose place a corrected one stands."""
    return {file.key: file for file in run.truth.files if file.state is not FileState.SUPERSEDED}


def _every_row_accounted(run: Run) -> Iterable[str]:
    files = _standing(run)
    for key, written in run.truth.scene.diary.files.items():
        file = files.get(key)
        if file is None or written.state is not FileState.LOADED:
            continue
        counts = file.counts
        told = (written.rows, written.rejected, written.strangers)
        if not counts.add_up or told != (counts.rows, counts.rejected, counts.strangers):
            yield f"{file.feed} {file.day}: wrote rows, rejected, strangers {told}, counted {counts}"


def _receipts_agree(run: Run) -> Iterable[str]:
    for file in run.truth.files:
        feed = run.truth.pack.feeds.get(file.feed)
        if feed is not None and feed.kind == "query":  # we asked: nobody waits for a receipt
            continue
        raw = run.receipt(file.department, file.id)
        if raw is None:
            yield f"{file.feed} {file.day} has no receipt"
            continue
        receipt = json.loads(raw)
        counts = {name: receipt[name] for name in ("rows", "accepted", "rejected", "strangers", "superseded")}
        if counts != {name: getattr(file.counts, name) for name in counts} or receipt["state"] != file.state:
            yield f"{file.feed} {file.day}: the receipt says otherwise"
        returned = run.rejected(file.department, file.id)
        lines = returned.decode("utf-8-sig").count("\n") - 1 if returned is not None else 0
        if file.state is FileState.LOADED and lines < file.counts.rejected:
            yield f"{file.feed} {file.day}: {lines} rows returned of {file.counts.rejected} rejected"


def _files_as_expected(run: Run) -> Iterable[str]:
    files = _standing(run)
    for key, written in run.truth.scene.diary.files.items():
        state = files[key].state if key in files else None
        if state is not written.state:
            code = files[key].code if key in files else "not known"
            yield f"a file of {written.feed}: {state} ({code}) instead of {written.state}"


def _every_feed_delivers(run: Run) -> Iterable[str]:
    """Each feed of the pack sent a file that was loaded; what it said of recipients was accepted."""
    loaded = {file.feed for file in run.truth.files if file.state is FileState.LOADED}
    files = run.truth.scene.diary.files.values()
    written = {w.feed for w in files if any(not happening.of_relative for _, happening in w.about)}
    said = {known.event.feed for facts in run.truth.known.values() for known in facts}
    for name, feed in sorted(run.truth.pack.feeds.items()):
        if feed.takes_files and name not in loaded:
            yield f"{name} delivered nothing"
        elif name in written and name not in said:
            yield f"nothing that {name} said of anybody was accepted"


def _taken_back(run: Run) -> Iterable[str]:
    """Whatever a department took back accuses nobody any more, and stops no money (rule 14)."""
    for index, record in run.truth.records.items():
        for h in run.truth.scene.town.people[index].life.happenings:
            if not h.takes_back or not run.truth.was_taken_back(index, h, run.on - timedelta(UNDONE_WITHIN)):
                continue
            if any(
                s.day == h.day and s.evidence and s.evidence.feed == h.feed for s in record.open_suspicions
            ):
                yield f"person {index} is still suspected for what {h.feed} took back"
            if record.person.deceased_on == h.day:
                yield f"person {index} still counts as dead, though {h.feed} took it back"
            if any(e.status in STOPPED for e in record.entitlements):
                yield f"person {index} is paid nothing, though {h.feed} took its record back"


# --- messages ------------------------------------------------------------------------------------


def _one_certified_a_year(run: Run) -> Iterable[str]:
    told: dict[str, list[date]] = defaultdict(list)
    for handed in run.truth.handed:
        if CERTIFIED_TEXT in handed.text and handed.status == "delivered":  # else another channel follows
            told[handed.message.partition(".")[0]].append(civil_date(handed.at))
    for days in told.values():
        for first, second in pairwise(sorted(days)):
            if (second - first).days < 360:
                yield f"told on {first} and again on {second}"


def _quiet_hours(run: Run) -> Iterable[str]:
    hours = (handed.at.astimezone(CHINA) for handed in run.truth.handed)
    return (f"handed over at {at:%m-%d %H:%M}" for at in hours if not 8 <= at.hour < 20)


def _told_before_they_were_joined(run: Run) -> frozenset[str]:
    """Messages under a number that was joined to another: they stand on the record of before."""
    scene = run.truth.scene
    told = {handed.message: handed.message.partition(".")[0] for handed in run.truth.handed}
    corrected = {message: known for message, known in told.items() if scene.knows(known)}
    return frozenset(
        message
        for message, known in corrected.items()
        if scene.person(known).corrected is not None and scene.id(scene.person(known)) != known
    )


def _outbox_is_all(run: Run) -> Iterable[str]:
    """What the carrier was given is what the outbox says was handed over, each once."""
    given = Counter(handed.message for handed in run.truth.handed)
    yield from (f"handed over {count} times" for count in given.values() if count > 1)
    sent = {
        message.id
        for record in run.truth.records.values()
        for message in record.messages
        if message.channel in BY_PHONE and message.state in HANDED_OVER
    }
    if outside := given.keys() - sent - _told_before_they_were_joined(run):
        yield f"{len(outside)} messages were handed over outside the outbox"
    if lost := sent - given.keys():
        yield f"{len(lost)} messages count as sent and never reached the carrier"


# --- the machine ---------------------------------------------------------------------------------


def _chains_hold(run: Run) -> Iterable[str]:
    return (
        f"the chain of person {index} does not hold"
        for index, record in run.truth.records.items()
        if not run.chain_holds(record.person.id)
    )


def _nobody_forgotten(run: Run) -> Iterable[str]:
    for index, record in run.truth.records.items():
        case = record.open_case
        if case is not None and case.state is StateName.PARK_FOR_A_PERSON:
            yield f"the case of person {index} is parked"
        elif case is not None and case.state not in ASLEEP:
            name = f"{record.person.id}-{case.due:%Y%m%d}-{case.generation}"
            if name not in run.walking:
                yield f"nothing walks for the open case of person {index} ({case.state})"
        if case is None and any(e.status is EntitlementStatus.SUSPENDED for e in record.entitlements):
            yield f"no case waits for person {index}, who is suspended"
        for s in record.open_suspicions:
            name = f"{record.person.id}-{s.kind}-{s.day:%Y%m%d}-{s.generation}"
            if name not in run.walking:
                yield f"nobody verifies the suspicion of {s.kind} against person {index}"


def _instructions_settle(run: Run) -> Iterable[str]:
    for index, record in run.truth.records.items():
        for instruction in record.instructions:
            age = (run.on - instruction.issued).days
            if age > 31 + READING_DAY and instruction.state is InstructionState.ISSUED:
                yield f"{instruction.name} of person {index} was never acknowledged"
            money_back = instruction.kind is InstructionKind.RECOVER
            if age > 31 * 4 and instruction.state not in SETTLED and not money_back:
                yield f"{instruction.name} of person {index} is neither seen nor listed"


def _no_clear_number(run: Run) -> Iterable[str]:
    return (f"{leak.what} in {leak.where}" for leak in run.leaks)


def _no_error(run: Run) -> Iterable[str]:
    return run.errors


def _rights_suffice(run: Run) -> Iterable[str]:
    return run.denied


def _reasons_hold(run: Run) -> Iterable[str]:
    return run.refuted


def _no_surprise(run: Run) -> Iterable[str]:
    surprises = Counter((s.request.split("/")[2], s.status, s.code) for s in run.truth.scene.desk.surprises)
    return (f"{count} x {what}: {status} {code}" for (what, status, code), count in surprises.items())


CHECKS: Final[dict[str, Callable[[Run], Iterable[str]]]] = {
    "nobody was suspended wrongly": _no_wrong_suspension,
    "nobody was certified by what happened after their death": _no_wrong_certification,
    "every suspension was signed by two people": _two_signers,
    "an objection holds a suspension, is decided in time, and what is upheld counts": heard,
    "every death was confirmed by two people, and is true": _deaths_by_two,
    "every payment that ended was ended by two people": _endings_by_two,
    "who was told dead and lives is paid every month again, as two others have decided": undone,
    "who was released is paid again from the month after, and for no month served": released,
    "whose card was renewed is paid, but for the months that people found not due": renewed,
    "a wrong tap is put right, and both words stand": corrected_taps,
    "a list that comes months late keeps nobody from being paid again": late_list,
    "a borrowed card certifies for a year at most, and then somebody finds out": borrowed,
    "a bereaved household gets one letter, and the dead no message": one_letter,
    "those concerned are heard first, and no more is recovered than was paid too much": heard_first,
    "what households repay is recorded once, in parts or not at all as they can": repaid,
    "heirs are paid against proof alone": only_against_proof,
    "everybody on the roster is known": _everybody_known,
    "whoever was resumed has been paid every month": _arrears_paid,
    "the pay-run reconciliation has no unexplained line": reconciled,
    "what was paid after a death is asked back, to the fen": asked_back,
    "a new recipient is certified from the first payment or the day of the grant": first_periods,
    "what entitles through a related person is doubted only once it has ended": related_conditions,
    "everybody is certified as far as their county's values carry, and no further": as_far_as_it_carries,
    "whose number was corrected is one person, and nothing of either number is lost": joined,
    "every row is accounted for": _every_row_accounted,
    "every receipt agrees and returns the rejected rows": _receipts_agree,
    "every file became what it had to": _files_as_expected,
    "every feed of the pack delivered": _every_feed_delivers,
    "what a department takes back is undone": _taken_back,
    "of the first version of a corrected file nothing is left": corrected,
    "every row that was mended and sent again counts": sent_again,
    "who was recovered from a cut number is neither certified nor accused": recovered,
    "nobody was suspended whom no word had reached": nobody_unreached_suspended,
    "every message that failed led to another channel the same day": failures_followed,
    "whose phone never works is told by a helper or on paper on the day": told_all_the_same,
    "whoever goes on being heard of is left in peace": left_in_peace,
    "nobody is reminded more often than once a month": not_pestered,
    "one message per person and day": one_message_a_day,
    "one message of certification per person and year": _one_certified_a_year,
    "nothing was sent from 20:00 to 08:00": _quiet_hours,
    "nothing was sent outside the outbox": _outbox_is_all,
    "every audit chain holds": _chains_hold,
    "no case and no suspicion is forgotten": _nobody_forgotten,
    "every instruction was acknowledged, and seen or listed": _instructions_settle,
    "no identity number or phone stands in clear": _no_clear_number,
    "no function failed": _no_error,
    "no function was denied what it does": _rights_suffice,
    "no function did what a reason says it never does": _reasons_hold,
    "no answer of the API surprised anybody": _no_surprise,
}
