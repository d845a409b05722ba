"""数据源声明 · A feed as declared: one YAML file says who sends what, how a column is read, what it proves.

`load_feeds(folder)` reads a pack's feeds; whatever is not understood stops the build with file and
line. Other parts ask a `Feed` for its events, its columns and its rhythm.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from chalicelib.declarations import Declaration, Identifier, MisplacedError, NonEmptyText, read_declaration
from chalicelib.errors import DeclarationError
from chalicelib.model import FeedEvent, FeedId, Relation
from chalicelib.sources.feeds.columns import IDENTIFYING, Column, Region, headers_of, name_of
from chalicelib.sources.feeds.durations import Spelled
from chalicelib.sources.feeds.event_declarations import (
    CountsAs,
    EventDeclaration,
    check_named_events,
    check_place,
    main_of,
)  # fmt: skip
from chalicelib.sources.feeds.feed_changelog import History
from chalicelib.sources.feeds.fields_of_kinds import FIELDS, MAY_BE_ABSENT, MAY_BE_EMPTY, RELATIVES
from chalicelib.sources.values.cells import Reader, clean
from chalicelib.sources.values.identity_documents import KINDS

Kind = Literal["evidence", "roster", "payments", "query", "api"]
_FILELESS: Final = frozenset({"query", "api"})
_OF_A_VISIT: Final = "half_day"  # a sheet that does not say it tells no evening from a morning
_RESERVED: Final = frozenset({"line", "person", "packed", "recovered"})  # columns of our own beside the facts
Share = Annotated[float, Field(ge=0, le=1)]


class Bilingual(Declaration):
    """A title in both languages."""

    zh: NonEmptyText
    en: NonEmptyText


class Owner(Declaration):
    """Who answers for the data; `department` is the first part of the inbox key."""

    department: Identifier
    title: Bilingual
    contact: NonEmptyText


class Arrives(Declaration):
    """The rhythm of a feed (row J9, rule 11)."""

    every: Spelled
    warn_after: Spelled
    fail_after: Spelled

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.every.longest_days <= self.warn_after.longest_days <= self.fail_after.longest_days:
            raise ValueError("every, warn_after and fail_after must not decrease")
        return self

    @property
    def missing_after_days(self) -> int:
        """Days without a file after which it is missing: twice its interval, or `fail_after` (rule 11)."""
        return min(2 * self.every.longest_days, self.fail_after.longest_days)


class Format(Declaration):
    """What a file looks like; `load` full: the file holds the whole list, delta: only what is new.

    csv stands for cells between commas, tabs, semicolons, vertical bars or the like;
    which of them, reading finds out.
    """

    kind: list[Literal["csv", "xlsx", "jsonl"]] = Field(min_length=1)
    load: Literal["full", "delta"]


class Rows(Declaration):
    """Rows expected in one file: fewer are held, more are remarked on."""

    min: Annotated[int, Field(ge=1)] = 1
    max: Annotated[int, Field(ge=1)]


class Expect(Declaration):
    """What a sound file looks like; a failing bound is explained before it is moved."""

    rows: Rows
    filled: dict[Identifier, Share] = {}  # field → the least share of its cells that are not blank
    rejected_share: Share


class Interface(Declaration):
    """How a department's interface is asked about people who come due; its owner gives the address."""

    asks_per_call: Annotated[int, Field(ge=1, le=1000)]
    ask_days_before_due: Annotated[int, Field(ge=1, le=400)]


