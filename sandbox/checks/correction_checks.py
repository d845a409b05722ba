"""Promises about what departments put right: files corrected as a whole, and rows mended and sent again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.model import (
    BenefitKind,
    Counts,
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    FileState,
    PersonRecord,
    Strength,
    SuspicionState,
)
from chalicelib.sources.values.file_holds import HoldCode
from sandbox.checks.expected_certificates import certified_through, standing, was_loaded

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run
    from sandbox.town.departments import Written
    from sandbox.town.lives import Happening

SETTLED_WITHIN: Final = timedelta(3)  # from a corrected file to the last thing that follows from it
STANDS: Final = (SuspicionState.OPEN, SuspicionState.CONFIRMED)
STOPPED: Final = (EntitlementStatus.PAUSED, EntitlementStatus.TERMINATED)


def corrected(run: Run) -> Iterable[str]:
    """Both versions are accounted for, and what only the first one said serves and accuses nobody."""
    diary = run.truth.scene.diary
    for key, first in diary.replaced.items():
        earlier, later = _versions(run, key)
        if earlier is None or later is None:
            yield f"{first.feed}: a corrected file was not loaded in the place of the first one"
            continue
        if later.corrects != earlier.id:
            yield f"{first.feed}: the receipt of the corrected file does not name the first one"
        for written, file in ((first, earlier), (diary.files[key], later)):
            if not _adds_up(written, file.counts):
                yield f"{first.feed}: one version of the corrected file counts {file.counts}"
        wrong = _nowhere_else(run, first.feed, first.about)
        if later.withdrawn < len(wrong):
            yield f"{first.feed}: {later.withdrawn} taken back, {len(wrong)} only in the first version"
        for index, evidence in sorted(wrong):
            yield from _left_of(run.truth.records[index], index, evidence)
    yield from _looked_after(run, {i for first in diary.replaced.values() for i, _ in first.about})
    yield from _paid_as_corrected(run)


def sent_again(run: Run) -> Iterable[str]:
    """Every row that a clerk mended is accepted or known already, and nobody loses by it."""
    diary = run.truth.scene.diary
    files = _standing_files(run)
    for key, of in diary.sent_again.items():
        written, file = diary.files[key], files.get(key)
        if file is None or file.state is not FileState.LOADED:
            yield f"{written.feed}: {file.state if file else 'nothing'} ({file.code if file else 'lost'})"
        elif not _adds_up(written, file.counts) or not written.rows:
            yield f"{written.feed}: {written.rows} rows were mended, and counted are {file.counts}"
        elif file.was_released:
            yield f"{written.feed}: mended rows waited for a person ({file.steps[1].reason})"
        ruined, sent = diary.files[of].ruined, date.fromisoformat(key.split("/")[2])
        # Of somebody not on the roster yet nobody reads more than the number.
        early = sum(run.truth.scene.town.people[row.person].joins >= sent for row in ruined)
        if not len(ruined) - early <= written.rows <= len(ruined):
            yield f"{written.feed}: {len(ruined)} rows were ruined, {written.rows} came back"
    yield from _looked_after(run, {index for key in diary.sent_again for index, _ in diary.files[key].about})


def recovered(run: Run) -> Iterable[str]:
    """A file of cut numbers waited for a person; whom it then meant it neither certifies nor accuses.

    A weak trace may count among others: it never certifies by itself.
    """
    files, events = _standing_files(run), run.truth.pack.rules.events
    for key, written in run.truth.scene.diary.files.items():
        file = files.get(key)
        if not written.recovered or file is None or file.state is FileState.HELD:
            continue
        if (FileState.HELD, HoldCode.NUMBERS_DAMAGED) not in {(s.state, s.reason) for s in file.steps}:
            yield f"{written.feed}: cut numbers were not seen to be cut"
        if not file.was_released:
            yield f"{written.feed}: nobody has released a file of cut numbers"
        for index, evidence in sorted(_nowhere_else(run, written.feed, written.recovered)):
            record = run.truth.records[index]
            if any(item.key == evidence and not item.recovered for item in record.evidence):
                yield f"{evidence} of person {index} counts as read from a whole number"
            is_weak = events[evidence.feed, evidence.event].strength is Strength.WEAK
            if not is_weak and any(e.evidence == evidence for e in record.entitlements):
                yield f"person {index} is certified by {evidence}, recovered from a cut number"
            if any(s.evidence == evidence for s in record.suspicions):
                yield f"person {index} is suspected for {evidence}, recovered from a cut number"


def _standing_files(run: Run) -> dict[str, DroppedFile]:
    return {file.key: file for file in run.truth.files if file.state is not FileState.SUPERSEDED}


def _versions(run: Run, key: str) -> tuple[DroppedFile | None, DroppedFile | None]:
    files = [file for file in run.truth.files if file.key == key and was_loaded(file)]
    return (
        next((file for file in files if file.state is FileState.SUPERSEDED), None),
        next((file for file in files if file.state is FileState.LOADED), None),
    )


def _adds_up(written: Written, counts: Counts) -> bool:
    told = (written.rows, written.rejected, written.strangers)
    return counts.add_up and told == (counts.rows, counts.rejected, counts.strangers)


def _nowhere_else(
    run: Run, feed: str, about: Iterable[tuple[int, Happening]]
) -> set[tuple[int, EvidenceKey]]:
    """Of what was said of recipients, what no file of the feed says in rows that count."""
    said = {
        (index, EvidenceKey(h.day, h.feed, h.event))
        for written in run.truth.scene.diary.files.values()
        if written.feed == feed
        for index, h in written.about
    }
    before = {(index, EvidenceKey(h.day, h.feed, h.event)) for index, h in about}
    return {(index, key) for index, key in before - said if index in run.truth.records}


def _left_of(record: PersonRecord, index: int, wrong: EvidenceKey) -> Iterator[str]:
    if any(item.key == wrong for item in record.evidence):
        yield f"{wrong} of person {index} is still on record"
    if any(e.evidence == wrong for e in record.entitlements):
        yield f"a certificate of person {index} still rests on {wrong}"
    if any(s.evidence == wrong and s.state in STANDS for s in record.suspicions):
        yield f"person {index} is still suspected for {wrong}"
    if record.person.deceased_on == wrong.day:
        yield f"person {index} counts as dead for {wrong}"


def _looked_after(run: Run, people: Iterable[int]) -> Iterator[str]:
    """The living of whom something was put right: certified as far as what is known carries, or in a case.

    What can never be suspended is asked about in vain where nobody is found: then it is asked again, later.
    """
    for index in sorted(people):
        person, record = run.truth.scene.town.people[index], run.truth.records.get(index)
        if record is None or not person.life.lives_on(run.on) or record.open_suspicions:
            continue
        known = standing(run.truth.known[index], run.on - SETTLED_WITHIN)
        for e in record.entitlements:
            through, _ = certified_through(run.truth.pack, person, e.benefit, known, run.on)
            if e.status in STOPPED:
                continue
            if e.valid_until < min(through, run.on):
                yield f"person {index}, {e.benefit}: {e.valid_until} stands, {through} by what is known"
            if e.valid_until < run.on - SETTLED_WITHIN and not _seen_to(run, record, e):
                yield f"person {index}, {e.benefit} ended on {e.valid_until}, and nobody sees to it"


def _seen_to(run: Run, record: PersonRecord, entitlement: Entitlement) -> bool:
    """Whether a case is open, or of what is never suspended (a one-off, a fee) one has closed lately."""
    if record.open_case is not None:
        return True
    rules = run.truth.pack.rules
    again = timedelta(days=rules.policy.timeline.dormant_after_days)
    lately = any(case.closed is not None and run.on - case.closed <= again for case in record.cases)
    return lately and rules.benefit(entitlement.benefit).kind is not BenefitKind.MONTHLY


def _paid_as_corrected(run: Run) -> Iterator[str]:
    """Of whom a list of payments said too much at first, the record says what was really paid."""
    diary = run.truth.scene.diary
    for index, benefit, month in diary.misstated:
        if index not in run.truth.records:
            continue
        known = run.paid(run.truth.records[index].person.id).get((benefit, month))
        really = diary.paid[index, benefit, month] if diary.told_of(index, benefit, month) else None
        if known != really:
            yield f"person {index}, {benefit}: {known} fen of {month} on record, {really} were told"
