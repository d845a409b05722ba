"""Every step of both state machines dies at each call that writes; called again, it has been done once.

Suspending, starting again and ending a payment have sweeps of their own; here is every other step.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.model import Change, EntitlementStatus, Month, StateName, SuspicionKind
from chalicelib.steps import certification, suspicion
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import people
from infra.template import ROOT
from tests.workflow import crossed_actions
from tests.workflow.crashes import calls_of, end_of_record, points_of, same, sweep, writes
from tests.workflow.test_crash_points import ready_to_suspend
from tests.workflow.test_crash_points_of_decisions import DEATH, ENDED, PENSION, Work, folk_of, told, word_on
from tests.workflow.village import NEW_YEAR, Recipient, Village

WAITS = {
    name
    for path in (ROOT / "statemachines").glob("*.asl.json")
    for name, state in json.loads(path.read_text())["States"].items()
    if "waitForTaskToken" in state.get("Resource", "")
}
SILENT = (  # they only look, or what they do has an action of its own
    StateName.MATCH_DATA,
    StateName.GATHER_EVIDENCE,
    StateName.SUSPEND,
    StateName.RESUME_AND_PAY_ARREARS,
    StateName.TERMINATE,
    StateName.COMPUTE_OVERPAID,
    StateName.CLEAR,
    StateName.UNDO,
    StateName.CLOSE_SUSPICION,
)
OF_A_CASE = sorted(certification.STEPS)
OF_A_SUSPICION = sorted(suspicion.STEPS)


def end_of(recipient: Recipient) -> dict[str, Any]:
    record = people.find(recipient.number)
    waits = [w.waiting is not None for w in (*record.cases, *record.suspicions)]
    return {
        **end_of_record(recipient),
        "cases": [(c.state, c.generation, c.outcome, c.closed) for c in record.cases],
        "suspicions": [(s.name, s.state, s.level, s.verify_by, s.reminders) for s in record.suspicions],
        "waits": waits,
        "visits": [(v.number, v.purpose, v.not_before, v.outcome, v.cancelled) for v in record.visits],
        "lines": [(p.number, p.state) for p in record.proposals],
    }


def swept(village: Village, state: StateName, life: Any) -> None:
    folk = folk_of(village, 16)
    life(folk.pop())()
    calls = calls_of(life(folk.pop()))
    if any(map(writes, calls)):
        assert len(points_of(calls)) <= 14
        sweep(life, end_of, same, folk)
    assert (state in crossed_actions.noted) is (state not in SILENT)


@pytest.mark.parametrize("state", OF_A_CASE)
def test_dying_in_a_step_of_a_case(village: Village, state: StateName) -> None:
    def life(recipient: Recipient) -> Work:
        person = people.find(recipient.number).person.id

        def ready(record: Any) -> Change:
            change = ready_to_suspend(record, ENDED)
            case = replace(change.cases[0], state=StateName.MATCH_DATA)
            if state in (StateName.AWAIT_RESUMPTION, StateName.RESUME_AND_PAY_ARREARS, StateName.GO_DORMANT):
                (drawn,) = record.entitlements
                drawn = replace(drawn, status=EntitlementStatus.SUSPENDED, stopped_from=Month("2024-12"))
                return replace(change, cases=(case,), entitlements=(drawn,))
            proposals = change.proposals if state is StateName.AWAIT_EFFECTIVE_DAY else ()
            return replace(change, cases=(case,), proposals=proposals)

        people.change(person, ready)
        event = {"state": state, "contract": 1, "person": person, "due": f"{ENDED}", "generation": 1}
        if state in WAITS:
            event["token"] = f"token of {person}"
        return lambda: run_step(certification.STEPS, event)

    swept(village, state, life)


@pytest.mark.parametrize("state", OF_A_SUSPICION)
def test_dying_in_a_step_of_a_suspicion(village: Village, state: StateName) -> None:
    def life(recipient: Recipient) -> Work:
        person = told(recipient, DEATH)
        if state is StateName.CHASE_VERIFICATION:
            late = replace(people.load(person).suspicions[0], verify_by=NEW_YEAR - timedelta(days=1))
            people.change(person, lambda _: Change("made ready", "test", clock.now(), suspicions=(late,)))
        if state in (StateName.AWAIT_APPROVAL, StateName.CHASE_APPROVAL):
            for by in ("officer", "second officer"):
                word_on(person, SuspicionKind.DEATH, by)()
            (found,) = people.load(person).suspicions
            waits = replace(found, ends=(PENSION,), signed={}, verify_by=NEW_YEAR - timedelta(days=1))
            people.change(person, lambda _: Change("made ready", "test", clock.now(), suspicions=(waits,)))
        name = people.load(person).suspicions[0].name
        event = {"state": state, "contract": 1, "person": person, "suspicion": name, "generation": 1}
        if state in WAITS:
            event["token"] = f"token of {person}"
        return lambda: run_step(suspicion.STEPS, event)

    swept(village, state, life)
