"""Where people live and who helps them: sealed, and not taken back by whoever does not say it."""

from dataclasses import replace

import pytest

from chalicelib.model import Change, Contact, PersonId
from chalicelib.storage.dynamodb import contacts, people, tables
from chalicelib.storage.dynamodb.people import Newcomer
from chalicelib.storage.dynamodb.tables import People
from tests.storage.builders import AT, identity, person

pytestmark = pytest.mark.usefixtures("aws")

AT_HOME = Contact(address="某村东3号")
HELPED = Contact(helper_name="某戊", helper_phone="13800138001")


def told(contact: Contact) -> PersonId:
    """A roster that says this, and whether there is a helper."""
    somebody = person(has_helper=contact.helper_phone is not None)
    [found] = people.create_all([Newcomer(identity(), somebody, (), contact)], AT, "feed:roster")
    return found.person


def test_what_a_roster_does_not_say_it_does_not_take_back() -> None:
    who = told(AT_HOME)
    assert contacts.contact_of(who) == AT_HOME
    assert not people.load(who).person.has_helper
    assert told(HELPED) == who, "another authority's roster, without the address"
    assert contacts.contact_of(who) == Contact("某村东3号", "某戊", "13800138001")
    told(Contact())
    assert contacts.contact_of(who) == Contact("某村东3号", "某戊", "13800138001")
    assert people.load(who).person.has_helper
    told(Contact(address="新村9号"))
    assert contacts.contact_of(who).address == "新村9号"


def test_the_same_again_is_no_step_and_another_is_one() -> None:
    who = told(HELPED)
    before = people.load(who).person.sequence
    told(HELPED)
    told(Contact(helper_name="某戊"))
    assert people.load(who).person.sequence == before
    told(Contact(helper_phone="13800138002"))
    entry = people.audit_trail(who)[-1]
    assert (entry.action, entry.details) == ("roster", {"contact": "changed"})


def test_another_helper_has_refused_nothing_yet() -> None:
    who = told(HELPED)
    refused = replace(people.load(who).person, helper_opted_out=True)
    people.change(who, lambda _: Change("x", "test", AT, person=refused))
    told(Contact(helper_name="某己", helper_phone=HELPED.helper_phone))
    assert people.load(who).person.helper_opted_out, "the same phone"
    told(Contact(helper_phone="13800138002"))
    assert not people.load(who).person.helper_opted_out


def test_nothing_of_it_stands_in_clear_and_nobody_shows_in_a_repr() -> None:
    told(Contact("某村东3号", "某戊", "13800138001"))
    kept = str(list(tables.scan(People, People.pk.startswith("P#"))))
    for word in ("某村东3号", "某戊", "13800138001"):
        assert word not in kept
    assert "某村" not in repr(AT_HOME)


def test_of_whom_nothing_is_said_nothing_is_known() -> None:
    assert contacts.contact_of(PersonId("nobody")) == Contact()
