"""What people do in a life: the verbs, one class each, by the doors that real people use.

Every act stands on its day and happens in the evening; `by` is somebody of `cast`; `refused: <code>` says
that the platform refuses it, with that code.

On paper:
    roster: {old: {…} | gone | listed}   a roster: somebody stands there otherwise, no more, all the same
    send: <feed>, rows: [{who: old, …}]  a department's file, by its columns; `named`: under that name;
                                         every row is accepted, unless it says `sound: false`;
                                         a column may say `5 days ago`
    pay: <yyyy-mm>, to: {old: 200}       the pay run of a month; one file for all lives that tell of it;
                                         `corrects`: instead of the `file` of that name that came on a day

At the door and the counter:
    visit: old, found: not_found …       what was found by the visit that was ordered
    meet: old                            met without having been visited
    counter: old                         the person certifies at a counter
    face: old, signed: …                 by the app that checked the face; `unsigned`, or the same `again`
    left: old                            the printed notices are brought

In the office:
    confirm, approve, strike: old        the last line of a suspension list
    verify: old, asked: death, so: true  somebody has looked into it
    second: old, asked: death            the second person says the same
    end: old, asked: death               the benefit's own authority approves that it ends
    doubt: old, because: …               an authority doubts its own benefit
    stop, undo_stop: old                 they ask that a benefit of theirs stop, and take it back
    restart: old, paper: release         somebody shows what nobody has reported, of the day `since`
    two_people: old, other: new          joined as one person, these two are two people, as was shown
    object: old, against: suspension     somebody objects
    decide: old, upheld: true            and somebody answers
    second_arrears: old                  a second person approves many months
    hear: old, answer: hardship          of the last recovery: those concerned have said so
    recover: old, funeral_grant: 100     it is decided, and set off against what the law allows
    demand, instalments, repaid: old     the rest is asked back, in parts, and comes
    close: old, how: written_off         what is left is given up; `second_close`: by two
    heirs: old, proof: kinship           somebody has shown to be an heir
    look: old                            somebody reads the status
    release: <feed>, refuse: <feed>      the life's last file of a feed is let pass, or not
    carrier: old, says: UNDELIV          what the carrier says of the last message to a phone
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

from chalicelib.declarations import Declaration
from chalicelib.model import BY_PHONE, FileState, MessageState
from tests.lives.cast import Townsperson
from tests.lives.scene import Scene

WHY = "核对材料后决定"


class Act(Declaration):
    """Something that somebody does."""

    refused: str | None = None

    def do(self, scene: Scene) -> None:
        """Do it; RefusedHereError where the platform refuses it."""
        raise NotImplementedError


# --- on paper --------------------------------------------------------------------------------------


class Roster(Act):
    """A roster comes, on which some stand otherwise."""

    roster: Mapping[str, Literal["gone", "listed"] | Mapping[str, Any]]

    def do(self, scene: Scene) -> None:
        for name, said in self.roster.items():
            if said == "gone":
                scene.leave_out(name)
                continue
            if isinstance(said, Mapping):
                now = {**scene.somebody(name).model_dump(), **said}
                scene.people = {**scene.people, name: Townsperson.model_validate(now)}
            scene.list_on_roster(name)
        scene.leave_out_ended([name for name, said in self.roster.items() if said != "gone"])
        scene.files["roster"] = scene.place.put_roster()


def _day(said: str, today: date) -> str:
    """A day as it is said: `5 days ago` is reckoned, whatever else stands as it is."""
    found = re.fullmatch(r"(\d+) days? ago", said)
    return str(today - timedelta(days=int(found[1]))) if found else said


class Send(Act):
    """A department sends a file; what a row does not say is empty."""

    send: str
    rows: list[dict[str, Any]]
    file: str = ""
    sound: bool = True

    def do(self, scene: Scene) -> None:
        feed = scene.place.home.feeds[self.send]
        header = {column.field: name for name, column in feed.columns.items()}
        written = [self._row(scene, row, header) for row in self.rows]
        needed = [name for name, column in feed.columns.items() if not column.optional]
        columns = list(dict.fromkeys([*needed, *(name for row in written for name in row)]))
        lines = [",".join(row.get(name, "") for name in columns) for row in written]
        text = "\n".join([",".join(columns), *lines, ""])
        scene.files[self.send] = scene.place.put(self.send, text, self.file)
        told = scene.file(self.send)
        is_sound = told.state is FileState.LOADED and not told.counts.rejected
        if is_sound is not self.sound:
            raise AssertionError(f"{self.send}: {told.state}, {told.code}, {told.counts}")

    @staticmethod
    def _row(scene: Scene, row: Mapping[str, Any], header: Mapping[str, str]) -> dict[str, str]:
        today = scene.place.village.sandbox.today()
        who = row["who"]
        said = {k: _day(str(v), today) for k, v in row.items() if k not in ("who", "named")}
        own = {header["number"]: scene.number(who)}
        if "name" in header:
            own[header["name"]] = row.get("named") or scene.name(who)
        return own | said


class Pay(Act):
    """The pay run of a month; one file for all lives that say so on a day."""

    pay: str
    to: Mapping[str, float]
    benefit: str | None = None
    file: str = ""
    corrects: date | None = None

    def rows(self, scene: Scene) -> list[str]:
        """One line for each who was paid."""
        title = self.benefit
        return [
            f"{scene.number(name)},{title or next(iter(scene.somebody(name).benefits))},{self.pay},"
            f"{amount:.2f},{self.pay}-10"
            for name, amount in self.to.items()
        ]

    def do(self, scene: Scene) -> None:
        self.drop(scene, self.rows(scene))

    def drop(self, scene: Scene, rows: list[str]) -> None:
        """Drop the file with these lines."""
        header = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
        name = self.file or f"paid-{self.pay}"
        text = "\n".join([header, *rows, ""])
        scene.files["payments"] = scene.place.put("payments", text, name, day=self.corrects)


# --- at the door and the counter -----------------------------------------------------------------


class Visit(Act):
    """What was found by the visit that was ordered, or by the last one that was made."""

    visit: str
    found: str
    by: str = "worker"
    at: str = "17:00"
    notice: bool = False
    died: date | None = None
    document: bool = True
    leader: str | None = None
    relative: bool = False
    in_person: bool = False
    in_writing: bool = False
    through: str | None = None
    word: str | None = None

    def do(self, scene: Scene) -> None:
        visits = scene.record(self.visit).visits
        if not visits:
            raise LookupError("no visit was ordered")
        number = next((v.number for v in visits if v.is_pending), visits[-1].number)
        body: dict[str, object] = {
            "outcome": self.found,
            "made_at": scene.at(self.at).isoformat(),
            "notice_left": self.notice,
            "document_seen": self.document,
            "is_relative": self.relative,
            "refused_in_person": self.in_person,
            "refused_in_writing": self.in_writing,
        }
        asked = {"through": self.through, "word": self.word, "told_by": self.through and "某己"}
        more = {"deceased_on": self.died, "countersigned_by": self.leader, **asked}
        body |= {name: value for name, value in more.items() if value is not None}
        scene.ask(self.by, f"/v1/visits/{scene.id(self.visit)}.{number}/outcome", body, of=self.visit)


class Meet(Act):
    """Somebody is met face to face, though nobody was sent."""

    meet: str
    by: str = "worker"
    at: str = "17:00"
    document: bool = True
    leader: str | None = None
    relative: bool = False

    def do(self, scene: Scene) -> None:
        body: dict[str, object] = {
            "person": scene.id(self.meet),
            "made_at": scene.at(self.at).isoformat(),
            "document_seen": self.document,
            "is_relative": self.relative,
        }
        if self.leader is not None:
            body["countersigned_by"] = self.leader
        scene.ask(self.by, "/v1/visits", body, of=self.meet)


class Counter(Act):
    """The person certifies at a counter."""

    counter: str
    by: str = "township officer"

    def do(self, scene: Scene) -> None:
        day = scene.place.village.sandbox.today()
        body = {"person": scene.id(self.counter), "method": "counter", "reference": f"counter-{day}"}
        scene.ask(self.by, "/v1/self-certifications", body, of=self.counter)


class Face(Act):
    """The app that checked the person's face certifies them."""

    face: str
    by: str = "the app"
    signed: Literal["by the app", "by nobody", "the same again"] = "by the app"

    def do(self, scene: Scene) -> None:
        body: dict[str, object] = {"person": scene.id(self.face), "method": "face"}
        kept = f"assertion of {self.face}"
        if self.signed == "by nobody":
            body["reference"] = "aaaa"
        else:
            if self.signed == "by the app":
                scene.files[kept] = scene.assertion(self.face)
            body["assertion"] = scene.files[kept]
        scene.ask(self.by, "/v1/self-certifications", body, of=self.face)


class Left(Act):
    """The printed notices that nobody has brought yet are left with the person."""

    left: str
    by: str = "worker"

    def do(self, scene: Scene) -> None:
        waiting = [m for m in scene.record(self.left).messages if m.is_to_be_brought]
        if not waiting:
            raise LookupError("no notice is to be brought")
        body = {"left_on": scene.place.village.sandbox.today()}
        for message in waiting:
            scene.ask(self.by, f"/v1/notices/{message.id}/delivery", body, of=self.left)


class Carrier(Act):
    """What the carrier says of the last message that went to a phone."""

    carrier: str
    says: str

    def do(self, scene: Scene) -> None:
        sent = [
            m
            for m in scene.record(self.carrier).messages
            if m.channel in BY_PHONE and m.state in (MessageState.SENT, MessageState.FAILED)
        ]
        last = max(sent, key=lambda m: (m.state is MessageState.SENT, m.day, str(m.changed)))
        sandbox = scene.place.village.sandbox
        body = json.dumps({"message": last.id, "status": self.says})
        sandbox.client("sqs").send_message(QueueUrl=sandbox.names["CarrierReportsQueue"], MessageBody=body)
        sandbox.run_until_quiet()
