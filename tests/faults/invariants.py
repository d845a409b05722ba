"""What must hold once nothing fails any more and everything has drained: nobody is harmed, nothing is lost.

Judged by the end, and by what was signed and told on the way: the audit chain and what the carrier took.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from chalicelib import clock
from chalicelib.cases.executions import case_execution, suspicion_execution
from chalicelib.model import (
    EntitlementStatus,
    FileState,
    InstructionKind,
    MessageState,
    PersonRecord,
    StateName,
)
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.s3 import lake, objects
from tests.faults.story import Story
from tests.workflow.village import Recipient

Broken = Iterator[str]


def broken(story: Story) -> list[str]:
    """Every promise that does not hold, with an example."""
    return [f"{name}: {found}" for name, check in CHECKS.items() for found in check(story)]


def _records(story: Story) -> Iterator[tuple[Recipient, PersonRecord]]:
    for each in story.everybody:
        if people.person_id_of(each.number) is not None:
            yield each, people.find(each.number)


def _everybody_is_known(story: Story) -> Broken:
    for each in story.everybody:
        if people.person_id_of(each.number) is None:
            yield f"{each.sequence} is on a roster and unknown"


def _nobody_is_suspended_wrongly(story: Story) -> Broken:
    """Only whom two people approved, and nobody of whom the lake or the inbox had told before."""
    approved = {each.sequence for each in story.suspended}
    read = {file.id: file.finished for file in files.everything()}
    for each, record in _records(story):
        for entry in people.audit_trail(record.person.id):
            if entry.action != StateName.SUSPEND.value:
                continue
            if each.sequence not in approved:
                yield f"{each.sequence}, whom nobody approved"
            if each is story.travelled:
                yield f"{each.sequence}, of whom the lake told all the time"
            signed = {entry.details.get("confirmed_by"), entry.details.get("approved_by")} - {None}
            if len(signed) < 2:
                yield f"{each.sequence} by {signed}"
            for item in record.evidence:
                finished = read.get(item.file)
                if finished is not None and finished < entry.at and item.key.feed == "hospital_inpatient":
                    yield f"{each.sequence}, of whom a file had told before"
            told = story.told_of(each)
            if told is not None and told < entry.at:
                yield f"{each.sequence}, of whom a file told in the inbox at {told:%m-%d %H:%M}"


def _who_certified_is_paid(story: Story) -> Broken:
    for each, record in _records(story):
        if each.number not in story.evidence or each is story.dead:
            continue
        for drawn in record.entitlements:
            if drawn.status is not EntitlementStatus.ACTIVE:
                yield f"{each.sequence} certified, and is {drawn.status}"
        kinds = Counter(i.kind for i in record.instructions)
        if kinds[InstructionKind.SUSPEND] != kinds[InstructionKind.RESUME]:
            yield f"{each.sequence} was suspended and resumed: {dict(kinds)}"


def _payment_ends_by_two(story: Story) -> Broken:
    for each, record in _records(story):
        ended = [e for e in record.entitlements if e.status is EntitlementStatus.TERMINATED]
        words = {(s.verified_by, s.approved_by) for s in record.suspicions}
        if ended and not any(one and two and one != two for one, two in words):
            yield f"{each.sequence} ended by {words}"
        if ended and each is not story.dead:
            yield f"{each.sequence} lives"
        if each is story.dead and not ended:
            yield "a death that two people have confirmed ended nothing"


def _nobody_is_told_twice(story: Story) -> Broken:
    """No message is taken twice; of a subject only what follows one that failed goes out again."""
    for message, times in story.accepted.items():
        if times > 1:
            yield f"{message} was taken {times} times"
    for each, record in _records(story):
        first = Counter((m.template, m.about) for m in record.messages if m.follows is None)
        for subject, times in first.items():
            if times > 1:
                yield f"{each.sequence} has {times} messages about {subject}"
        known = {m.id for m in record.messages}
        mine = {m for m in story.accepted if m.startswith(record.person.id)}
        if mine - known:
            yield f"{each.sequence} was sent {mine - known}, of which nobody has written"


def _the_chain_holds(story: Story) -> Broken:
    for each, record in _records(story):
        for found in findings_about(record.person.id):
            yield f"{each.sequence}: {found}"
        steps = [entry for entry in people.audit_trail(record.person.id) if not entry.is_look]
        if [entry.sequence for entry in steps] != list(range(1, record.person.sequence + 1)):
            yield f"{each.sequence}: {len(steps)} entries for {record.person.sequence} steps"
        said = Counter((entry.action, str(entry.at), str(dict(entry.items))) for entry in steps)
        for what, times in said.items():
            if times > 1:
                yield f"{each.sequence} did {what} {times} times"


def _no_row_is_lost(story: Story) -> Broken:
    """Every file is loaded once, its rows add up, its department has been told, and what it says counts."""
    standing = {f.key: f for f in files.everything() if f.state is not FileState.SUPERSEDED}
    for key, data in story.dropped.items():
        file = standing.get(key)
        if file is not None and (file.state, file.code) == (FileState.REFUSED, "already_loaded"):
            continue  # another name of the same file
        if file is None or file.state is not FileState.LOADED:
            yield f"{key} is {file and (file.state, file.code)}"
            continue
        if not file.counts.add_up or file.counts.rows != data.count(b"\n") - 1:
            yield f"{key} counts {file.counts}"
        if objects.read_receipt(file.department, file.id) is None:
            yield f"{key} has no receipt"
    for number, day in story.hospital_rows:
        person = people.person_id_of(number)
        if person is not None and f"{day}#hospital_inpatient#admitted" not in _known_of(number):
            yield f"a stay of {number[-4:-1]} on {day} is lost: {_known_of(number)}"


def _known_of(number: str) -> set[str]:
    record = people.find(number)
    return {str(item.key) for item in (*record.evidence, *lake.evidence_of(record.person.id))}


def _queues_are_empty(story: Story) -> Broken:
    for poller in story.sandbox._pollers:
        if poller.queue._messages:
            yield f"{len(poller.queue._messages)} messages wait in {poller.arn.rsplit(':', 1)[-1]}"
    for name, url in story.sandbox.names.items():
        if name.endswith("DeadQueue") and (lying := _lying_in(story, url)):
            yield f"{lying} messages lie in {name}, put back or not"
    yield from story.given_up
    if story.open_acts:
        yield f"{story.open_acts} acts were never done"


def _lying_in(story: Story, url: str) -> int:
    sqs, name = story.sandbox.client("sqs"), "ApproximateNumberOfMessages"
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
    return int(told[name])


def _no_message_is_stuck(story: Story) -> Broken:
    for each, record in _records(story):
        for message in record.messages:
            due = message.state is MessageState.PENDING and message.day < clock.today()
            if message.state is MessageState.CLAIMED or due:
                yield f"a message of {each.sequence} stays {message.state} ({message.channel})"


def _whatever_is_open_walks(story: Story) -> Broken:
    sandbox = story.sandbox
    walking = {run["name"] for machine in sandbox.machines for run in sandbox.executions(machine, "RUNNING")}
    for each, record in _records(story):
        case = record.open_case
        if case is not None and case.state is StateName.PARK_FOR_A_PERSON:
            yield f"the case of {each.sequence} is parked"
        elif case is not None and case_execution(record.person.id, case) not in walking:
            yield f"nothing walks for {each.sequence} in {case.state}"
        for suspicion in record.open_suspicions:
            if suspicion_execution(record.person.id, suspicion) not in walking:
                yield f"nobody verifies the {suspicion.kind} of {each.sequence}"


CHECKS: Final[Mapping[str, Callable[[Story], Broken]]] = {
    "nobody is suspended wrongly": _nobody_is_suspended_wrongly,
    "who certified is paid": _who_certified_is_paid,
    "payment ends by two people's word": _payment_ends_by_two,
    "nobody is told twice": _nobody_is_told_twice,
    "everybody is known": _everybody_is_known,
    "every change is in the chain, once": _the_chain_holds,
    "no row is lost": _no_row_is_lost,
    "queues are empty": _queues_are_empty,
    "no message is stuck": _no_message_is_stuck,
    "whatever is open walks": _whatever_is_open_walks,
}
