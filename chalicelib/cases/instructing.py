"""Instructions to authorities: issued, acknowledged, seen in the payments feed (rule 23)."""

from __future__ import annotations

from dataclasses import replace

from chalicelib import clock
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import Change, Instruction, InstructionState, PersonId, PersonRecord
from chalicelib.storage import people


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
