"""待遇声明文件 · Benefits out of a pack's files: what most share stands in policy.yaml, the rest in theirs.

Where policy.yaml has `benefits`, a version of a benefit says its day, its source and its review, and
beside these only what differs from the version before it; the first, what differs from what most share.
What most share has dated entries too, of which a later one says what differs. From the day of an entry
each benefit that it reaches, because it has not said the same by itself, has another version, with that
entry's review. Of an amount a version may name the bands alone that change, by whom they are meant for
(`amount: {changed: […]}`); a row that names no authority stands on its version's.

Where policy.yaml has none, each version says everything, as all did once, and what it leaves out is not
declared: a bundle that was stored then says what it said.

Everything else knows complete versions only; `Origins` says in which file and line a value of one stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from pydantic import ConfigDict, Field, model_validator

from chalicelib.declarations import Declaration, Origin, Place, declared, place_of, read_yaml
from chalicelib.engine.rules.benefits import (
    Benefit,
    Contradicts,
    CustodyCode,
    LastMonth,
    Recognises,
    Recovery,
    Start,
    Tiers,
)
from chalicelib.engine.rules.policy import Policy, Reviewed
from chalicelib.engine.rules.quantities import DayOfMonth
from chalicelib.errors import DeclarationError

SHARED: Final = "benefits"  # the section of policy.yaml with what most benefits share
VERSIONS: Final = "versions"
_OF_AN_ENTRY: Final = ("from", "authority", "reviewed")  # what no entry has from another
_CHANGED: Final = "changed"
_OF_ROWS: Final = ("conditions", "excluded", "excludes", "together", "custody")  # each on an authority
_OF_ONE_ROW: Final = ("entitles", "recovery")


class SharedRules(Declaration):
    """What most benefits share from a day on; what a later entry leaves out stays as it was."""

    from_: date = Field(alias="from")
    authority: str = Field(min_length=1)
    reviewed: Reviewed
    recognises: Recognises | None = None
    contradicted_by: Contradicts | None = None
    tiers: Tiers | None = None
    starts: Start | None = None
    custody: tuple[CustodyCode, ...] | None = None
    recovery: Recovery | None = None
    last_month_due: LastMonth | None = None
    cutoff_day: DayOfMonth | None = None

    @model_validator(mode="after")
    def _reviewed_before_it_holds(self) -> Self:
        if self.reviewed.date > self.from_:
            raise ValueError("an entry must have been reviewed before the day from which it holds")
        return self


class _Dated(Declaration):
    """The day of an entry, whatever else it says."""

    model_config = ConfigDict(extra="ignore")
    from_: date = Field(alias="from")


class _Versions(Declaration):
    """The days of a benefit's versions; what else they say is looked at when they are complete."""

    model_config = ConfigDict(extra="ignore")
    versions: tuple[_Dated, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order([version.from_ for version in self.versions], "versions")
        return self


class _Shared(Declaration):
    """The section of policy.yaml."""

    benefits: tuple[SharedRules, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order([entry.from_ for entry in self.benefits], "benefits")
        return self


def _check_order(days: Sequence[date], what: str) -> None:
    if list(days) != sorted(set(days)):
        raise ValueError(f"{what} must stand in the order of their `from`, each day once")


@dataclass(frozen=True, slots=True)
class Shared:
    """What most benefits of a pack share, as policy.yaml says it: its entries, and each once more as read."""

    path: Path
    entries: tuple[SharedRules, ...] = ()
    said: tuple[Mapping[str, Any], ...] = ()

    def on(self, day: date) -> Iterator[tuple[int, str, Any]]:
        """Every value said up to a day, with the number of its entry; before the first entry, the first."""
        for number, (entry, said) in enumerate(zip(self.entries, self.said, strict=True)):
            if number == 0 or entry.from_ <= day:
                yield from ((number, key, value) for key, value in said.items() if key not in _OF_AN_ENTRY)

    def between(self, first: date, own: Sequence[date]) -> Iterator[int]:
        """The entries that begin after a benefit's first day, on none of its own days."""
        for number, entry in enumerate(self.entries[1:], 1):
            if entry.from_ > first and entry.from_ not in own:
                yield number


@dataclass(frozen=True, slots=True)
class Origins:
    """Where each value of a benefit's complete versions is declared."""

    folder: Path
    path: Path  # the benefit's own file
    shared: Shared = Shared(Path("policy.yaml"))
    known: Mapping[Place, Origin] = field(
        default_factory=dict
    )  # of what stands elsewhere than its place says

    def at(self, place: Place) -> Origin:
        """Where a place of the complete benefit is declared."""
        for length in range(len(place), 0, -1):
            found = self.known.get(place[:length])
            if found is not None:
                return Origin(found.path, (*found.place, *place[length:]))
        return Origin(self.path, place)

    def where(self, place: Place) -> str:
        """The "file:line" of a place of the complete benefit."""
        return self.at(place).where

    def file(self, place: Place) -> str:
        """The file of a place, as it is called in the pack."""
        return self.at(place).path.relative_to(self.folder).as_posix()

    def is_shared(self, place: Place) -> bool:
        """Whether a place of the complete benefit is what most benefits share."""
        return self.at(place).path == self.shared.path


def read_policy(path: Path) -> tuple[Policy, Shared]:
    """A pack's policy, and what it says of most benefits; DeclarationError with file and line."""
    document = read_yaml(path)
    own = {key: value for key, value in document.items() if key != SHARED}

    def origin_of(place: Place) -> Origin:
        return Origin(path, place)

    policy = declared(own, Policy, origin_of)
    if SHARED not in document:
        return policy, Shared(path)
    section: _Shared = declared({SHARED: document[SHARED]}, _Shared, origin_of)
    return policy, Shared(path, section.benefits, tuple(document[SHARED]))


def read_benefit(folder: Path, path: Path, shared: Shared) -> tuple[Benefit, Origins]:
    """One benefit's file with complete versions; DeclarationError with file and line if it does not hold."""
    document, origins = complete(read_yaml(path), Origins(folder, path, shared))
    benefit = declared(document, Benefit, origins.at)
    if benefit.code != path.stem:
        raise DeclarationError(place_of(path, ("code",)), f"the file must be named {benefit.code}.yaml")
    return benefit, origins


def check_shared(path: Path, shared: Shared, origins: Iterable[Origins]) -> None:
    """Refuse what reaches no benefit, because each says the same by itself: it would have no effect."""
    reached = {origin.place for each in origins for origin in each.known.values() if origin.path == path}
    for number, said in enumerate(shared.said):
        for key in said:
            place: Place = (SHARED, number, key)
            if key not in _OF_AN_ENTRY and place not in reached:
                raise DeclarationError(
                    place_of(path, place), f"no benefit has its {key} from here: take it out"
                )


def complete(document: Mapping[str, Any], own: Origins) -> tuple[Mapping[str, Any], Origins]:
    """A benefit's document with versions that say everything, and where each value of them stands.

    Where policy.yaml says nothing of most benefits, the document as it is.
    """
    shared = own.shared
    if not shared.entries:
        return document, own
    dated: _Versions = declared(document, _Versions, own.at)
    days = [version.from_ for version in dated.versions]
    turns = [(shared.entries[number].from_, number, False) for number in shared.between(days[0], days)]
    entries = sorted([*((day, number, True) for number, day in enumerate(days)), *turns])
    versions: list[dict[str, Any]] = []
    known: dict[Place, Origin] = {}
    said: dict[str, Any] = {}  # by the benefit itself, so far
    places: dict[Place, Origin] = {}  # and where, by key
    newest: Mapping[str, Any] = {}  # of its own versions
    for day, number, is_own in entries:
        if is_own:
            head = newest = document[VERSIONS][number]
            _say(head, Origin(own.path, (VERSIONS, number)), said, places)
        values, stands = _with_shared(shared, day, said, places)
        if not is_own:
            if values == {key: value for key, value in versions[-1].items() if key not in _OF_AN_ENTRY}:
                continue  # it says all of that by itself
            head = _of_turn(shared, number, newest)
        here = Origin(own.path, (VERSIONS, number)) if is_own else Origin(shared.path, (SHARED, number))
        at: Place = (VERSIONS, len(versions))
        known[at] = here
        known |= {(*at, *place): origin for place, origin in stands.items()}
        versions.append({**{key: head[key] for key in _OF_AN_ENTRY if key in head}, **values})
    return {**document, VERSIONS: versions}, replace(own, known=known)


def _say(entry: Mapping[str, Any], here: Origin, said: dict[str, Any], places: dict[Place, Origin]) -> None:
    """Put what a version says in the place of what was said before it."""
    authority = Origin(here.path, (*here.place, "authority"))
    for key, value in entry.items():
        if key in _OF_AN_ENTRY:
            continue
        there = Origin(here.path, (*here.place, key))
        if key == "amount" and isinstance(value, dict):
            said[key] = _bands_changed(said.get(key), value, there, places)
            continue
        for place in [place for place in places if place[0] == key]:
            del places[place]
        said[key], places[key,] = value, there
        if key in _OF_ROWS and isinstance(value, list):
            said[key] = [_with_authority(row, entry) for row in value]
            places |= {(key, n, "authority"): authority for n, row in enumerate(value) if _is_bare(row)}
        elif key in _OF_ONE_ROW and _is_bare(value):
            said[key], places[key, "authority"] = _with_authority(value, entry), authority


def _is_bare(row: Any) -> bool:
    """Whether a row names no authority."""
    return isinstance(row, dict) and "authority" not in row


def _with_authority(row: Any, entry: Mapping[str, Any]) -> Any:
    if _is_bare(row) and "authority" in entry:
        return {**row, "authority": entry["authority"]}
    return row


def _with_shared(
    shared: Shared, day: date, said: Mapping[str, Any], places: Mapping[Place, Origin]
) -> tuple[dict[str, Any], dict[Place, Origin]]:
    """What holds on a day and where it is said: what most share, unless the benefit has said it by itself."""
    values: dict[str, Any] = {}
    stands: dict[Place, Origin] = {}
    for number, key, value in shared.on(day):
        values[key], stands[key,] = value, Origin(shared.path, (SHARED, number, key))
    return {**values, **said}, {**stands, **places}


def _of_turn(shared: Shared, number: int, own: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a version that a benefit has as what most share has changed: on both their laws."""
    said = shared.said[number]
    authority = "；".join(dict.fromkeys((str(own.get("authority")), said["authority"])))
    return {"from": said["from"], "authority": authority, "reviewed": said["reviewed"]}


def _bands_changed(
    before: Any, said: Mapping[str, Any], here: Origin, places: dict[Place, Origin]
) -> list[Any]:
    """The bands of an amount, of which a version names some anew by whom they are meant for."""
    changed = said.get(_CHANGED)
    if set(said) != {_CHANGED} or not isinstance(changed, list) or not changed:
        raise DeclarationError(here.where, "amount: a list of bands, or `changed` with those that change")
    if not isinstance(before, list):
        raise DeclarationError(here.where, "amount.changed: no version before this one has bands")
    bands = list(before)
    for number, band in enumerate(changed):
        there = Origin(here.path, (*here.place, _CHANGED, number))
        meant = [n for n, each in enumerate(bands) if _meant_for(each) == _meant_for(band)]
        if len(meant) != 1:
            raise DeclarationError(
                there.where, "amount.changed: no band before it is meant for the same: write the whole amount"
            )
        if bands[meant[0]] == band:
            raise DeclarationError(there.where, "amount.changed: nothing changes about this band")
        bands[meant[0]] = band
        places["amount", meant[0]] = there
    return bands


def _meant_for(band: Any) -> Any:
    return band.get("where", []) if isinstance(band, dict) else band
