"""The identity secret gets another key: everybody is found by either, and in the end by the new one alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from admin import audits
from admin.__main__ import main as admin
from chalicelib.model import AreaCode, PersonId
from chalicelib.runs import run
from chalicelib.storage import clients
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import lookups, people, rekeying, shards, tables
from chalicelib.storage.dynamodb.items import IDENTITY, INDEX
from chalicelib.storage.dynamodb.tables import People
from tests.conftest import StoppedClock
from tests.storage.builders import AT, NAME, entitlement, identity, known, person
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")

OTHER, THIRD = number_of(2), number_of(3)


def box_of(who: PersonId) -> People:
    found = tables.get(People, f"P#{who}", IDENTITY)
    assert found is not None
    return found


def steps(clock: StoppedClock, *verbs: str) -> None:
    """One step a day."""
    for verb in verbs:
        assert admin(["identity", verb]) == 0, verb
        clock.advance(days=1)
        clients.forget()  # a process lives for hours


def all_found(*people_of: tuple[str, PersonId]) -> None:
    for number, who in people_of:
        assert people.person_id_of(number) == who
        assert people.persons_of([number, THIRD]) == {number: who}
        record = lookups.find(number, NAME)
        assert record is not None
        assert record.person.id == who
        assert lookups.find(number, "别人") is None


def test_everybody_is_found_at_every_step_and_in_the_end_by_the_new_key_alone(clock: StoppedClock) -> None:
    first, second = known(), known(number=OTHER)
    everybody = ((identity().number, first), (OTHER, second))
    for verb in ("add", "use", "rekey", "drop"):
        steps(clock, verb)
        all_found(*everybody)
    assert list(hmac_ids.keys().by_version) == ["2"]
    assert hmac_ids.person_id_for(OTHER) != second, "the old key is gone; a row leads to whom it named"
    assert box_of(first).mark == hmac_ids.identity_mark(identity())
    created = people.create(identity(), person(), [entitlement()], AT, "feed:roster")
    assert (created.person, created.created) == (first, False), "nobody gets a second id"
    assert audits.verify() == 0, "sealed anew on the chain, with an entry of its own"


def test_while_there_are_two_keys_nobody_gets_two_ids(clock: StoppedClock) -> None:
    """Also between processes of which one does not know yet which key is in use."""
    steps(clock, "add")
    before = hmac_ids.keys()
    by_the_first = known()
    steps(clock, "use")
    by_the_second = known(number=OTHER)
    assert by_the_second == hmac_ids.person_id_for(OTHER)
    assert people.create(identity(), person(), [entitlement()], AT, "x").person == by_the_first
    hmac_ids.keep(before)
    assert people.create(identity(OTHER), person(), [entitlement()], AT, "x").person == by_the_second


def test_marks_by_either_key_say_the_same(clock: StoppedClock) -> None:
    who = known()
    sealed = box_of(who).sealed
    steps(clock, "add", "use")
    assert hmac_ids.is_identity_mark(box_of(who).mark, identity())
    assert not hmac_ids.is_identity_mark(box_of(who).mark, identity(name="别人"))
    people.create(identity(), person(), [entitlement()], AT, "feed:roster")
    assert box_of(who).sealed == sealed, "a roster that says the same changes nobody"
    steps(clock, "rekey")
    assert box_of(who).sealed != sealed
    assert people.identity_of(who) == identity()


def test_a_pass_that_breaks_off_goes_on(clock: StoppedClock) -> None:
    numbers = [number_of(n) for n in range(10, 14)]
    ids = {number: known(number=number) for number in numbers}
    steps(clock, "add", "use")
    done, after = 0, ""
    with run("test") as each:
        for shard in shards.every_shard():
            part = rekeying.rekey_some(shard, each, after, stop=lambda: True)
            while part.after is not None:
                done += part.people
                part = rekeying.rekey_some(shard, each, part.after, stop=lambda: True)
            done += part.people
        assert done == len(numbers)
        assert sum(rekeying.rekey_some(shard, each).people for shard in shards.every_shard()) == 0
    for number, who in ids.items():
        row = tables.get(People, hmac_ids.index_key(number), INDEX)
        assert row is not None
        assert row.body == who


def test_whoever_is_known_only_as_a_related_person_keeps_their_id(
    clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    related = people.related_ids({OTHER: AreaCode("341602001001")})[OTHER]
    steps(clock, "add", "use")
    assert people.related_ids({OTHER: AreaCode("341602001001")}) == {OTHER: related}
    monkeypatch.setattr(rekeying.worklists, "related_to", lambda: {related: [PersonId("a" * 26)]})
    assert admin(["identity", "drop"]) == 1, "what leads to them is the old key alone"
    assert known(number=OTHER) == related, "once they draw something they are the same person"


@pytest.mark.parametrize(
    ("before", "verb"),
    [
        (("add",), "add"),
        ((), "use"),
        ((), "drop"),
        (("add",), "drop"),
    ],
)
def test_no_step_is_taken_out_of_its_order(clock: StoppedClock, before: tuple[str, ...], verb: str) -> None:
    steps(clock, *before)
    held = hmac_ids.keys()
    assert admin(["identity", verb]) == 1
    assert hmac_ids.keys() == held


def test_a_step_waits_for_the_day_after(clock: StoppedClock) -> None:
    """Else a process that does not know the new key would give somebody a second id."""
    assert admin(["identity", "add"]) == 0
    assert admin(["identity", "use"]) == 1
    clock.advance(days=1)
    assert admin(["identity", "use"]) == 0
    assert admin(["identity", "drop"]) == 1


def test_a_secret_that_names_a_key_it_does_not_hold_is_refused() -> None:
    said: dict[str, Any] = {"current": "2", "keys": {"1": "a"}}
    clients.client("secretsmanager").put_secret_value(SecretId="identity", SecretString=json.dumps(said))
    clients.forget()
    with pytest.raises(ValueError, match="does not hold"):
        hmac_ids.person_id_for(OTHER)
