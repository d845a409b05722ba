"""What must hold each month and at the end, judged by what was told, signed and paid on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from chalicelib import clock
from chalicelib.cases.executions import case_execution
from chalicelib.engine.suspension.outages import given_back_on
from chalicelib.jurisdiction import current
from chalicelib.model import FileState, InstructionKind, Month, PersonRecord, StateName, Template
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.dynamodb.paid import payments_of
from chalicelib.storage.s3 import lake, objects
from tests.workflow.village import Recipient
from tests.years.story import Years

Broken = Iterator[str]


def broken(years: Years, checks: Mapping[str, Callable[[Years], Broken]]) -> list[str]:
    """Every promise that does not hold, with an example."""
    return [f"{years.today} {name}: {found}" for name, check in checks.items() for found in check(years)]


def _records(years: Years) -> Iterator[tuple[Recipient, PersonRecord]]:
    for each in years.folk:
        yield each, years.record(each)


def _nobody_is_suspended_wrongly(years: Years) -> Broken:
    """Two signed it, the days of outages were given back, and nothing had told of the person before."""
    policy = current().rules.policy
    for each, record in _records(years):
        ends = {case.due for case in record.cases}
        for entry in people.audit_trail(record.person.id):
            if entry.action != StateName.SUSPEND.value:
                continue
            signed = {entry.details.get("confirmed_by"), entry.details.get("approved_by")} - {None}
            if len(signed) < 2:
                yield f"{each.sequence} by {signed}"
            on = clock.civil_date(entry.at)
            for gone in years.away:
                if gone.back <= on < given_back_on(gone, policy):
                    yield f"{each.sequence} on {on}, though the platform was away until {gone.back}"
            due = max((day for day in ends if day < on), default=on)
            for told, day in years.first_told.get(each.number, ()):
                if told < entry.at and day >= due:
                    yield f"{each.sequence} on {on}, of whom was told on {told:%Y-%m-%d}, seen on {day}"


def _nobody_dead_is_certified(years: Years) -> Broken:
    for each, record in _records(years):
        at = years.confirmed.get(each.number)
        if at is None:
            continue
        for entry in people.audit_trail(record.person.id):
            said = entry.details.get("verdicts", {})
            certified = isinstance(said, Mapping) and any(
                str(v).partition(" ")[0] in ("strong", "weak") for v in said.values()
            )
            until = [e.valid_until for e in record.entitlements if e.valid_until > clock.civil_date(at)]
            if certified and entry.at > at and until and entry.action != "corrected":
                yield f"{each.sequence}, whose death two had confirmed on {at:%Y-%m-%d}: {entry.action}"


def _nobody_is_told_twice(years: Years) -> Broken:
    for message, times in years.accepted.items():
        if times > 1:
            yield f"{message} was taken {times} times"
    for each, record in _records(years):
        first = Counter((m.template, m.about) for m in record.messages if m.follows is None)
        again = sum(m.template is Template.CORRECTED for m in record.messages)  # what was wrong begins anew
        for subject, times in first.items():
            if times > 1 + again:
                yield f"{each.sequence} has {times} messages about {subject}"
        mine = {m for m in years.accepted if m.startswith(record.person.id)}
        if unknown := mine - {m.id for m in record.messages}:
            yield f"{each.sequence} was sent {unknown}, of which nobody has written"


def _no_file_is_stuck(years: Years) -> Broken:
    """Each key stands as it was dropped last: loaded, its rows add up, its department has been told."""
    found = {f.key: f for f in sorted(files.everything(), key=lambda f: f.received)}
    for key, data in years.standing.items():
        file = found.get(key)
        if file is None or file.state is not FileState.LOADED:
            yield f"{key} is {file and (file.state, file.code)}"
        elif not file.counts.add_up or file.counts.rows != data.count(b"\n") - 1:
            yield f"{key} counts {file.counts}"
        elif objects.read_receipt(file.department, file.id) is None:
            yield f"{key} has no receipt"


def _no_row_is_lost(years: Years) -> Broken:
    for each, record in _records(years):
        known = {str(item.key) for item in (*record.evidence, *lake.evidence_of(record.person.id))}
        for number, day in years.stays:
            if number == each.number and f"{day}#hospital_inpatient#admitted" not in known:
                yield f"a stay of {each.sequence} on {day}"


def _the_chain_holds(years: Years) -> Broken:
    for each, record in _records(years):
        for found in findings_about(record.person.id):
            yield f"{each.sequence}: {found}"
        steps = [e.sequence for e in people.audit_trail(record.person.id) if not e.is_look]
        if steps != list(range(1, record.person.sequence + 1)):
            yield f"{each.sequence}: {len(steps)} entries for {record.person.sequence} steps"


def _who_is_seen_again_is_paid(years: Years) -> Broken:
    """Each month from a suspension to its resumption is in an order to resume since, or was paid.

    Many months on one person's word come by a second order, once another one approves them.
    """
    for each, record in _records(years):
        if each.number in years.died:
            continue
        orders = sorted(record.instructions, key=lambda i: (i.issued, i.kind is InstructionKind.RESUME))
        paid = {payment.month for payment in payments_of(record.person.id)}
        since: Month | None = None
        for order in orders:
            if order.kind is InstructionKind.SUSPEND:
                since = order.month
            elif order.kind is InstructionKind.RESUME and since is not None:
                since_then = [
                    i for i in orders if i.kind is InstructionKind.RESUME and i.issued >= order.issued
                ]
                months = paid.union(*((*i.arrears, *i.held) for i in since_then))
                for month in _between(since, order.month):
                    if month not in months:
                        yield f"{each.sequence} was suspended from {since}; {month} was not paid"
                since = None


def _between(first: Month, end: Month) -> Iterator[Month]:
    """The months from one to another, this one left out."""
    year, month = map(int, str(first).split("-"))
    while (said := Month(f"{year}-{month:02d}")) < end:
        yield said
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _one_key_has_one_answer(years: Years) -> Broken:
    yield from years.different
    for status, times in years.answers.items():
        if status >= 500:
            yield f"{times} answers {status}"


def _queues_are_empty(years: Years) -> Broken:
    sandbox, what = years.place.village.sandbox, "ApproximateNumberOfMessages"
    for name, url in sandbox.names.items():
        if name.endswith("DeadQueue"):
            told = sandbox.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[what])
            if int(told["Attributes"][what]):
                yield f"{told['Attributes'][what]} messages lie in {name}"
    for failure in sandbox.last_errors[:3]:
        yield str(failure)


def _whatever_is_open_walks(years: Years) -> Broken:
    sandbox = years.place.village.sandbox
    walking = {run["name"] for machine in sandbox.machines for run in sandbox.executions(machine, "RUNNING")}
    for each, record in _records(years):
        case = record.open_case
        if case is not None and case_execution(record.person.id, case) not in walking:
            yield f"nothing walks for {each.sequence} in {case.state}"


MONTHLY: Final[Mapping[str, Callable[[Years], Broken]]] = {
    "nobody is suspended wrongly": _nobody_is_suspended_wrongly,
    "nobody dead is certified": _nobody_dead_is_certified,
    "nobody is told twice": _nobody_is_told_twice,
    "no file is stuck": _no_file_is_stuck,
    "who is seen again is paid": _who_is_seen_again_is_paid,
    "one key has one answer": _one_key_has_one_answer,
}
AT_THE_END: Final[Mapping[str, Callable[[Years], Broken]]] = {
    **MONTHLY,
    "no row is lost": _no_row_is_lost,
    "the chain holds": _the_chain_holds,
    "queues are empty": _queues_are_empty,
    "whatever is open walks": _whatever_is_open_walks,
}
