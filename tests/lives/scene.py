"""Where a life is lived: its people in the village, the counter that is the API, and what is dropped."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, cast
from unittest.mock import patch

from chalicelib import clock
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.rules.benefits import Benefit
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    DroppedFile,
    EntitlementStatus,
    PersonId,
    PersonRecord,
    SuspicionState,
)
from chalicelib.storage.dynamodb import files, people
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.server import Gateway
from sandbox.shortcut import short_way
from sandbox.tokens import APP, AUDIENCE, ISSUER, Issuer
from tests.events import stopped_by_grades
from tests.lives.cast import COLUMNS, FIRST, Home, Townsperson, badge
from tests.workflow.village import HOUSEKEEPING, Village

KEY: Final = Issuer.new()


class RefusedHereError(Exception):
    """The platform refused what somebody did: its code, and those of the fields."""

    def __init__(self, status: int, codes: Sequence[str], words: str) -> None:
        super().__init__(f"{status} {', '.join(codes)}: {words}")
        self.codes = frozenset(codes)


@dataclass
class Place:
    """The village in which all lives of a file are lived, and what its clerks know."""

    village: Village
    gateway: Gateway
    home: Home
    listed: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    dropped: int = 0
    sequence: int = FIRST

    def until_evening(self, day: date) -> None:
        """Let time pass until seven in the evening of a day."""
        wanted = datetime.combine(day, time(19), clock.CHINA)
        if wanted > self.village.sandbox.now():
            self.village.sandbox.advance_to(wanted)

    def put(self, feed: str, text: str, name: str = "", day: date | None = None) -> str:
        """Drop a file as its department does, in the folder of today or of another day; its key."""
        self.dropped += 1
        day = day or self.village.sandbox.today()
        key = f"{self.home.feeds[feed].owner.department}/{feed}/{day:%Y%m%d}/{name or self.dropped}.csv"
        self.village.put(key, text.encode())
        return key

    def put_roster(self, name: str = "") -> str:
        """Drop the roster as it stands now."""
        rows = [row for rows in self.listed.values() for row in rows]
        return self.put("roster", "\n".join([COLUMNS, *rows, ""]), name)


@contextmanager
def a_place(starts: date, home: Home, graded: Collection[str] = ()) -> Iterator[Place]:
    """A village that begins on a day; quiet until then.

    `graded`: the benefits whose authority has a month paid in person before a suspension, as no pack says.
    """
    parameters = {
        "TokenIssuer": ISSUER,
        "TokenAudience": AUDIENCE,
        "TokenJwks": KEY.jwks(),
        "AssertionJwks": json.dumps({"keys": [KEY.registered(APP)]}),
    }
    with (
        Sandbox(
            pack=home.pack, start=starts, seed=1, schedules=HOUSEKEEPING, parameters=parameters
        ) as sandbox,
        short_way(ACCOUNT),
    ):
        sandbox.run_until_quiet()
        with _stopped_by_grades([home.titles[title] for title in graded]):
            yield Place(Village(sandbox), Gateway(sandbox), home)


@contextmanager
def _stopped_by_grades(benefits: Collection[BenefitCode]) -> Iterator[None]:
    """The rule books in force, with a month in person for some benefits."""
    rules = current().rules
    with ExitStack() as stack:
        for book in (rules, *rules.counties.values()):
            changed = {code: stopped_by_grades(book.benefits[code]) for code in benefits}
            stack.enter_context(patch.dict(cast(dict[BenefitCode, Benefit], book.benefits), changed))
        yield


@dataclass
class Scene:
    """One life: its people by the names that it gives them, and what it has dropped."""

    place: Place
    people: Mapping[str, Townsperson]
    title: str
    sequences: dict[str, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # what it dropped last of each feed: the key

    def __post_init__(self) -> None:
        """Give everybody a number of their own, and what is usual here."""
        self.people = {name: who.at(self.place.home) for name, who in self.people.items()}
        for name in self.people:
            self.sequences[name] = self.place.sequence
            self.place.sequence += 1

    # --- who they are ---------------------------------------------------------------------------

    def number(self, name: str) -> str:
        """Somebody's identity number."""
        return self.somebody(name).number(self.sequences[name])

    def name(self, name: str) -> str:
        """Somebody's name, as the roster has it."""
        who = self.somebody(name)
        of = who.same_as or name
        return who.called or f"孟庆{self.sequences[of] % 10}"

    def phone(self, name: str) -> str:
        """Somebody's own phone; empty if they have none."""
        said = self.somebody(name).phone
        return {"own": f"138{self.sequences[name]:08d}", "none": ""}.get(said, said)

    def payee(self, name: str, benefit: str) -> str:
        """Under which reference their authority pays a benefit."""
        of = self.somebody(name).same_as or name
        return self.somebody(of).payee or f"P{self.sequences[of]}-{self.place.home.titles[benefit]}"

    def somebody(self, name: str) -> Townsperson:
        """Who is called so in this life; LookupError for nobody."""
        if name not in self.people:
            raise LookupError(f"nobody of this life is called {name!r}")
        return self.people[name]

    def id(self, name: str) -> PersonId:
        """The platform's own id of somebody."""
        found = people.person_id_of(self.number(name))
        if found is None:
            raise LookupError(f"no roster has told of {name!r} yet")
        return found

    def record(self, name: str) -> PersonRecord:
        """All that the platform holds about somebody."""
        return people.find(self.number(name))

    def benefit(self, name: str, title: str | None = None) -> BenefitCode:
        """The code of a benefit by its title; of the first one that somebody draws if none is named."""
        return self.place.home.titles[title or next(iter(self.somebody(name).benefits))]

    # --- the roster -------------------------------------------------------------------------------

    def list_on_roster(self, name: str) -> None:
        """Put somebody's lines, as they are now, on the next roster."""
        who = self.somebody(name)
        related = [(self.number(other), how) for other, how in who.related.items()] or [("", "")]
        helper = ("某戊", f"139{self.sequences[name]:08d}") if who.helper else ("", "")
        self.place.listed[self.title, name] = [
            ",".join(
                (
                    self.number(name),
                    self.name(name),
                    self.phone(name),
                    who.area,
                    "G01",
                    self.payee(name, title),
                    title,
                    "" if amount is None else f"{amount:.2f}",
                    str(who.since),
                    str(who.certified_until(title) or ""),
                    who.groups,
                    *other,
                    f"某村东{self.sequences[name]}号",
                    *helper,
                )
            )
            for title, amount in who.benefits.items()
            for other in related
        ]

    def leave_out(self, name: str) -> None:
        """Leave somebody out of the next roster."""
        self.place.listed.pop((self.title, name), None)

    def leave_out_ended(self, but: Iterator[str] | Sequence[str]) -> None:
        """Authorities list nobody whose payment has ended, unless a clerk errs."""
        named = {(self.title, name) for name in but}
        for place in list(self.place.listed):
            number = self.place.listed[place][0].split(",")[0]
            known = people.person_id_of(number)
            if place in named or known is None:
                continue
            if all(e.status is EntitlementStatus.TERMINATED for e in people.load(known).entitlements):
                del self.place.listed[place]

    # --- the counter --------------------------------------------------------------------------------

    def ask(
        self, by: str, path: str, body: Mapping[str, object] | None = None, *, of: str, method: str = "POST"
    ) -> dict[str, Any]:
        """What the platform answers to whom, doing what; RefusedHereError if it refuses."""
        who, sandbox = badge(by, self.id(of), self.place.home), self.place.village.sandbox
        token = KEY.issue(
            who.role, who.area, who.subject, now=sandbox.now(), person=who.person, authority=who.authority
        )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False, default=str).encode()
        answer = self.place.gateway.handle(method, path, headers, sent)
        said: dict[str, Any] = answer.json()
        if answer.status != 200:
            codes = [said["code"], *(error["code"] for error in said.get("errors", ()))]
            raise RefusedHereError(answer.status, codes, f"{said['title']} {said.get('errors', '')}")
        sandbox.run_until_quiet()
        return said

    def assertion(self, name: str) -> str:
        """What the app signs that it has just seen of somebody."""
        return KEY.assertion(APP, self.id(name), "face", now=self.place.village.sandbox.now())

    def at(self, hour: str) -> datetime:
        """An hour of today, in China."""
        return datetime.combine(self.place.village.sandbox.today(), time.fromisoformat(hour), clock.CHINA)

    def question(self, name: str, kind: str) -> str:
        """The address of what is asked about somebody: the open one of a kind, else the last one."""
        found = [s for s in self.record(name).suspicions if s.kind.value == kind]
        if not found:
            raise LookupError(f"nothing of the kind {kind} is known of {name!r}")
        best = max(found, key=lambda s: (s.state is SuspicionState.OPEN, s.opened, s.day))
        return f"{self.id(name)}.{kind}.{best.day:%Y%m%d}"

    def file(self, feed: str) -> DroppedFile:
        """The file of a feed that this life has dropped last."""
        key = self.files[feed]
        return max((f for f in files.everything() if f.key == key), key=lambda f: f.received)

    def order(self, name: str, kind: str) -> str:
        """The address of the latest instruction of a kind about somebody."""
        told = max((i for i in self.record(name).instructions if i.kind.value == kind), key=lambda i: i.month)
        return f"{self.id(name)}.{told.name.replace('#', '.')}"


def spelled(fen: int) -> str:
    """Yuan, as instructions say it."""
    return yuan(fen)
