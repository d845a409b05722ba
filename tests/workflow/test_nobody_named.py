"""Canaries: people whose names, numbers, phones and addresses stand nowhere else, and to whom everything
happens that can; nothing of it stands in anything that is captured meanwhile.

`make test` has thirty of them; `make canaries` a thousand.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import Any, Final

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics

from chalicelib.intake import entry
from chalicelib.model import FileState
from chalicelib.steps import suspension_steps
from sandbox.checks.privacy_scan import DIGITS, SHEETS, objects_in, text_in
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.server import Gateway
from sandbox.shortcut import short_way
from sandbox.tokens import Issuer
from tests.workflow.crashes import each_call
from tests.workflow.village import HOUSEKEEPING, ROSTER, SPRING, Recipient, Village

CANARIES: Final = int(os.environ.get("CANARIES", "30"))
RARE: Final = "犇猋骉麤羴鱻赑毳掱惢嚞垚龘靐齉爨纛鬻饕餮魑魅魍魉彧翀昶旻旸昪晟烜翦蒯"
LOGGERS: Final = ("wugan", "")
ESCAPED: Final = "|".join(rf"\\u{ord(sign):04x}" for sign in RARE)  # as JSON in JSON has it
NAME: Final = re.compile(f"(?:[{RARE}]|{ESCAPED}){{2}}")
NOTICES: Final = "villages/"  # of the outbox: what is printed and carried to people names them
HOSPITAL: Final = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
HEARD_EVERYWHERE: Final = (
    *("the log", "a metric", "a key of S3", "a queue", "an execution", "a history", "an error"),
    *("an answer of the API", "PeopleTable", "WorkTable", "FilesTable", "dynamodb.TransactWriteItems"),
)
ISSUER: Final = Issuer.new()
OF_ROSTER: Final = f"{ROSTER},住址,协助人姓名,协助人电话"


@dataclass
class Canary(Recipient):
    """Somebody of whom nothing else in the world has the name, the number, the phone or the address."""

    index: int = 0

    @property
    def name(self) -> str:
        return f"丘{RARE[self.index // len(RARE)]}{RARE[self.index % len(RARE)]}"

    @property
    def phones(self) -> tuple[str, str]:
        return self.phone, f"139{self.index:08d}"

    def lines(self) -> list[str]:
        return [
            f"{self.number},{self.name},{self.phone},{self.area},G01,P{self.index},{self.benefit},{self.yuan},"
            f"2010-01-01,{self.until},{self.groups},{self.name[1:]}村7号,邸{self.name[1:]},{self.phones[1]}"
        ]


def canary(index: int) -> Canary:
    born = date(1946 + index % 9, 1 + index // 9 % 12, 1 + index // 108 % 28)
    return Canary(sequence=900 + index % 100, phone=f"138{index:08d}", born=f"{born:%Y%m%d}", index=index)


@dataclass
class Ear:
    """Hears numbers and phones as whole figures, names and addresses by signs that nobody else has."""

    figures: frozenset[str]
    heard: list[str] = field(default_factory=list)
    listened: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, folk: Iterable[Canary]) -> Ear:
        told = {figure for c in folk for figure in (c.number, c.number[:17], c.number[6:17], *c.phones)}
        return cls(frozenset(told))

    def listen(self, text: str, where: str, *, names: bool = True) -> None:
        self.listened[where] += 1
        if any(run.upper() in self.figures for run in DIGITS.findall(text)):
            self.heard.append(f"a number in {where}")
        if names and NAME.search(text):
            self.heard.append(f"a name in {where}")


@contextmanager
def listening(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """Hear every call to AWS that may tell nobody anything, every figure, and all that is logged."""
    log, add = StringIO(), EphemeralMetrics.add_metric

    def note(name: str, asked: Mapping[str, Any]) -> None:
        if name.startswith("s3."):  # what stands in objects is looked at in the end
            ear.listen(str(asked["Bucket"]) + str(asked.get("Key", "")), "a key of S3")
        elif name != "sns.Publish":  # that is how people are told
            ear.listen(json.dumps(asked, ensure_ascii=False, default=str), name)

    def figure(self: Any, name: str, *args: Any, **more: Any) -> None:
        ear.listen(f"{name} {args} {more}", "a metric")
        add(self, name, *args, **more)

    monkeypatch.setattr(EphemeralMetrics, "add_metric", figure)
    handlers = [
        h for name in LOGGERS for h in logging.getLogger(name).handlers if type(h) is logging.StreamHandler
    ]
    before = [handler.setStream(log) for handler in handlers]
    with each_call(note):
        yield log
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


def all_that_happens(village: Village, folk: list[Canary], monkeypatch: pytest.MonkeyPatch) -> None:
    """Files good, bad and deadly; reminders, visits, a suspension, a death, a sentence, steps that fail."""
    sandbox, today = village.sandbox, village.sandbox.today()
    village.drop("roster", "\n".join([OF_ROSTER, *(line for c in folk for line in c.lines())]) + "\n")
    dead, jailed, stopped, *others = folk
    stays = [f"{c.number},{c.name},甲,{today},入院" for c in others[: -len(folk) // 6]]
    wrong = [
        f"{c.number[:17]}?,{c.name},甲,{today},入院\n{c.number},{c.name},甲,何时,入院" for c in others[:3]
    ]
    village.drop("hospital_inpatient", "\n".join([HOSPITAL, *stays, *wrong]) + "\n")
    village.put("hrss/payments/20250601/x.csv", "".join(c.number + c.name for c in folk).encode())
    with monkeypatch.context() as patch:
        patch.setattr(entry, "read_file", dies_of(folk[4]))
        village.drop(
            "hospital_inpatient", f"{HOSPITAL}\n{folk[4].number},{folk[4].name},甲,{today},出院\n", "x.csv"
        )
        sandbox.advance(days=1)
    day = sandbox.today()
    village.drop("cremations", f"身份证号码,姓名,死亡日期,登记状态\n{dead.number},{dead.name},{day},正常\n")
    village.drop("custody", f"身份证号码,姓名,开始日期,类别\n{jailed.number},{jailed.name},{day},判刑\n")
    village.suspend(stopped.number)
    village.second_word(dead.number)
    village.certifies(stopped.number)
    with monkeypatch.context() as patch:
        patch.setattr(suspension_steps, "from_lake", dies_of(folk[5]))
        sandbox.advance(days=40)
    said = {"message": village.record(stopped.number).messages[-1].id, "status": "a word nobody declared"}
    queue = sandbox.settings.carrier_reports_url
    sandbox.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(said))
    sandbox.advance(hours=3)


def dies_of(somebody: Canary) -> Any:
    def dies(*_: object, **__: object) -> None:
        raise RuntimeError(f"{somebody.number} {somebody.name} {somebody.phone}")

    return dies


def asked(village: Village, folk: list[Canary], ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API asked by numbers there are, in wrong bodies and in addresses, and where it fails."""
    gateway, now = Gateway(village.sandbox), village.sandbox.now()
    token = ISSUER.issue("officer", "341602", "officer-1", now=now, authority="hrss")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(method: str, path: str, body: Any = None) -> int:
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = gateway.handle(method, path, headers, raw)
        ear.listen(str(answer.headers) + answer.body.decode(), "an answer of the API")
        village.sandbox.run_until_quiet()
        return answer.status

    for c in folk[:20]:
        person = village.person(c.number)
        assert ask("POST", "/v1/persons:lookup", {"number": c.number}) == 200
        assert ask("GET", f"/v1/persons/{person}/status") == 200
        assert (
            ask("POST", "/v1/persons:lookup", {"number": c.number, "name": c.name, "phone": c.phone}) == 422
        )
        assert ask("POST", "/v1/visits", {"person": c.number, "made_at": c.name}) == 422
        assert ask("GET", f"/v1/persons/{c.number}/status") == 404
        assert ask("GET", f"/v1/people?area={c.phone}") >= 400
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.storage.dynamodb.people.load", dies_of(folk[0]))
        assert ask("GET", f"/v1/persons/{village.person(folk[1].number)}/status") == 500


