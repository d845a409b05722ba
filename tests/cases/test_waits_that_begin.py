"""What arrives while a step begins to wait finds its token, or is found by it: nobody waits who need not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from chalicelib import cases
from chalicelib.cases import executions
from chalicelib.model import Case, PersonId, StateName, StepOutcome, Waiting
from chalicelib.steps import certification
from chalicelib.steps.walking import run_step
from tests.conftest import StoppedClock
from tests.storage.builders import entitlement, evidence, known, put
from tests.workflow.crashes import each_call

pytestmark = pytest.mark.usefixtures("aws")

DUE = date(2025, 6, 30)
WAITS = (StateName.REMIND, StateName.SELF_CERTIFY, StateName.DISPATCH_HOME_VISIT, StateName.AWAIT_A_DAY)


@contextmanager
def before_call(number: int, happens: Any) -> Iterator[list[str]]:
    """Something happens before the n-th call to AWS; yields the calls of the work alone."""
    calls: list[str] = []
    inside: list[bool] = []

    def hook(name: str, _: Mapping[str, Any]) -> None:
        if inside:
            return
        calls.append(name)
        if len(calls) == number:
            inside.append(True)
            happens()
            inside.clear()

    with each_call(hook):
        yield calls


def somebody_whose_case_is_open(sequence: int) -> PersonId:
    number = f"3416021950{sequence:04d}001X"[:18]
    person = known(entitlement(valid_until=DUE), number=number)
    put(person, cases=(Case(due=DUE, state=StateName.MATCH_DATA, opened=date(2025, 5, 16), generation=1),))
    return person


@pytest.mark.parametrize("state", WAITS)
def test_what_arrives_while_a_wait_begins_ends_it(
    monkeypatch: pytest.MonkeyPatch, clock: StoppedClock, state: StateName
) -> None:
    clock.instant = datetime(2025, 6, 1, 2, tzinfo=UTC)
    woken: list[tuple[str, Any]] = []

    def note(waiting: Waiting, answer: Mapping[str, Any]) -> bool:
        woken.append((waiting.token, answer["outcome"]))
        return True

    monkeypatch.setattr(executions, "wake", note)
    for number in count(1):
        person, token = somebody_whose_case_is_open(number), f"token {number}"
        step = {"state": state, "contract": 1, "person": person, "due": DUE.isoformat(), "generation": 1}

        def arrives(person: PersonId = person) -> None:
            cases.evidence_arrived(person, [evidence("2025-05-30")], actor="test")

        with before_call(number, arrives) as calls:
            run_step(certification.STEPS, {**step, "token": token})
        if len(calls) < number:
            arrives()
        assert (token, StepOutcome.CERTIFIED) in woken, f"before call {number} of {calls}"
        if len(calls) < number:
            break
    assert number > 2, "the step calls AWS"
