"""A feed as declared: one YAML file says who sends what, how each column is read and what it proves.

`load_feeds(folder)` reads a pack's feeds; whatever is not understood stops the build with file and
line. Other parts ask a `Feed` for its events, its columns and its rhythm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from chalicelib.declarations import Declaration, read_declaration
from chalicelib.errors import DeclarationError
from chalicelib.model import FeedEvent, FeedId, KeyGroup, Proves, Route, Stay, Strength, SuspicionKind, Trace
from chalicelib.sources.cells import Reader, clean

Kind = Literal["evidence", "roster", "payments", "api"]

# Which fields a kind of feed must have, and how each is read. Whatever else an evidence feed names
# is a fact: a further word that a rule may need.
_FIELDS: Final[dict[str, dict[str, tuple[Reader, ...]]]] = {
    "evidence": {"number": (Reader.IDENTITY_NUMBER,), "day": (Reader.DATE,), "event": (Reader.CODE,)},
    "roster": {
        "number": (Reader.IDENTITY_NUMBER,),
        "name": (Reader.TEXT,),
        "phone": (Reader.PHONE,),
        "area": (Reader.AREA_CODE,),
        "grid": (Reader.TEXT,),
        "benefit": (Reader.CODE,),
        "fen": (Reader.MONEY,),
        "since": (Reader.DATE, Reader.DATE_AHEAD),
        "certified_until": (Reader.DATE_AHEAD,),
        "payee": (Reader.TEXT,),
        "key_groups": (Reader.KEY_GROUPS,),
    },
    "payments": {
        "number": (Reader.IDENTITY_NUMBER,),
        "benefit": (Reader.CODE,),
        "month": (Reader.MONTH,),
        "fen": (Reader.MONEY,),
        "paid": (Reader.DATE,),
    },
    "api": {},
}
_MAY_BE_EMPTY: Final = frozenset({"phone", "grid", "key_groups"})
_CODED: Final = frozenset({Reader.CODE, Reader.KEY_GROUPS})
# Fields of an evidence feed that only help to tell who is meant; they are never kept as facts.
IDENTIFYING: Final[dict[str, tuple[Reader, ...]]] = {"name": (Reader.TEXT,), "born": (Reader.DATE,)}
_RESERVED: Final = frozenset({"line", "person", "packed", "recovered"})  # columns of our own beside the facts


@dataclass(frozen=True, slots=True)
class Quantity:
    """A spelled quantity of time; days and months are different units and nobody guesses.

    >>> Quantity.spelled("12 months")
    Quantity(count=12, unit='months')
    """

    count: int
    unit: Literal["days", "months"]

    @classmethod
    def spelled(cls, text: object) -> Quantity:
        """The quantity that words like "7 days" or "1 month" mean; raises ValueError."""
        parts = re.fullmatch(r"([1-9]\d{0,3}) (day|month)s?", text) if isinstance(text, str) else None
        if parts is None:
            raise ValueError('spell it like "7 days" or "12 months"')
        return cls(int(parts.group(1)), "days" if parts.group(2) == "day" else "months")

    @property
    def longest_days(self) -> int:
        """The most days that it can be: a month counts 31."""
        return self.count * (31 if self.unit == "months" else 1)


def _word(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise ValueError("use small letters, digits and _ only")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("say it: it must not be empty")
    return text


Spelled = Annotated[Quantity, BeforeValidator(Quantity.spelled)]
Word = Annotated[str, AfterValidator(_word)]
Said = Annotated[str, AfterValidator(_said)]
Share = Annotated[float, Field(ge=0, le=1)]


class Both(Declaration):
    """A title in both languages."""

    zh: Said
    en: Said


class Owner(Declaration):
    """Who answers for the data; `department` is the first part of the inbox key."""

    department: Word
    title: Both
    contact: Said


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


class Format(Declaration):
    """What a file looks like; `load` full: the file holds the whole list, delta: only what is new."""

    kind: list[Literal["csv", "xlsx", "jsonl"]] = Field(min_length=1)
    load: Literal["full", "delta"]


class Column(Declaration):
    """How one column of the department becomes one field of ours."""

    field: Word
    read: Reader
    also: list[Said] = []  # other headers under which departments send the same column
    codes: dict[str, Word] = {}
    empty_if: dict[Word, list[Word]] = {}  # other field → its words for which this cell may be empty

    @model_validator(mode="after")
    def _codes_where_codes_are_read(self) -> Self:
        if bool(self.codes) != (self.read in _CODED):
            raise ValueError("codes belong to `read: code` and `read: key_groups`, and to them alone")
        if self.read is Reader.KEY_GROUPS and not set(self.codes.values()) <= set(KeyGroup):
            raise ValueError(f"key groups are {', '.join(KeyGroup)}")
        return self


class EventDeclaration(Declaration):
    """What one event proves, and why (domain section 3)."""

    zh: Said
    en: Said
    proves: Proves
    why: Said
    strength: Strength | None = None
    trace: Trace | None = None
    route: Route = Route.SILENT
    stay: Stay | None = None
    suspicion: SuspicionKind | None = None
    withdraws: Word | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        present = self.proves is Proves.PRESENCE
        if present != (self.strength is not None) or present != (self.trace is not None):
            raise ValueError("strength and trace belong to events that prove presence, both of them")
        accuses = self.proves in (Proves.LOSS, Proves.EXCLUSION)
        if accuses != (self.suspicion is not None):
            raise ValueError("a suspicion belongs to events that prove a loss or an exclusion")
        return self


class Rows(Declaration):
    """Rows expected in one file: fewer are held, more are remarked on."""

    min: Annotated[int, Field(ge=1)] = 1
    max: Annotated[int, Field(ge=1)]


class Expect(Declaration):
    """What a sound file looks like; a failing bound is explained before it is moved."""

    rows: Rows
    filled: dict[Word, Share] = {}  # field → the least share of its cells that are not blank
    rejected_share: Share


class Feed(Declaration):
    """One feed of one department, as its YAML file says."""

    id: Word
    kind: Kind
    title: Both
    owner: Owner
    authority: Said
    purpose: Said
    assumed: str | None = None  # what nobody has said and we chose, with the reason
    arrives: Arrives | None = None
    format: Format | None = None
    columns: dict[str, Column] = {}
    not_used: list[str] = []
    day: Literal["column", "as_of"] = "column"  # as_of: a list of states, dated as a whole (rule 5)
    event: Word | None = None  # where every row is the same event
    declared_events: dict[Word, EventDeclaration] = Field(default={}, alias="events")
    expect: Expect | None = None
    retain: Spelled

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        for problem in (
            self._problem_of_files(),
            self._problem_of_columns(),
            self._problem_of_fields(),
            self._problem_of_day(),
            self._problem_of_events(),
        ):
            if problem:
                raise ValueError(problem)
        return self

    def _problem_of_files(self) -> str | None:
        said = (self.arrives, self.format, self.expect)
        if self.kind == "api":
            return (
                "an api feed takes no file: no columns, format, arrives or expect"
                if any(said) or (self.columns or self.not_used)
                else None
            )
        return None if all(said) else "arrives, format and expect must be said"

    def _problem_of_columns(self) -> str | None:
        names = [clean(name, inside=True) for name in (*self.columns, *self.not_used)]
        if len(names) != len(set(names)):
            return "a column stands twice in columns and not_used"
        fields = [column.field for column in self.columns.values()]
        if len(fields) != len(set(fields)):
            return "two columns lead to one field"
        needless = set(self.expect.filled) - set(fields) if self.expect else set()
        return f"expect.filled names no field: {', '.join(sorted(needless))}" if needless else None

    def _problem_of_fields(self) -> str | None:
        known = _FIELDS[self.kind]
        missing = set(known) - set(self.fields) - ({"day", "event"} if self.kind == "evidence" else set())
        if missing:
            return f"no column leads to {', '.join(sorted(missing))}"
        for column in self.columns.values():
            allowed = known.get(column.field)
            if allowed is None and (self.kind != "evidence" or column.field in _RESERVED):
                return f"a {self.kind} feed has no field {column.field}"
            if allowed is not None and column.read not in allowed:
                return f"{column.field} is read by {' or '.join(allowed)}"
            for other, words in column.empty_if.items():
                if other not in self.fields or not set(words) <= set(self.codes_of(other).values()):
                    return f"empty_if of {column.field} names a field or word that is not declared"
        return None

    def _problem_of_day(self) -> str | None:
        if self.kind != "evidence":
            return None if self.day == "column" else "only an evidence feed is a list of states"
        if ("day" in self.fields) == (self.day == "as_of"):
            return "the day comes from a column, or from `day: as_of`, never both"
        if self.day == "as_of" and self.format is not None and self.format.load != "full":
            return "a list of states must be declared full (rule 5)"
        return None

    def _problem_of_events(self) -> str | None:
        if self.kind in ("roster", "payments"):
            return "this kind of feed has no events" if self.declared_events or self.event else None
        named = set(self.codes_of("event").values()) | ({self.event} if self.event else set())
        if self.kind == "evidence" and bool(self.event) == ("event" in self.fields):
            return "the event comes from a column, or from `event:`, never both"
        if self.kind == "api":
            named = set(self.declared_events)
        if not named or named != set(self.declared_events):
            return "the events declared and the events that rows can name must be the same"
        return None

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """Our field → the department's column name, in the order declared."""
        return {column.field: name for name, column in self.columns.items()}

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """The fields of an evidence feed that are kept as facts."""
        return tuple(field for field in self.fields if field not in {**_FIELDS[self.kind], **IDENTIFYING})

    @cached_property
    def events(self) -> Mapping[str, FeedEvent]:
        """Event code → what it is worth, in the words of the model."""
        feed = FeedId(self.id)
        return {
            code: FeedEvent(feed=feed, event=code, **event.model_dump(exclude={"why"}))
            for code, event in self.declared_events.items()
        }

    @property
    def department(self) -> str:
        """The department's code: the first part of the inbox key."""
        return self.owner.department

    @property
    def takes_files(self) -> bool:
        """Whether a department drops files for it; an api feed is written by the platform itself."""
        return self.kind != "api"

    @property
    def is_full(self) -> bool:
        """Whether each file holds the whole list."""
        return self.format is not None and self.format.load == "full"

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

    @property
    def missing_after_days(self) -> int | None:
        """Days without a file after which the feed is missing: twice its interval (rule 11)."""
        return 2 * self.arrives.every.longest_days if self.arrives else None

    @cached_property
    def required(self) -> frozenset[str]:
        """Fields whose cell must not be empty; facts may be."""
        return frozenset(field for field in self.fields if field in _FIELDS[self.kind]) - _MAY_BE_EMPTY

    def column(self, field: str) -> Column:
        """The declared column that leads to a field; KeyError where there is none."""
        return self.columns[self.fields[field]]

    def codes_of(self, field: str) -> Mapping[str, str]:
        """The department's code → our word, for a coded field (else empty)."""
        return self.column(field).codes if field in self.fields else {}

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
