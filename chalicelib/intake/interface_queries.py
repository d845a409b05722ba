"""接口查询 · Interfaces that are asked: once a week, about those whose period ends soon, and about nobody
else.

A query feed sends no files. Its department answers questions about named people, in batches; what it
answers becomes evidence like any other. No answer proves nothing: an interface that cannot be reached
is left for the next week, and the others are asked all the same. That somebody was asked about stands in
the person's own audit chain.
"""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from http.client import HTTPException
from itertools import dropwhile, islice
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from chalicelib import clock
from chalicelib.errors import BusyError, ConflictError, UnreadableError
from chalicelib.intake import loading
from chalicelib.jurisdiction import current
from chalicelib.model import Counts, DroppedFile, FeedId, FileState, FileStep, PersonId
from chalicelib.observability import logger
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.settings import settings
from chalicelib.sources.answers import Answer, read_answers
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.values.identity_documents import is_document
from chalicelib.storage.clients import client
from chalicelib.storage.dynamodb import access_log, files, people, worklist_rows, worklists

ACTOR: Final = "platform"
BACK: Final = timedelta(days=366)  # nothing that happened earlier can still carry (rule 2)
PATIENCE: Final = 20  # seconds for one call
GIVE_UP_AFTER: Final = 3  # calls in a row that fail
LARGEST: Final = 5_000_000  # bytes of one answer
ASKED: Final = "asked"  # in place of a file's name and content: there is no file
NOT_HEARD: Final = "interface_not_heard"
# What comes of an interface: no connection, no HTTP, no JSON, or brackets in brackets without end.
_UNHEARD: Final = (OSError, HTTPException, ValueError, RecursionError)
_LOOPBACK: Final = ("127.0.0.1", "::1")


class Interface(Protocol):
    """A department's interface, whatever carries the question."""

    def ask(self, numbers: Sequence[str], since: date) -> Sequence[Answer]:
        """What happened to these people since a day; raises UnreadableError where nothing can be had."""


@dataclass(frozen=True, slots=True)
class HttpInterface:
    """An interface behind a URL: POST {feed, since, numbers}, answered by {answers: [{number, day, event}]}.

    Only https leaves the machine: the question names people.
    """

    feed: FeedId
    url: str
    token: str

    def __post_init__(self) -> None:
        if not _may_be_asked(self.url):
            raise UnreadableError(f"the address of the interface {self.feed} must begin with https://")

    def ask(self, numbers: Sequence[str], since: date) -> Sequence[Answer]:
        """One call; an error names the feed and never what was asked."""
        question = {"feed": self.feed, "since": since.isoformat(), "numbers": list(numbers)}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        body = json.dumps(question).encode()
        try:
            request = urllib.request.Request(self.url, body, headers, method="POST")  # noqa: S310 - checked above
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 - checked above
                said = json.loads(response.read(LARGEST))
        except _UNHEARD as error:
            raise UnreadableError(
                f"the interface {self.feed} cannot be asked: {type(error).__name__}"
            ) from None
        return _answers_in(said, self.feed)


