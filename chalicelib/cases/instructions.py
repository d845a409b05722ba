"""停发与续发指令 · Instructions to authorities: issued, acknowledged, seen in the payments feed (rules 18 and
23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock, messages
from chalicelib.cases import withheld_before_end
from chalicelib.engine.calendar.periods import month_of
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money.account import still_lacking
from chalicelib.engine.money.arrears_approval import released
from chalicelib.engine.money.pay_run import is_overdue
from chalicelib.engine.texts import decision_words
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Change,
    Instruction,
    InstructionKind,
    InstructionState,
    PersonId,
    PersonRecord,
    Template,
)
from chalicelib.storage.dynamodb import people, worklists

BY_TIME: Final = "platform"


def instruction_of(record: PersonRecord, name: str) -> Instruction:
    """An instruction by its name ("2025-07#resident_pension#suspend"); NotFoundError if there is none."""
    found = next((i for i in record.instructions if i.name == name), None)
    if found is None:
        raise NotFoundError("no such instruction")
    return found


def acknowledge_instruction(person: PersonId, name: str, *, by: str) -> Instruction:
    """The authority says that it has read an instruction and will act on it."""

    def acknowledge(record: PersonRecord) -> Change | None:
        instruction = instruction_of(record, name)
        if instruction.state is InstructionState.CANCELLED:
            raise RefusedError("cancelled", "该指令已撤销。", "this instruction has been cancelled")
        if instruction.state is not InstructionState.ISSUED:
            return None
        read = replace(instruction, state=InstructionState.ACKNOWLEDGED, changed=clock.today())
        return Change(
            "instruction acknowledged", by, clock.now(), {"instruction": name}, instructions=(read,)
        )

    return instruction_of(people.change(person, acknowledge), name)


def unseen(on: date) -> Mapping[PersonId, AbstractSet[str]]:
    """By person, the instructions that as many pay runs as the policy says have not shown (rule 23)."""
    policy = current().rules.policy
    overdue: dict[PersonId, set[str]] = defaultdict(set)
    for person, told in worklists.open_instructions():
        if is_overdue(told, policy, on):
            overdue[person].add(told.name)
    return overdue


def list_unseen(person: PersonId, names: AbstractSet[str], on: date) -> int:
    """List for a person what no pay run has shown, whatever files have come; how many are listed now."""
    policy = current().rules.policy

    def put(record: PersonRecord) -> tuple[Change | None, int]:
        late = tuple(
            replace(told, state=InstructionState.LISTED, changed=on)
            for told in record.instructions
            if told.name in names and is_overdue(told, policy, on)
        )
        details = {told.name: told.state.value for told in late}
        change = Change("instructions not seen", BY_TIME, clock.now(), details, instructions=late)
        return change if late else None, len(late)

    return people.change_with_outcome(person, put)[1]


def approve_arrears(person: PersonId, name: str, *, by: str) -> Instruction:
    """A second person approves the months that one person's word does not bring; what is told then."""
    on = clock.today()

    def approve(record: PersonRecord) -> tuple[Change, Instruction]:
        told = instruction_of(record, name)
        amounts = still_lacking(record, people.payments_of(person), current().rules)
        after = released(record, told, by, amounts, on)
        order = after[-1]
        words = {"yuan": yuan(order.fen), "month": month_of(on)}
        words |= decision_words.of_resumption(
            [e for e in record.entitlements if e.benefit == order.benefit], current().rules
        )
        change = Change(
            "arrears approved",
            by,
            clock.now(),
            {"instruction": name, "months": list(told.held), "certified_by": told.certified_by},
            messages=(messages.anew(record, Template.RESUMED, on.isoformat(), words, on),)
            if order.kind is InstructionKind.RESUME
            else withheld_before_end.letters(record, [order], on),
            instructions=after,
        )
        return change, order

    record, order = people.change_with_outcome(person, approve)
    return instruction_of(record, order.name)
