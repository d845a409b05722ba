"""步骤共用 · What all steps of both state machines share: their input, their answer, and how a wait
begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from chalicelib import clock
from chalicelib.instruction_delivery import hand_over
from chalicelib.model import Case, PersonId, PersonRecord, StateName, StepOutcome, Suspicion, Waiting

ACTOR = "workflow"
TELLS_PAYERS: Final = (
    StateName.PROPOSE_SUSPENSION,  # paid as before, where a line that was approved has lapsed
    StateName.PAY_IN_PERSON,
    StateName.SUSPEND,
    StateName.RESUME_AND_PAY_ARREARS,
    StateName.CLOSE_CASE,  # paid as before, or again
    StateName.COMPUTE_OVERPAID,
    StateName.CLEAR,  # what was withheld under another number
    StateName.UNDO,
)
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StepInput:
    """One call of a step, as the state machine makes it.

    `subject` is the case's due day (ISO) or the suspicion's name; `token` is there only where the state
    waits; `enter_at` says to the first states where the case goes on, `matched` what the first one found;
    `after_remind` which state the policy has behind the first message. `contract` numbers the shape of this
    input: running executions keep theirs.
    """

    state: StateName
    contract: int
    person: PersonId
    subject: str
    generation: int
    token: str | None
    enter_at: StateName = StateName.MATCH_DATA
    matched: StepOutcome = StepOutcome.INSUFFICIENT
    after_remind: StateName = StateName.SELF_CERTIFY

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> StepInput:
        """The call that an event of Step Functions makes."""
        return cls(
            state=StateName(event["state"]),
            contract=int(event["contract"]),
            person=PersonId(event["person"]),
            subject=str(event["due"] if "due" in event else event["suspicion"]),
            generation=int(event["generation"]),
            token=event.get("token"),
            enter_at=StateName(event.get("enter_at", StateName.MATCH_DATA)),
            matched=StepOutcome(event.get("matched", StepOutcome.INSUFFICIENT)),
            after_remind=StateName(event.get("after_remind", StateName.SELF_CERTIFY)),
        )

    @property
    def due(self) -> date:
        """The due day of the case, where the subject is one."""
        return date.fromisoformat(self.subject)

    def waiting(self) -> Waiting | None:
        """The wait that this call begins, where its state waits."""
        return Waiting(self.state, self.token, clock.now()) if self.token is not None else None

    def case_of(self, record: PersonRecord) -> Case | None:
        """The case of this call, unless it is closed or a later generation walks it now."""
        if record.person.id != self.person:
            return None  # joined to another number, whose own executions walk
        return next(
            (c for c in record.cases if c.due == self.due and c.is_open and c.generation == self.generation),
            None,
        )

    def suspicion_of(self, record: PersonRecord) -> Suspicion | None:
        """The suspicion of this call, unless a later generation walks it now."""
        if record.person.id != self.person:
            return None
        return next(
            (s for s in record.suspicions if s.name == self.subject and s.generation == self.generation),
            None,
        )


def answer(outcome: StepOutcome, wait: int = 1, **more: int | StateName) -> Answer:
    """What a step returns: one word for the Choice state behind it, and seconds to wait."""
    return {"outcome": outcome.value, "wait": wait, **more}


def run_step(steps: Mapping[StateName, Callable[[StepInput], Answer]], event: Mapping[str, Any]) -> Answer:
    """Run the step of a state machine that an event names; unknown names raise ValueError.

    What it tells a payer is handed over before it answers: a call that is repeated makes it good.
    """
    call = StepInput.of(event)
    answered = steps[call.state](call)
    if call.state in TELLS_PAYERS:
        hand_over(call.person)
    return answered
