"""Whatever settles a record may do all that can follow from it: wake, start, and bring back.

Which of it follows depends on what comes first, a file, an answer or a state. So each function that settles
is tried here with everything, whether or not another test lets it happen in its hands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import boto3
import pytest

from chalicelib.cases import daily_run, evidence_effects
from chalicelib.model import Case, PersonId, StateName, StepOutcome, Waiting
from chalicelib.storage.dynamodb import people
from sandbox.rights import Judge
from tests.judged import judging
from tests.sources.builders import number
from tests.storage.builders import AT, change, entitlement, evidence, key, known, put, suspicion

WALKS = '{"StartAt": "Walk", "States": {"Walk": {"Type": "Pass", "End": true}}}'
DUE = date(2025, 6, 30)
CLOSED = Case(DUE, date(2025, 5, 1), 1, StateName.CLOSE_CASE, outcome=StepOutcome.CERTIFIED)
SETTLE_WITH_FILES = ("Intake", "PassAsk")
SETTLE_WITH_THE_LAKE = ("CertificationStep", "PassWrite", "SuspicionStep")


@pytest.fixture(autouse=True)
def judge(aws: None) -> Iterator[Judge]:
    for name in ("certification", "suspicion"):
        boto3.client("stepfunctions").create_state_machine(
            name=f"wugan-{name}", definition=WALKS, roleArn="arn:aws-cn:iam::123456789012:role/walks"
        )
    with judging() as judge:
        yield judge


def somebody(n: int) -> PersonId:
    return known(entitlement(), number=number(n))


def a_case(person: PersonId, state: StateName, waiting: Waiting | None = None) -> PersonId:
    put(person, cases=(replace(CLOSED, state=state, waiting=waiting, outcome=None),))
    return person


def test_whoever_settles_may_do_what_follows(judge: Judge) -> None:
    for n, function in enumerate(("APIHandler", *SETTLE_WITH_FILES, *SETTLE_WITH_THE_LAKE)):
        waits = a_case(somebody(n), StateName.REMIND, Waiting(StateName.REMIND, "token", AT))
        asleep = a_case(somebody(10 + n), StateName.GO_DORMANT)
        doubted = somebody(20 + n)
        put(doubted, suspicions=(suspicion(),))
        with judge.acting(function):
            for person in (waits, asleep, doubted):
                evidence_effects.wake_and_start(people.load(person))
        assert people.load(asleep).cases[0].state is StateName.RESUME_AND_PAY_ARREARS


def test_the_daily_run_starts_what_does_not_walk(judge: Judge) -> None:
    a_case(somebody(1), StateName.REMIND)
    put(somebody(2), suspicions=(suspicion(),))
    with judge.acting("DailyRun"):
        assert daily_run.daily_run().restarted == 2


def test_what_a_later_file_says_again_is_withdrawn_no_more_and_what_is_done_is_listed_no_more(
    judge: Judge,
) -> None:
    for n, function in enumerate(("DailyRun", *SETTLE_WITH_FILES, *SETTLE_WITH_THE_LAKE)):
        person = a_case(somebody(n), StateName.REMIND)
        put(person, evidence=(evidence(),))
        put(person, withdraw=(key(),))
        with judge.acting(function):
            people.change(person, lambda _: change(restore=(key(),), evidence=(evidence(),), cases=(CLOSED,)))
        assert people.load(person).withdrawn == frozenset(), function
