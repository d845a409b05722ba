"""What officers do in a life; their verbs are listed with the others in `acts`."""

from __future__ import annotations

from datetime import date
from typing import Literal

from tests.lives.acts import (
    WHY,
    Act,
    Carrier,
    Counter,
    Face,
    Left,
    Meet,
    Pay,
    Roster,
    Send,
    Visit,
)
from tests.lives.scene import Scene


def _line(scene: Scene, name: str, what: str) -> str:
    number = scene.record(name).proposals[-1].number
    return f"/v1/suspension-proposals/{scene.id(name)}.{number}/{what}"


class Confirm(Act):
    """The township confirms the last line about somebody."""

    confirm: str
    by: str = "township officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, _line(scene, self.confirm, "confirm"), of=self.confirm)


class Approve(Act):
    """The authority approves it."""

    approve: str
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, _line(scene, self.approve, "approve"), of=self.approve)


class Strike(Act):
    """Somebody strikes it."""

    strike: str
    by: str = "township officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, _line(scene, self.strike, "refuse"), {"reason": WHY}, of=self.strike)


class Verify(Act):
    """Somebody has looked into what is asked: it is so, or it is not."""

    verify: str
    asked: str
    so: bool
    by: str = "township officer"
    using: Literal["visit", "document", "statement"] = "document"
    since: date | None = None

    def do(self, scene: Scene) -> None:
        body: dict[str, object] = {"confirmed": self.so, "verification": self.using}
        if self.since is not None:
            body["since"] = self.since
        place = scene.question(self.verify, self.asked)
        scene.ask(self.by, f"/v1/suspicions/{place}/outcome", body, of=self.verify)


class Second(Act):
    """The second person says the same."""

    second: str
    asked: str
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        place = scene.question(self.second, self.asked)
        scene.ask(self.by, f"/v1/suspicions/{place}/approve", of=self.second)


class End(Act):
    """A benefit's own authority approves that it ends."""

    end: str
    asked: str
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        place = scene.question(self.end, self.asked)
        scene.ask(self.by, f"/v1/endings/{place}/approve", of=self.end)


class Doubt(Act):
    """An authority doubts a result about its own benefit."""

    doubt: str
    by: str = "county officer"
    benefit: str | None = None

    def do(self, scene: Scene) -> None:
        code = scene.benefit(self.doubt, self.benefit)
        body = {"person": scene.id(self.doubt), "benefit": code, "reason": WHY}
        scene.ask(self.by, "/v1/suspicions", body, of=self.doubt)


class Stop(Act):
    """Somebody asks that a benefit of theirs stop; the first that they draw if none is named."""

    stop: str
    by: str = "themselves"
    benefit: str | None = None

    def do(self, scene: Scene) -> None:
        body = {"person": scene.id(self.stop), "benefit": scene.benefit(self.stop, self.benefit)}
        scene.ask(self.by, "/v1/stop-requests", body, of=self.stop)


class UndoStop(Act):
    """They take it back."""

    undo_stop: str
    by: str = "themselves"

    def do(self, scene: Scene) -> None:
        place = scene.question(self.undo_stop, "stop_asked")
        scene.ask(self.by, f"/v1/stop-requests/{place}/undo", of=self.undo_stop)


class Restart(Act):
    """A document is shown by which what ended the payment is over."""

    restart: str
    paper: Literal["release", "card", "grant"]
    since: date
    by: str = "village officer"
    benefit: str | None = None

    def do(self, scene: Scene) -> None:
        code = scene.benefit(self.restart, self.benefit)
        body = {"person": scene.id(self.restart), "benefit": code, "paper": self.paper, "since": self.since}
        scene.ask(self.by, "/v1/restarts", body, of=self.restart)


class TwoPeople(Act):
    """Somebody was shown that two numbers which were joined are two people's."""

    two_people: str
    other: str
    by: str = "village officer"

    def do(self, scene: Scene) -> None:
        body = {"person": scene.id(self.two_people), "other": scene.id(self.other), "reason": WHY}
        scene.ask(self.by, "/v1/joining-doubts", body, of=self.two_people)


class Object(Act):
    """Somebody objects."""

    object: str
    against: Literal["suspension", "termination", "recovery"]
    by: str = "themselves"

    def do(self, scene: Scene) -> None:
        body = {"person": scene.id(self.object), "about": self.against}
        scene.ask(self.by, "/v1/objections", body, of=self.object)


class Decide(Act):
    """Somebody with no part in it answers the last objection."""

    decide: str
    upheld: bool
    by: str = "third county officer"

    def do(self, scene: Scene) -> None:
        number = scene.record(self.decide).objections[-1].number
        place = f"/v1/objections/{scene.id(self.decide)}.{number}/decision"
        scene.ask(self.by, place, {"upheld": self.upheld, "reason": WHY}, of=self.decide)


