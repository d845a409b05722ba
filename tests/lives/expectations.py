"""What is looked at on a day: only what an expectation names, and of that everything.

expect: {old: {…}}                   about somebody:
    status: active                   of each benefit, or `{<title>: …}`; also until, route
    stopped_from: 2025-08            the first month not paid; `gaps`: months that were never due
    case: Dispatch home visit        where their case stands; none: there is none
    asked: [death, reversal]         what is open to be verified; `answer_by`, `levels` of each
    because: {death: …}              words of why that is asked
    answered: {death: withdrawn}     how what was asked last of a kind has ended
    told: [remind, bereaved]         all that they have been told or will be; not what was dropped
    channels: {bereaved: [notice]}   by which ways
    went: {remind: delivered}        where the last message of a kind stands
    reads: {bereaved: […]}           words of the message or of its written notice
    instructions: ["resume from 2025-08: 200.00"]   all that stand; `called_off`: those that do not
    seen: {resume: issued}           where the last instruction of a kind stands
    recoveries: ["hearing: 400.00"]  each, and where it stands; `left`: to come back, `refund`: to go back
    heirs: 400.00                    what waits for the heirs
    reconciled: {2025-08: as_due}    the line about the first benefit on its authority's sheet of a month
    visits: {made: 2, ordered: 1}    `manner`: of the one that is ordered
    lines: [lapsed, proposed]        the lines of suspension lists
    deceased: 2025-07-03             as people have confirmed; null: nobody has
    trail: [numbers joined]          words that stand in the audit chain, which holds
receipt: <feed>, accepted: 1 …       what the department is told of the life's last file of a feed
page: <key>, of: old, has: […]       what a village's printed notices say; or `absent`
outbox: <key>, of: old, has: […]     what the line about somebody says in a file for an authority; or `absent`
"""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from pydantic import Field

from chalicelib import pay_reconciliation
from chalicelib.declarations import Declaration
from chalicelib.engine.calendar.periods import months_between
from chalicelib.messages import document_of, text_of
from chalicelib.model import Channel, EntitlementStatus, InstructionState, MessageState, Month, SuspicionState
from chalicelib.sources.formats.csv_writing import rows_of
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.lives.scene import Scene, spelled


class UnexpectedError(AssertionError):
    """What was found is not what was expected."""

    def __init__(self, what: str, expected: object, found: object) -> None:
        super().__init__(f"{what}: expected {expected!r}, found {found!r}")


class Expected(Declaration):
    """What is expected of somebody."""

    status: str | Mapping[str, str] | None = None
    until: date | Mapping[str, date] | None = None
    route: str | Mapping[str, str | None] | None = None
    stopped_from: str | Mapping[str, str | None] | None = None
    gaps: list[str] = []
    case: str | None = None
    asked: list[str] = []
    answer_by: Mapping[str, date] = {}
    levels: Mapping[str, int] = {}
    because: Mapping[str, str] = {}
    answered: Mapping[str, str] = {}
    told: list[str] = []
    channels: Mapping[str, list[str]] = {}
    went: Mapping[str, str] = {}
    reads: Mapping[str, list[str]] = {}
    instructions: list[str] = []
    called_off: list[str] = []
    seen: Mapping[str, str] = {}
    recoveries: list[str] = []
    left: float = 0
    refund: float = 0
    heirs: float = 0
    reconciled: Mapping[str, str | None] = {}
    visits: Mapping[str, int] = {}
    manner: str | None = None
    lines: list[str] = []
    deceased: date | None = None
    trail: list[str] = []


Found = Callable[[Scene, str, Any], object]


def _of_benefits(attribute: str) -> Found:
    def found(scene: Scene, name: str, expected: object) -> object:
        today = scene.place.village.sandbox.today()
        values = {}
        for e in scene.record(name).entitlements:
            value = e.status_on(today) if attribute == "status" else getattr(e, attribute)
            values[scene.place.home.title(e.benefit)] = (
                value if value is None or isinstance(value, date) else str(value)
            )
        if isinstance(expected, Mapping):
            return values
        alike = list(dict.fromkeys(values.values()))
        return alike[0] if len(alike) == 1 else values

    return found


def _gaps(scene: Scene, name: str, _: object) -> object:
    drawn = scene.record(name).entitlements
    return [m for e in drawn for gap in e.interruptions for m in months_between(gap.first, gap.last)]


def _case(scene: Scene, name: str, _: object) -> object:
    case = scene.record(name).open_case
    return case.state.value if case is not None else "none"


def _asked(scene: Scene, name: str, _: object) -> object:
    return sorted(s.kind.value for s in scene.record(name).open_suspicions)


def _of_questions(attribute: str) -> Found:
    def found(scene: Scene, name: str, expected: Mapping[str, object]) -> object:
        opened = {s.kind.value: getattr(s, attribute) for s in scene.record(name).open_suspicions}
        return {kind: opened.get(kind) for kind in expected}

    return found


