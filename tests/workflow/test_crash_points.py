"""The function dies at each call to AWS that writes; delivered again, the end is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock, intake, messages
from chalicelib.model import (
    BenefitCode,
    Case,
    Change,
    Close,
    Lift,
    MessageState,
    Month,
    PersonRecord,
    Proposal,
    ProposalState,
    StateName,
    Template,
    Visit,
    VisitOutcome,
    VisitPurpose,
    Word,
)
from chalicelib.steps import certification
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import limit_overrides, people
from chalicelib.storage.s3 import lake
from tests.in_one_go import send_due
from tests.workflow.crashes import end_of_record, same, sweep, townsfolk
from tests.workflow.village import NEW_YEAR, Recipient, Village

HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
TRAVEL = "身份证号码,姓名,旅行社名称,线路名称,出行日期"


FILES = [  # of a stay, which is written at once, and of plain presence, which waits in the lake
    ("medical_insurance/hospital_inpatient", HOSPITAL, "甲,乙,{day},入院", 8, 0),
    ("culture_tourism/travel_agency", TRAVEL, "甲,乙,丙,{day}", 6, 1),
]


@pytest.mark.parametrize(("place", "header", "row", "least", "kept"), FILES, ids=["written", "waits"])
def test_dying_while_a_file_is_taken_in(
    village: Village, place: str, header: str, row: str, least: int, kept: int
) -> None:
    village.settle(*townsfolk())
    s3, inbox = village.sandbox.client("s3"), village.sandbox.settings.inbox_bucket

    def take_in(recipient: Recipient) -> Callable[[], object]:
        key = f"{place}/20250101/{recipient.sequence}.csv"
        text = f"{header}\n{recipient.number},{row.format(day=NEW_YEAR)}\n"
        s3.put_object(Bucket=inbox, Key=key, Body=text.encode())
        return lambda: intake.file_dropped(json.dumps({"reread": key}))

    def end(recipient: Recipient) -> dict[str, Any]:
        key = f"{place}/20250101/{recipient.sequence}.csv"
        (file,) = [f for f in village.files() if f.key == key]
        in_the_lake = [str(item.key) for item in lake.evidence_of(village.person(recipient.number))]
        assert file.kept == kept
        return {**end_of_record(recipient), "file": (file.state, file.counts, file.code), "lake": in_the_lake}

    assert sweep(take_in, end, same, townsfolk()) >= least
    village.sandbox.run_until_quiet()


def test_dying_while_a_message_is_sent(village: Village) -> None:
    """Never twice. A message whose sender died while handing it over is UNKNOWN, and says so."""
    village.settle(*townsfolk())
    village.sandbox.advance(hours=10)
    gateway: list[str] = []

    def take(_: Any = None) -> None:
        sqs, url = village.sandbox.client("sqs"), village.sandbox.names["GatewayQueue"]
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                body = json.loads(message["Body"])
                gateway.append(
                    json.loads(body["Message"])["message"] if "Message" in body else body["message"]
                )
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def send(recipient: Recipient) -> Callable[[], object]:
        record = people.find(recipient.number)
        words = {"deadline": "2025-06-30", "hotline": "12333", "code": "123456"}
        message = messages.compose(record.person, Template.REMIND, "2025-06-30", words, clock.today())
        people.change(record.person.id, lambda _: Change("told", "test", clock.now(), messages=(message,)))

        def twice_over() -> None:
            send_due()
            village.sandbox.clock.move(village.sandbox.now() + timedelta(hours=1))

        return twice_over

    def end(recipient: Recipient) -> dict[str, Any]:
        take()
        record = people.find(recipient.number)
        (message,) = record.messages
        return {"state": message.state, "handed over": gateway.count(message.id)}

    def at_most_once(end: Any, expected: Any) -> bool:
        assert expected == {"state": MessageState.SENT, "handed over": 1}
        return end == expected or (end["state"] is MessageState.UNKNOWN and end["handed over"] <= 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "is_quiet_hour", lambda: False)
        assert sweep(send, end, at_most_once, townsfolk()) >= 4


def test_dying_while_a_payment_is_suspended(village: Village) -> None:
    folk = [replace(recipient, until=date(2024, 11, 30)) for recipient in townsfolk()]
    village.settle(*folk)
    due = date(2024, 11, 30)
    # More die here than a month may suspend: somebody has looked at them all (rule 12).
    january, pension = Month("2025-01"), BenefitCode("resident_pension")
    limit_overrides.put(Lift("341602", january, pension, 1_000, "city officer", "逐行核对无误", clock.now()))

    def suspend(recipient: Recipient) -> Callable[[], object]:
        record = people.find(recipient.number)
        people.change(record.person.id, lambda r: ready_to_suspend(r, due))
        event = {
            "state": StateName.SUSPEND.value,
            "contract": 1,
            "person": record.person.id,
            "due": due.isoformat(),
            "generation": 1,
        }
        return lambda: run_step(certification.STEPS, event)

    assert sweep(suspend, end_of_record, same, list(folk)) >= 2
    assert end_of_record(folk[0])["entitlements"][0][1] == "suspended"


def ready_to_suspend(record: PersonRecord, due: date) -> Change:
    """A record in which every condition of rule 10 holds on New Year's day 2025."""

    def failed(number: int, day: date, hour: int) -> Visit:
        return Visit(
            number,
            VisitPurpose.CERTIFY,
            due.isoformat(),
            day,
            day,
            made=datetime(day.year, day.month, day.day, hour, tzinfo=clock.CHINA),
            outcome=VisitOutcome.NOT_FOUND,
            by="worker",
            notice_left=True,
        )

    benefit = BenefitCode("resident_pension")
    proposal = Proposal(
        1,
        due,
        (benefit,),
        {benefit: due},
        date(2024, 12, 20),
        ProposalState.APPROVED,
        confirmed_by="township officer",
        approved_by="county officer",
        decided=date(2024, 12, 22),
        effective=Month("2025-01"),
    )
    return Change(
        "made ready",
        "test",
        clock.now(),
        cases=(Case(due, date(2024, 9, 1), 1, StateName.AWAIT_EFFECTIVE_DAY),),
        visits=(
            failed(1, date(2024, 11, 20), 9),
            failed(2, date(2024, 12, 10), 19),
            replace(failed(3, date(2024, 12, 13), 10), through=Close.RELATIVE, word=Word.DOES_NOT_KNOW),
        ),
        proposals=(proposal,),
    )