class SecondArrears(Act):
    """A second person approves the months that one person's word does not bring."""

    second_arrears: str
    by: str = "second county officer"

    def do(self, scene: Scene) -> None:
        place = scene.order(self.second_arrears, "resume")
        scene.ask(self.by, f"/v1/instructions/{place}/approve", of=self.second_arrears)


def _recovery(scene: Scene, name: str, what: str) -> str:
    number = scene.record(name).recoveries[-1].number
    return f"/v1/recoveries/{scene.id(name)}.{number}/{what}"


class Hear(Act):
    """Those concerned have said something before anything is decided."""

    hear: str
    answer: Literal["accepted", "disputed", "hardship"]
    by: str = "township officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, _recovery(scene, self.hear, "hearing"), {"answer": self.answer}, of=self.hear)


class Recover(Act):
    """The authority decides, and sets off what the law allows."""

    recover: str
    funeral_grant: float = 0
    account_balance: float = 0
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        body = {
            "reason": WHY,
            "reference": "2025-17",
            "funeral_grant_fen": round(self.funeral_grant * 100),
            "account_balance_fen": round(self.account_balance * 100),
        }
        scene.ask(self.by, _recovery(scene, self.recover, "decision"), body, of=self.recover)


class Demand(Act):
    """What is left is asked back in writing."""

    demand: str
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, _recovery(scene, self.demand, "demand"), of=self.demand)


class Instalments(Act):
    """Monthly parts are agreed to."""

    instalments: str
    number: int
    first: date
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        body = {"number": self.number, "first": self.first}
        scene.ask(self.by, _recovery(scene, self.instalments, "instalments"), body, of=self.instalments)


class Repaid(Act):
    """Money came back today."""

    repaid: str
    yuan: float
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        day = scene.place.village.sandbox.today()
        body = {"fen": round(self.yuan * 100), "on": day, "reference": f"bank-{day:%Y%m%d}"}
        scene.ask(self.by, _recovery(scene, self.repaid, "repayments"), body, of=self.repaid)


class Close(Act):
    """Somebody proposes to give up what is left, or to pass it on."""

    close: str
    how: Literal["written_off", "passed_on"]
    by: str = "second county officer"

    def do(self, scene: Scene) -> None:
        body = {"how": self.how, "reason": "家庭困难"}
        scene.ask(self.by, _recovery(scene, self.close, "closing"), body, of=self.close)


class SecondClose(Act):
    """Another one approves that."""

    second_close: str
    by: str = "third county officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, _recovery(scene, self.second_close, "closing/approve"), of=self.second_close)


class Heirs(Act):
    """An officer has seen by what somebody is an heir."""

    heirs: str
    proof: Literal["notarised", "court", "kinship"] = "kinship"
    benefit: str | None = None
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        place = f"{scene.id(self.heirs)}.{scene.benefit(self.heirs, self.benefit)}"
        body = {"proof": self.proof, "reference": "file-7"}
        scene.ask(self.by, f"/v1/owed-to-heirs/{place}/release", body, of=self.heirs)


class Look(Act):
    """Somebody reads what stands about a person."""

    look: str
    by: str = "county officer"

    def do(self, scene: Scene) -> None:
        scene.ask(self.by, f"/v1/persons/{scene.id(self.look)}/status", of=self.look, method="GET")


class Release(Act):
    """A person lets a held file pass."""

    release: str
    by: str

    def do(self, scene: Scene) -> None:
        place = f"/v1/files/{scene.file(self.release).id}/release"
        scene.ask(self.by, place, {"reason": WHY}, of=next(iter(scene.people)))


class Refuse(Act):
    """A person refuses a held file."""

    refuse: str
    by: str

    def do(self, scene: Scene) -> None:
        place = f"/v1/files/{scene.file(self.refuse).id}/refuse"
        scene.ask(self.by, place, {"reason": WHY}, of=next(iter(scene.people)))


VERBS: tuple[type[Act], ...] = (
    Roster,
    Send,
    Pay,
    Visit,
    Meet,
    Counter,
    Face,
    Left,
    Carrier,
    Confirm,
    Approve,
    Strike,
    Verify,
    Second,
    End,
    Doubt,
    Stop,
    UndoStop,
    Restart,
    TwoPeople,
    Object,
    Decide,
    SecondArrears,
    Hear,
    Recover,
    Demand,
    Instalments,
    Repaid,
    Close,
    SecondClose,
    Heirs,
    Look,
    Release,
    Refuse,
)