def end_of_all(village: Village, ear: Ear, log: str) -> None:
    """What is left when all is over: log, errors, tables, buckets, dead letters, executions."""
    for line in log.splitlines():
        ear.listen(line, "the log")
    for failure in village.sandbox.last_errors:
        ear.listen(str(failure.error), "an error")
    in_storage(village.sandbox, ear)
    in_flight(village.sandbox, ear)


def in_storage(sandbox: Sandbox, ear: Ear) -> None:
    """Every item of every table, and every object that is not meant to name anybody."""
    for name in ("PeopleTable", "WorkTable", "FilesTable", "AuditTable"):
        for page in sandbox.client("dynamodb").get_paginator("scan").paginate(TableName=sandbox.names[name]):
            for item in page["Items"]:
                ear.listen(str(item), name)
    for bucket in (sandbox.settings.outbox_bucket, sandbox.settings.lake_bucket):
        for key, body in objects_in(sandbox.client("s3"), bucket):
            ear.listen(key, f"a key of {bucket}")
            if not key.startswith(SHEETS):
                is_paper = key.startswith(NOTICES)
                ear.listen(text_in(key, body), f"an object of {bucket}", names=not is_paper)


def in_flight(sandbox: Sandbox, ear: Ear) -> None:
    """What lies in queues, dead letters too, and what executions were given, answered and remember."""
    sqs, states = sandbox.client("sqs"), sandbox.client("stepfunctions")
    for url in sqs.list_queues()["QueueUrls"]:
        taken = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 600}
        while found := sqs.receive_message(**taken).get("Messages"):
            ear.listen(str(found), "a queue")
    for machine in sandbox.machines.values():
        for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine):
            for one in page["executions"]:
                arn = one["executionArn"]
                ear.listen(str(states.describe_execution(executionArn=arn)), "an execution")
                ear.listen(str(states.get_execution_history(executionArn=arn)), "a history")


def test_nothing_that_is_captured_names_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    folk = [canary(index) for index in range(CANARIES)]
    ear = Ear.of(folk)
    parameters = {"TokenIssuer": ISSUER.issuer, "TokenAudience": ISSUER.audience, "TokenJwks": ISSUER.jwks()}
    with (
        Sandbox(start=SPRING, seed=1, schedules=HOUSEKEEPING, parameters=parameters) as sandbox,
        short_way(ACCOUNT),
        listening(ear, monkeypatch) as log,
    ):
        village = Village(sandbox)
        all_that_happens(village, folk, monkeypatch)
        asked(village, folk, ear, monkeypatch)
        end_of_all(village, ear, log.getvalue())
        states = Counter(file.state for file in village.files())
        assert states.keys() >= {FileState.LOADED, FileState.REFUSED, FileState.DEAD}, states
        assert any(v.cases for v in map(village.record, (c.number for c in folk)))
    assert not ear.heard, Counter(ear.heard).most_common(20)
    for where in HEARD_EVERYWHERE:
        assert ear.listened[where], f"nothing was captured of {where}"


def test_a_canary_that_sings_is_heard() -> None:
    """Else silence would show nothing."""
    one = canary(7)
    for text in (one.number, f"x{one.number[6:17]}y", *one.phones, one.name, one.lines()[0]):
        ear = Ear.of([one])
        ear.listen(text, "here")
        assert ear.heard, text