def _because(scene: Scene, name: str, expected: Mapping[str, str]) -> object:
    said = {s.kind.value: s.reason.zh for s in scene.record(name).open_suspicions}
    return {k: word if word in said.get(k, "") else said.get(k) for k, word in expected.items()}


def _answered(scene: Scene, name: str, expected: Mapping[str, str]) -> object:
    known = sorted(scene.record(name).suspicions, key=lambda s: (s.opened, s.day))
    closed = {s.kind.value: s.state.value for s in known if s.state is not SuspicionState.OPEN}
    return {kind: closed.get(kind) for kind in expected}


def _told(scene: Scene, name: str, _: object) -> object:
    known = scene.record(name).messages
    return sorted(
        m.template.value for m in known if m.state is not MessageState.DROPPED and m.follows is None
    )


def _channels(scene: Scene, name: str, expected: Mapping[str, object]) -> object:
    known = sorted(scene.record(name).messages, key=lambda m: (m.day, str(m.changed)))
    ways: dict[str, list[str]] = {template: [] for template in expected}
    for message in known:
        if message.template.value in ways and message.state is not MessageState.DROPPED:
            ways[message.template.value].append(message.channel.value)
    return {template: sorted(each) for template, each in ways.items()}


def _went(scene: Scene, name: str, expected: Mapping[str, str]) -> object:
    order = list(Channel)
    known = sorted(scene.record(name).messages, key=lambda m: (m.day, order.index(m.channel)))
    states = {m.template.value: m.state.value for m in known}
    return {template: states.get(template) for template in expected}


def _reads(scene: Scene, name: str, expected: Mapping[str, list[str]]) -> object:
    found = {}
    for template, words in expected.items():
        mine = [m for m in scene.record(name).messages if m.template.value == template]
        texts = [f"{text_of(m)}\n{document_of(m) or ''}" for m in mine]
        has = [word for word in words if any(word in text for text in texts)]
        found[template] = has if len(has) == len(words) else texts
    return found


def _instructions(*states: InstructionState) -> Found:
    def found(scene: Scene, name: str, _: object) -> object:
        record = scene.record(name)
        several = len(scene.somebody(name).benefits) > 1
        return sorted(
            f"{i.kind} from {i.month}: {spelled(i.fen)}"
            + (f" ({scene.place.home.title(i.benefit)})" if several else "")
            for i in record.instructions
            if i.state in states
        )

    return found


def _seen(scene: Scene, name: str, expected: Mapping[str, str]) -> object:
    told = sorted(scene.record(name).instructions, key=lambda i: (i.issued, i.month))
    states = {i.kind.value: i.state.value for i in told}
    return {kind: states.get(kind) for kind in expected}


def _recoveries(scene: Scene, name: str, _: object) -> object:
    return [f"{r.state}: {spelled(r.fen)}" for r in scene.record(name).recoveries]


def _left(scene: Scene, name: str, _: object) -> object:
    return sum(r.left for r in scene.record(name).recoveries) / 100


def _refund(scene: Scene, name: str, _: object) -> object:
    return sum(r.to_refund for r in scene.record(name).recoveries) / 100


def _heirs(scene: Scene, name: str, _: object) -> object:
    return sum(o.left for o in scene.record(name).owed_to_heirs) / 100


def _reconciled(scene: Scene, name: str, expected: Mapping[str, object]) -> object:
    person, benefit = scene.id(name), scene.benefit(name)
    authority = scene.place.home.rules.benefit(benefit).run_by.value
    sheets = {month: pay_reconciliation.latest(authority, Month(month)) for month in expected}
    return {
        month: next(
            (x["kind"] for x in sheet["lines"] if (x["person"], x["benefit"]) == (person, benefit)), None
        )
        if sheet
        else "no sheet"
        for month, sheet in sheets.items()
    }


def _visits(scene: Scene, name: str, expected: Mapping[str, int]) -> object:
    visits = scene.record(name).visits
    counts = {
        "made": sum(v.outcome is not None for v in visits),
        "ordered": sum(v.is_pending for v in visits),
    }
    return {what: counts.get(what) for what in expected}


def _manner(scene: Scene, name: str, _: object) -> object:
    return next((v.manner.value for v in scene.record(name).visits if v.is_pending), None)


def _lines(scene: Scene, name: str, _: object) -> object:
    return [p.state.value for p in scene.record(name).proposals]


def _deceased(scene: Scene, name: str, _: object) -> object:
    return scene.record(name).person.deceased_on


def _trail(scene: Scene, name: str, expected: list[str]) -> object:
    person = scene.id(name)
    if findings_about(person):
        return "a broken chain"
    actions = [entry.action for entry in people.audit_trail(person)]
    return expected if set(expected) <= set(actions) else actions


