"""Where the chains end is read once a night: whoever counts everybody leaves it for the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import pytest

from chalicelib import audit_roots, clock
from chalicelib.errors import UnfinishedError
from chalicelib.model import PersonId
from chalicelib.passes import table
from chalicelib.passes.slices import Slice
from chalicelib.runs import Stop, never, run
from chalicelib.storage.dynamodb import access_log, audit_findings, everybody, people, shards
from tests.storage.builders import AT, change, evidence, known, put

pytestmark = pytest.mark.usefixtures("aws")

NIGHT: Final = date(2025, 7, 1)
NUMBERS: Final = ("34160219500101001X", "341602195001010028", "341602195001010036")


@pytest.fixture
def three() -> list[PersonId]:
    """Three people in order of their ids; at the first somebody has looked."""
    found = sorted(known(number=number) for number in NUMBERS)
    put(found[0], evidence=(evidence(),))
    access_log.record(found[0], "looked", "officer", AT, {"what": "status"})
    return found


def count(after: str = "", stop: Stop = never) -> str | None:
    """One slice of the pass that counts everybody; behind whom to go on."""
    with run("statistics") as each:
        shard = shards.EVERYBODY
        return table.PASSES["statistics"].do(Slice("x", "", shard, NIGHT, after, stop, each)).after


def ends(day: date = NIGHT) -> list[PersonId]:
    with run("audit_roots") as each:
        found, after = audit_roots.ends_of_some(shards.EVERYBODY, day, each)
    assert after is None
    return [one.person for one in found]


@contextmanager
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[PersonId]]:
    """Of whom the root reads the ends for itself."""
    whose, read = list[PersonId](), audit_findings.ends_of

    def ends_of(persons: list[PersonId], each: Any) -> Any:
        whose.extend(persons)
        return read(persons, each)

    with monkeypatch.context() as patch:
        patch.setattr(audit_findings, "ends_of", ends_of)
        yield whose


def test_the_query_that_reads_a_record_finds_the_ends_that_the_root_reads(three: list[PersonId]) -> None:
    with run("x") as each:
        read = audit_findings.ends_of(three, each)
    assert [seen.ends for person in three if (seen := everybody.record_and_ends(person))] == read
    assert read[0].looks == 1
    assert everybody.record_and_ends(PersonId("nobody")) is None


def test_whom_another_number_goes_on_for_has_ends_all_the_same(
    three: list[PersonId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everybody, "_record", lambda items, kinds: None)
    seen = everybody.record_and_ends(three[1])
    assert seen is not None
    assert (seen.record, seen.ends.person) == (None, three[1])


def test_what_was_counted_is_not_read_again(three: list[PersonId], monkeypatch: pytest.MonkeyPatch) -> None:
    assert count() is None
    with asked(monkeypatch) as whose:
        assert ends() == three
        assert whose == []
        assert ends(date(2025, 7, 2)) == three, "of another day nobody has left anything"
        assert whose == three


def test_slices_are_followed_and_what_is_missing_behind_them_is_read(
    three: list[PersonId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count broke off after its first slice: the root goes on by itself."""
    assert count(stop=lambda: True) == three[0]
    with asked(monkeypatch) as whose:
        assert ends() == three
    assert whose == three[1:]
    assert count(after=three[0]) is None
    with asked(monkeypatch) as whose:
        assert ends() == three
    assert whose == []


def test_who_could_not_be_counted_is_not_left_out_of_the_root(
    three: list[PersonId], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = everybody.record_and_ends

    def unreadable(person: PersonId, *kinds: Any) -> Any:
        if person == three[1]:
            raise ValueError("a record that nobody can read")
        return read(person, *kinds)

    with monkeypatch.context() as patch:
        patch.setattr(everybody, "record_and_ends", unreadable)
        with pytest.raises(UnfinishedError):
            count()
    assert ends() == three


def rewrite(person: PersonId) -> None:
    people.change(person, lambda _record: change("later"))


def look(person: PersonId) -> None:
    access_log.record(person, "looked", "auditor", AT, {"what": "audit"})


@pytest.mark.parametrize("act", [rewrite, look])
def test_what_is_signed_stood_there_when_it_was_counted(
    three: list[PersonId], act: Callable[[PersonId], None]
) -> None:
    """A step, or a look, between counting and signing stands in the next night's root."""
    with run("x") as each:
        before = audit_findings.ends_of(three, each)
    count()
    act(three[0])
    with run("nightly_audit_roots") as each:
        found = [(shards.EVERYBODY, audit_roots.ends_of_some(shards.EVERYBODY, NIGHT, each)[0])]
        audit_roots.sign_root(found, clock.today(), "1")
    (signed,) = audit_roots.chains_of(NIGHT).values()
    assert list(signed.values()) == before
    assert audit_findings.findings_about(three[0], signed[three[0]]) == (), "it has come by what was signed"