class Feed(Declaration):
    """One feed of one department, as its YAML file says."""

    id: Identifier
    kind: Kind
    title: Bilingual
    owner: Owner
    authority: NonEmptyText
    purpose: NonEmptyText
    assumed: str | None = None  # what nobody has said and we chose, with the reason
    arrives: Arrives | None = None
    format: Format | None = None
    interface: Interface | None = None  # of a query feed: it is asked, nobody drops a file
    counts_as: CountsAs | None = None  # its place in the catalogue; technical feeds have none
    columns: dict[str, Column] = {}
    not_used: list[str] = []
    filled_by_hand: list[Identifier] = []  # of a printed sheet: a row that lacks all these is not filled in
    day: Literal["column", "as_of"] = "column"  # as_of: a list of states, dated as a whole (rule 5)
    event: Identifier | None = None  # where every row is the same event
    declared_events: dict[Identifier, EventDeclaration] = Field(default={}, alias="events")
    guests_outside: Region | None = None  # our area codes; rows about people of others are sent on (row A12)
    main_event: Identifier | None = None  # where there are several: what the feed is for
    expect: Expect | None = None
    retain: Spelled
    changes: History = ()  # a rule book that changes what the feed does says so here

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        self._check_files()
        self._check_columns()
        self._check_fields()
        self._check_documents()
        self._check_day()
        self._check_events()
        self._check_place()
        return self

    def _check_files(self) -> None:
        said = (self.arrives, self.format, self.expect)
        if (self.kind == "query") != (self.interface is not None):
            raise MisplacedError("interface belongs to a query feed, and to it alone", "kind")
        if self.kind in _FILELESS and (any(said) or self.columns or self.not_used):
            takes = f"{self.kind} feed takes no file: no columns, format, arrives or expect"
            raise MisplacedError(f"{'an' if self.kind == 'api' else 'a'} {takes}", "kind")
        if self.kind not in _FILELESS and not all(said):
            raise MisplacedError("arrives, format and expect must be said", "kind")

    def _check_columns(self) -> None:
        names: set[str] = set()
        for header, name in (*headers_of(self.columns), *((unused, "") for unused in self.not_used)):
            if (cleaned := name_of(header)) in names:
                place = ("columns", name) if name else ("not_used",)
                raise MisplacedError("a column stands twice in columns, also and not_used", *place)
            names.add(cleaned)
        fields = [column.field for column in self.columns.values()]
        if len(fields) != len(set(fields)):
            raise MisplacedError("two columns lead to one field", "columns")
        if not set(self.filled_by_hand) <= set(fields) - {"number"}:
            raise MisplacedError("filled_by_hand names no field, or the number", "filled_by_hand")
        sent = {column.field for column in self.columns.values() if not column.optional}
        needless = set(self.expect.filled) - sent if self.expect else set()
        if needless:
            raise MisplacedError(
                f"expect.filled names no field that must be sent: {', '.join(sorted(needless))}",
                "expect",
                "filled",
            )

    def _check_fields(self) -> None:
        known = FIELDS[self.kind]
        missing = (
            set(known) - set(self.fields) - ({"day", "event"} if self.kind == "evidence" else MAY_BE_ABSENT)
        )
        if len(RELATIVES & set(self.fields)) == 1:
            raise MisplacedError("related and relation belong together", "columns")
        if not set(self.codes_of("relation").values()) <= set(Relation):
            raise MisplacedError(f"relations are {', '.join(Relation)}", "columns", self.fields["relation"])
        if self.guests_outside and not {"certified_by", "event", "day"} <= self.required:
            raise MisplacedError("guests are told of by who names who certified", "guests_outside")
        if missing:
            raise MisplacedError(f"no column leads to {', '.join(sorted(missing))}", "columns")
        known = {**known, **self._identifying}
        for name, column in self.columns.items():
            allowed = known.get(column.field)
            if allowed is None and (self.kind != "evidence" or column.field in _RESERVED):
                raise MisplacedError(f"a {self.kind} feed has no field {column.field}", "columns", name)
            self._check_presence(name, column, known)
            if allowed is not None and column.read not in allowed:
                raise MisplacedError(f"{column.field} is read by {' or '.join(allowed)}", "columns", name)
            for other, words in column.empty_if.items():
                if other not in self.fields or not set(words) <= set(self.codes_of(other).values()):
                    why = f"empty_if of {column.field} names a field or word that is not declared"
                    raise MisplacedError(why, "columns", name, "empty_if")

    def _check_presence(self, name: str, column: Column, known: Mapping[str, object]) -> None:
        if column.optional and column.field not in {*MAY_BE_ABSENT, *self._identifying, _OF_A_VISIT}:
            raise MisplacedError(f"{column.field} must be sent", "columns", name, "optional")
        if column.required and (column.optional or column.field in known):
            why = f"only a fact that every file sends is required, and {column.field} is none"
            raise MisplacedError(why, "columns", name, "required")

    def _check_documents(self) -> None:
        if self.kind != "roster":
            if any(column.documents for column in self.columns.values()):
                raise MisplacedError("only a roster says who bears another document", "columns")
        elif not set(self.codes_of("document").values()) <= KINDS:
            kinds = ", ".join(sorted(KINDS))
            raise MisplacedError(f"documents are {kinds}", "columns", self.fields["document"])

    def _check_day(self) -> None:
        if self.kind != "evidence":
            if self.day == "as_of":
                raise MisplacedError("only an evidence feed is a list of states", "day")
            return
        if ("day" in self.fields) == (self.day == "as_of"):
            raise MisplacedError("the day comes from a column, or from `day: as_of`, never both", "day")
        if self.day == "as_of" and self.format is not None and self.format.load != "full":
            raise MisplacedError("a list of states must be declared full (rule 5)", "format", "load")

    def _check_events(self) -> None:
        if self.kind in ("roster", "payments"):
            if self.declared_events or self.event:
                raise MisplacedError("this kind of feed has no events", "events")
            return
        named = set(self.codes_of("event").values()) | ({self.event} if self.event else set())
        if self.kind == "evidence" and bool(self.event) == ("event" in self.fields):
            raise MisplacedError("the event comes from a column, or from `event:`, never both", "event")
        if self.kind in _FILELESS:
            named = set(self.declared_events)
        if not named or named != set(self.declared_events):
            raise MisplacedError(
                "the events declared and the events that rows can name must be the same", "events"
            )
        check_named_events(self.declared_events)
        dated = self.kind == "evidence" and self.day == "column"
        if not dated and any(event.withdraws for event in self.declared_events.values()):
            raise MisplacedError("only dated records of a file are taken back; a list leaves out", "events")

    def _check_place(self) -> None:
        main = main_of(self.declared_events, self.main_event)
        if self.counts_as is None:
            return
        if main is None or self.kind == "api":
            raise MisplacedError(
                "only feeds of departments, with events, stand in the catalogue", "counts_as"
            )
        check_place(self.declared_events[main], self.counts_as)

    @property
    def _identifying(self) -> Mapping[str, tuple[Reader, ...]]:
        return IDENTIFYING if self.kind == "evidence" else {}

    @cached_property
    def identifying(self) -> frozenset[str]:
        """The fields that only help to tell who is meant, where the number alone cannot."""
        return frozenset(self.fields.keys() & self._identifying.keys())

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Our field → the department's column name, in the order declared."""
        return {column.field: name for name, column in self.columns.items()}

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The fields of an evidence feed that are kept as facts."""
        return tuple(field for field in self.fields if field not in {**FIELDS[self.kind], **IDENTIFYING})

    @cached_property
    def events(self) -> Mapping[str, FeedEvent]:
        """Event code → what it is worth, in the words of the model."""
        of = partial(FeedEvent, feed=FeedId(self.id), department=self.department)
        return {
            code: of(event=code, **event.model_dump(exclude={"why", "cannot_cover"}))
            for code, event in self.declared_events.items()
        }

    @property
    def main(self) -> str | None:
        """The code of the event that the feed is for; None where a feed has no events."""
        return main_of(self.declared_events, self.main_event)

    @property
    def department(self) -> str:
        """The department's code: the first part of the inbox key."""
        return self.owner.department

    @property
    def takes_files(self) -> bool:
        """Whether a department drops files for it; the platform writes api feeds itself, and asks queries."""
        return self.kind not in _FILELESS

    @cached_property
    def has_boxes(self) -> bool:
        """Whether it takes sheets that people fill in by ticking boxes."""
        return any(column.boxes for column in self.columns.values())

    @property
    def is_full(self) -> bool:
        """Whether each file holds the whole list."""
        return self.format is not None and self.format.load == "full"

    @property
    def is_of_its_day(self) -> bool:
        """Whether the same content says something else on another day: a whole list that has not changed."""
        return self.day == "as_of" or self.is_full

    @property
    def interval_days(self) -> int | None:
        """Days between two files at most (a month counts 31); None where no files arrive."""
        return self.arrives.every.longest_days if self.arrives else None

    @property
    def warn_after_days(self) -> int | None:
        """Days without a file after which somebody should ask."""
        return self.arrives.warn_after.longest_days if self.arrives else None

    @property
    def fail_after_days(self) -> int | None:
        """Days without a file after which it counts as an incident."""
        return self.arrives.fail_after.longest_days if self.arrives else None

    @cached_property
    def required(self) -> frozenset[str]:
        """Fields whose cell must not be empty; facts may be, unless the declaration requires them."""
        own = {field for field in self.fields if field in FIELDS[self.kind]} - MAY_BE_EMPTY
        return frozenset(own | {column.field for column in self.columns.values() if column.required})

    @cached_property
    def column_of(self) -> Mapping[str, Column]:
        """The declared column that leads to each field."""
        return {field: self.columns[header] for field, header in self.fields.items()}

    def codes_of(self, field: str) -> Mapping[str, str]:
        """The department's code → our word, for a coded field (else empty)."""
        return self.column_of[field].codes if field in self.fields else {}

    @cached_property
    def kinds_of_document(self) -> Mapping[str, str]:
        """The department's word for a kind of document, as cells are compared → our word."""
        return {clean(code, inside=True): word for code, word in self.codes_of("document").items()}

    def code_for(self, field: str, word: str) -> str:
        """The first code by which the department says one of our words; KeyError where it has none."""
        inverse: dict[str, str] = {}
        for code, ours in self.codes_of(field).items():
            inverse.setdefault(ours, code)
        return inverse[word]


def load_feeds(folder: Path) -> Mapping[FeedId, Feed]:
    """Every feed of a pack by id; raises DeclarationError where a file is wrong or misnamed."""
    feeds: dict[FeedId, Feed] = {}
    for path in sorted(folder.glob("*.yaml")):
        feed = read_declaration(path, Feed)
        if feed.id != path.stem:
            raise DeclarationError(f"{path}:1", f"the file must be named {feed.id}.yaml, like its id")
        feeds[FeedId(feed.id)] = feed
    if not feeds:
        raise DeclarationError(f"{folder}:1", "no feed is declared here")
    return feeds