def _may_be_asked(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is not closed
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _answers_in(said: Any, feed: FeedId) -> Sequence[Answer]:
    answers = said.get("answers") if isinstance(said, dict) else None
    if not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        raise UnreadableError(f"the interface {feed} answers with something else than a list of answers")
    return answers


def connected(feed: Feed) -> Interface | None:
    """The interface of a feed as an operator has entered it; None where nobody has yet.

    The secret holds {"<feed>": {"url": …, "token": …}}; UnreadableError where a feed's entry is another.
    """
    answer = client("secretsmanager").get_secret_value(SecretId=settings().interfaces_secret)
    entered: Mapping[str, Any] = json.loads(answer["SecretString"])
    place = entered.get(feed.id)
    if not place:
        return None
    match place:
        case {"url": str(url), "token": str(token)}:
            return HttpInterface(FeedId(feed.id), url, token)
        case _:
            raise UnreadableError(f"the entry of the interface {feed.id} must be a url and a token")


# --- asking ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one feed's questions, in people and answers; `unheard`: the call about them failed."""

    feed: FeedId
    people: int = 0
    unheard: int = 0
    certified: int = 0
    counts: Counts = Counts()

    @property
    def rejected(self) -> int:
        """Answers that cannot be used."""
        return self.counts.rejected

    def __add__(self, other: Asked) -> Asked:
        return Asked(
            self.feed,
            self.people + other.people,
            self.unheard + other.unheard,
            self.certified + other.certified,
            self.counts + other.counts,
        )

    def to_json(self) -> dict[str, Any]:
        """As a part keeps it."""
        return asdict(self)

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Asked:
        """What a part has kept."""
        return cls(**{**said, "feed": FeedId(said["feed"]), "counts": Counts(**said["counts"])})


def ask_some(
    shard: str, on: date, each: Each, after: str = "", stop: Stop = never
) -> tuple[list[Asked], str | None]:
    """Ask about those of a shard who come due, feed by feed, behind `<feed>#<day>#<person>`.

    What became of it, by feed, and behind whom to go on (None: those were all). Done again, whom the first
    answer has certified is neither asked about nor counted.
    """
    first, _, behind = after.partition("#")
    found: list[Asked] = []
    feeds = [feed for feed in current().feeds.values() if feed.interface is not None]
    for feed in dropwhile(lambda feed: first not in ("", feed.id), feeds):
        last: str | None = None
        with each(feed=feed.id):
            interface = _interface_of(feed)
            if interface is not None:
                asked, last = ask(feed, interface, shard, on, each, behind, stop)
                found.append(asked)
        if last is not None:
            return found, f"{feed.id}#{last}"
        behind = ""
    return found, None


def _interface_of(feed: Feed) -> Interface | None:
    """A feed's interface; None if it is not connected, or not rightly."""
    try:
        interface = connected(feed)
    except UnreadableError as error:
        logger.error("interface entered wrongly", extra={"feed": feed.id, "error": str(error)})
        return None
    if interface is None:
        logger.warning("interface without an address", extra={"feed": feed.id})
    return interface


def ask(
    feed: Feed, interface: Interface, shard: str, on: date, each: Each, behind: str = "", stop: Stop = never
) -> tuple[Asked, str | None]:
    """Ask one interface about those of a shard who come due behind `<day>#<person>`, the most urgent first.

    What became of it, and behind whom to go on.
    """
    assert feed.interface is not None
    listed, asked, failures = _begun(feed, on), Asked(FeedId(feed.id)), 0
    due = _due(shard, on + timedelta(days=feed.interface.ask_days_before_due), behind, each)
    walk = Walk(_groups(due, feed.interface.asks_per_call), stop)
    for group in walk:
        asked = replace(asked, people=asked.people + len(group))
        if failures == GIVE_UP_AFTER:
            asked = replace(asked, unheard=asked.unheard + len(group))
            continue
        heard: tuple[Counts, int] | None = None
        busy: BusyError | None = None
        with each(feed=feed.id):  # what nobody has foreseen
            try:
                heard = _ask_about([person for _, person in group], feed, interface, listed)
            except BusyError as error:  # heard, and loaded for all others: the next run asks about them again
                busy = error
            except (UnreadableError, ConflictError) as error:
                logger.warning("interface not heard", extra={"feed": feed.id, "error": str(error)})
        if busy is not None:
            asked = replace(asked, unheard=asked.unheard + len(busy.people))
        elif heard is None:
            failures += 1
            asked = replace(asked, unheard=asked.unheard + len(group))
        else:
            failures = 0
            said, certified = heard
            asked = replace(asked, counts=asked.counts + said, certified=asked.certified + certified)
    return asked, None if walk.is_over or walk.last is None else "#".join(map(str, walk.last[-1]))


Filed = tuple[date, PersonId]


def _groups(of: Iterable[Filed], size: int) -> Iterator[Sequence[Filed]]:
    everybody = iter(of)
    while some := list(islice(everybody, size)):
        yield some


def _due(shard: str, until: date, behind: str, each: Each) -> Iterator[Filed]:
    """Of a shard everybody with an open case or a period that ends by a day, the earliest end first.

    Behind `<day>#<person>`. Somebody suspended is asked about too: data may certify them as well as a visit
    (rule 18).
    """
    cases = worklists.open_cases(shard)
    filed = {person: day for day, person in worklists.due_in(until, shard)} | dict(cases)
    for day, person in sorted((day, person) for person, day in filed.items()):
        if f"{day}#{person}" > behind:
            is_due = False
            with each(person=person):
                is_due = _is_due(person, until)
            if is_due:
                yield day, person


def _is_due(person: PersonId, until: date) -> bool:
    """A row is a hint: whoever has been certified meanwhile, or has died, is nobody's business."""
    record = people.load(person)
    due = worklist_rows.due_of(record)
    return due is not None and due <= until and record.person.deceased_on is None


def _ask_about(
    group: Sequence[PersonId], feed: Feed, interface: Interface, run: DroppedFile
) -> tuple[Counts, int]:
    """One call: what became of the answers, and how many certificates moved."""
    asked = {people.identity_of(person).number: person for person in group}
    # An answer names nobody, and a document is its bearer's only together with the name.
    asked = {number: person for number, person in asked.items() if not is_document(number)}
    if not asked:
        return Counts(), 0
    for person in asked.values():  # on record before anybody outside is told a number
        access_log.record(person, "asked", ACTOR, clock.now(), {"feed": feed.id})
    answers = interface.ask(list(asked), run.day - BACK)
    reading = read_answers(answers, feed, asked, file=run.id, on=run.day)
    if reading.rejections:
        codes = dict(Counter(rejection.code for rejection in reading.rejections))
        logger.warning("answers that cannot be used", extra={"feed": feed.id, "codes": codes})
    if not reading.evidence:
        return reading.counts, 0
    return reading.counts, loading.load(run, feed, reading).certified


# --- the run, listed among the files ---------------------------------------------------------------


def list_runs(parts: Iterable[Asked], on: date) -> list[Asked]:
    """List the day's questions of each feed among the files, by what all parts say of them."""
    together: dict[FeedId, Asked] = {}
    for part in parts:
        together[part.feed] = together.get(part.feed, Asked(part.feed)) + part
    for asked in together.values():
        said = replace(
            _begun(current().feeds[asked.feed], on), counts=asked.counts, certified=asked.certified
        )
        _end(said, asked)
        logger.info("interface asked", extra=asked.to_json())
    return list(together.values())


def _begun(feed: Feed, on: date) -> DroppedFile:
    """The day's questions under a name of their own, so that evidence says where it comes from."""
    key = f"{feed.department}/{feed.id}/{on:%Y%m%d}/{ASKED}"
    return DroppedFile(
        id=files.file_id(key, ASKED),
        department=feed.department,
        feed=FeedId(feed.id),
        day=on,
        key=key,
        digest=ASKED,
        state=FileState.RECEIVED,
        received=clock.now(),
    )


def _end(run: DroppedFile, asked: Asked) -> None:
    """List the run; refused if nobody could be asked about: the next one asks again."""
    state = FileState.REFUSED if asked.unheard and asked.unheard == asked.people else FileState.LOADED
    ended = replace(run.at_stage(FileStep(state, clock.now(), ACTOR)), finished=clock.now())
    if asked.unheard:
        ended = replace(
            ended,
            code=NOT_HEARD,
            zh=f"共{asked.people}人，其中{asked.unheard}人未能查询，下次会再次查询。",
            en=f"{asked.unheard} of {asked.people} people could not be asked about; the next run asks again",
        )
    files.put(ended)
