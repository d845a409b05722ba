"""Executions go on by the definition with which they began: those of before a change still walk.

`definitions/` holds the state machines as they were before states were taken out of them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.model import EntitlementStatus, StateName, StepOutcome, SuspicionState, VisitOutcome
from chalicelib.steps import certification, suspicion
from tests.workflow.test_suspicion import cremated
from tests.workflow.village import SPRING, Recipient, Village

STARTS = SPRING

DEFINITIONS = Path(__file__).parent / "definitions"
ONE = Recipient(980)
STEPS = {"certification": certification.STEPS, "suspicion": suspicion.STEPS}


@pytest.fixture(params=sorted({path.name.partition("-")[2] for path in DEFINITIONS.glob("*.asl.json")}))
def before(village: Village, request: pytest.FixtureRequest) -> Village:
    """A village whose state machines are those of before: of one day, or as near before it as there are."""
    states = village.sandbox.client("stepfunctions")
    for machine in states.list_state_machines()["stateMachines"]:
        arn = machine["stateMachineArn"]
        name = arn.rpartition("-")[2]
        every = sorted(DEFINITIONS.glob(f"{name}-*.asl.json"))
        found = [path for path in every if path.name.partition("-")[2] <= request.param]
        if found:
            now = states.describe_state_machine(stateMachineArn=arn)["definition"]
            step = re.search(r'"FunctionName": ?"([^"]+)"', now)
            partition = re.search(r'"arn:([^:]+):states', now)
            assert step is not None
            assert partition is not None
            text = found[-1].read_text(encoding="utf-8").replace("${Partition}", partition[1])
            text = re.sub(r"\$\{\w+StepArn\}", step[1], text)
            states.update_state_machine(stateMachineArn=arn, definition=text)
    return village


@pytest.mark.parametrize(
    "definition", sorted(DEFINITIONS.glob("*.asl.json")), ids=lambda path: path.name[:13]
)
def test_every_step_that_a_definition_of_before_calls_is_there(definition: Path) -> None:
    states = json.loads(definition.read_text(encoding="utf-8"))["States"]
    steps = STEPS[definition.name.partition("-")[0]]
    assert {name for name, state in states.items() if state["Type"] == "Task"} <= {
        str(name) for name in steps
    }


def test_somebody_sought_in_vain_is_suspended_and_comes_back(before: Village) -> None:
    before.settle(ONE)
    before.suspend(ONE.number)
    (entitlement,) = before.record(ONE.number).entitlements
    assert entitlement.status is EntitlementStatus.SUSPENDED
    before.certifies(ONE.number)
    (entitlement,) = before.record(ONE.number).entitlements
    assert entitlement.status is EntitlementStatus.ACTIVE
    (case,) = before.record(ONE.number).cases
    assert (case.state, case.outcome) == (StateName.CLOSE_CASE, StepOutcome.CERTIFIED)


def test_a_failed_visit_is_followed_by_another(before: Village) -> None:
    before.settle(ONE)
    before.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    before.knock(ONE.number)
    assert before.state(ONE.number) is StateName.DISPATCH_HOME_VISIT
    assert len(before.record(ONE.number).visits) == 2


def test_a_suspicion_that_is_cleared_is_closed_as_before(before: Village) -> None:
    before.settle(ONE)
    cremated(before, ONE.number)
    before.knock(ONE.number, VisitOutcome.SEEN)
    (suspicion_now,) = before.record(ONE.number).suspicions
    assert (suspicion_now.state, suspicion_now.waiting) == (SuspicionState.CLEARED, None)