_STANDING = tuple(state for state in InstructionState if state is not InstructionState.CANCELLED)
LOOKS: Final[Mapping[str, Found]] = {
    "status": _of_benefits("status"),
    "until": _of_benefits("valid_until"),
    "route": _of_benefits("route"),
    "stopped_from": _of_benefits("stopped_from"),
    "gaps": _gaps,
    "case": _case,
    "asked": _asked,
    "answer_by": _of_questions("verify_by"),
    "levels": _of_questions("level"),
    "because": _because,
    "answered": _answered,
    "told": _told,
    "channels": _channels,
    "went": _went,
    "reads": _reads,
    "instructions": _instructions(*_STANDING),
    "called_off": _instructions(InstructionState.CANCELLED),
    "seen": _seen,
    "recoveries": _recoveries,
    "left": _left,
    "refund": _refund,
    "heirs": _heirs,
    "reconciled": _reconciled,
    "visits": _visits,
    "manner": _manner,
    "lines": _lines,
    "deceased": _deceased,
    "trail": _trail,
}
_IN_NO_ORDER: Final = ("asked", "told", "instructions", "called_off", "recoveries")


class Expect(Declaration):
    """What is expected of people."""

    expect: Mapping[str, Expected]

    def look(self, scene: Scene) -> None:
        """Raise UnexpectedError where it is otherwise."""
        for name, says in self.expect.items():
            for what in sorted(says.model_fields_set, key=list(LOOKS).index):
                expected = getattr(says, what)
                if what in _IN_NO_ORDER:
                    expected = sorted(expected)
                found = LOOKS[what](scene, name, expected)
                if found != expected:
                    raise UnexpectedError(f"{name}, {what}", expected, found)


class Receipt(Declaration):
    """What the department is told of a file."""

    receipt: str
    state: str = "loaded"
    accepted: int | None = None
    rejected: int | None = None
    strangers: int | None = None
    withdrawn: int | None = None
    code: str | None = None
    changed_nothing: Mapping[str, int] | None = None
    notices: list[str] | None = None

    def look(self, scene: Scene) -> None:
        """Raise UnexpectedError where it is otherwise."""
        told = scene.file(self.receipt)
        found = {
            "state": told.state.value,
            "accepted": told.counts.accepted,
            "rejected": told.counts.rejected,
            "strangers": told.counts.strangers,
            "withdrawn": told.withdrawn,
            "code": told.code,
            "changed_nothing": dict(told.changed_nothing or {}),
            "notices": [notice.code for notice in told.notices],
        }
        for what, value in found.items():
            expected = getattr(self, what)
            if expected is not None and value != expected:
                raise UnexpectedError(f"receipt of {self.receipt}, {what}", expected, value)


class Outbox(Declaration):
    """What the line about somebody says in a file for an authority; the files whose key begins so."""

    outbox: str
    of: str
    has: list[str] = []
    absent: bool = False
    benefit: str | None = None
    number: int | None = Field(default=None, ge=0)  # how many lines

    def look(self, scene: Scene) -> None:
        """Raise UnexpectedError where it is otherwise."""
        sandbox = scene.place.village.sandbox
        s3, bucket = sandbox.client("s3"), sandbox.settings.outbox_bucket
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=self.outbox).get("Contents", [])
        title = self.benefit or next(iter(scene.somebody(self.of).benefits))
        payee = scene.payee(self.of, title)
        bodies = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed]
        lines = [list(row) for body in bodies for row in rows_of(body) if any(payee in cell for cell in row)]
        where = f"{self.outbox} about {self.of}"
        if self.absent or self.number is not None:
            if len(lines) != (self.number or 0):
                raise UnexpectedError(where, f"{self.number or 0} lines", lines)
        elif not any(not (Count(self.has) - Count(line)) for line in lines):
            raise UnexpectedError(where, self.has, lines or [each["Key"] for each in listed])


class Page(Declaration):
    """What a printed page for a village says; of the person, their name."""

    page: str
    of: str
    has: list[str] = []
    absent: bool = False

    def look(self, scene: Scene) -> None:
        """Raise UnexpectedError where it is otherwise."""
        sandbox = scene.place.village.sandbox
        s3, bucket = sandbox.client("s3"), sandbox.settings.outbox_bucket
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=self.page).get("Contents", [])
        pages = [s3.get_object(Bucket=bucket, Key=x["Key"])["Body"].read().decode() for x in listed]
        address = f"某村东{scene.sequences[self.of]}号"
        mine = [page for page in pages if address in page]
        if self.absent is bool(mine) or not all(any(word in page for page in mine) for word in self.has):
            raise UnexpectedError(
                f"{self.page} about {self.of}", self.has, mine or [x["Key"] for x in listed]
            )


LOOKERS: tuple[type[Expect | Receipt | Outbox | Page], ...] = (Expect, Receipt, Outbox, Page)
STATUS_WORDS: Final = frozenset(str(status) for status in EntitlementStatus)
