"""People whose phone fails: each message is followed by another channel the same day, and nobody unreached is
suspended."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from chalicelib import cases
from chalicelib.engine.suspension.readiness import notice_days
from chalicelib.model import Channel, Message, MessageState
from tests.workflow.village import ROSTER, SPRING, Recipient, Village

STARTS = SPRING
ONE = Recipient(980)
HELD = f"{ROSTER},住址,协助人姓名,协助人电话"
SMS, HELPER, PAPER = Channel.SMS, Channel.HELPER, Channel.NOTICE


def reports(village: Village, message: Message, word: str) -> None:
    """The carrier's word, by the queue that calls the function of the platform."""
    url = village.sandbox.names["CarrierReportsQueue"]
    body = json.dumps({"message": message.id, "status": word})
    village.sandbox.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    village.sandbox.run_until_quiet()


def told(village: Village) -> list[tuple[Channel, MessageState]]:
    return [(m.channel, m.state) for m in messages(village)]


def messages(village: Village) -> list[Message]:
    order = list(Channel)
    return sorted(village.record(ONE.number).messages, key=lambda m: (m.day, order.index(m.channel)))


def test_a_failing_phone_leads_to_the_helper_then_to_paper_and_a_suspension_may_rest_on_what_was_left(
    village: Village,
) -> None:
    [line] = ONE.lines()
    village.drop("roster", f"{HELD}\n{line},某村东3号,某戊,13800000002\n")
    while not messages(village) or messages(village)[0].state is not MessageState.SENT:
        village.until(village.sandbox.today() + timedelta(days=1))  # the evening, before the quiet hours
    own = messages(village)[0]
    reports(village, own, "UNDELIV")
    reports(village, messages(village)[1], "EXPIRED")
    assert told(village) == [
        (SMS, MessageState.FAILED),
        (HELPER, MessageState.FAILED),
        (PAPER, MessageState.SENT),
    ]
    assert len({m.day for m in messages(village)}) == 1, "all on one day"
    day = village.sandbox.today()
    key = f"villages/{ONE.area}/notices/{day}.html"
    bucket = village.sandbox.settings.outbox_bucket
    page = village.sandbox.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert "某村东3号" in page
    assert "孟庆0" in page

    record, notice = village.record(ONE.number), messages(village)[-1]
    assert notice_days(record, record.cases[0], ()) == (), "nothing has reached the person yet"
    kept = cases.notice_left(record.person.id, notice.id, on=day, by="cadre")
    left = replace(notice, state=MessageState.DELIVERED, changed=kept.changed, left_on=day, left_by="cadre")
    assert kept == left
    assert notice_days(village.record(ONE.number), record.cases[0], ()) == (day,), "rule 10 b"
