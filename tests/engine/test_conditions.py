"""What a condition may ask, and the three answers: yes, no, not known (rule 6)."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from chalicelib.engine.certification.facts import states_on
from chalicelib.engine.rules.conditions import Clause, States, Term
from chalicelib.model import Evidence, KeyGroup, Relation
from tests.events import RULES
from tests.people import a_person, day, some_evidence

ON = day("2025-06-10")
CARD = {"feed": "disability_certificates", "event": "valid"}
LOW = {"feed": "low_income", "event": "listed"}
BECAUSE = {"because": {"zh": "因", "en": "because"}, "authority": "A"}


def states(*items: Evidence) -> States:
    return states_on(items, RULES, ON)


def term(**said: object) -> Term:
    return Term.model_validate({"when": "shown", "by": [CARD], **said})


@pytest.mark.parametrize(
    ("said", "items", "answer", "why"),
    [
        ({}, [], None, "nobody has said"),
        ({}, [("2025-06-10", {})], True, "said today"),
        ({}, [("2025-06-11", {})], None, "said tomorrow"),
        ({}, [("2025-01-01", {"until": "2025-06-10"})], True, "its last day"),
        ({}, [("2025-01-01", {"until": "2025-06-09"})], False, "ended yesterday"),
        ({"within_months": 3}, [("2025-03-11", {})], True, "three months old"),
        ({"within_months": 3}, [("2025-03-10", {})], None, "older: nobody knows about today"),
        ({"fact": "grade", "one_of": ["grade_1"]}, [("2025-01-01", {"grade": "grade_1"})], True, "the grade"),
        ({"fact": "grade", "one_of": ["grade_1"]}, [("2025-01-01", {"grade": "grade_3"})], False, "another"),
        ({"fact": "grade", "one_of": ["grade_1"]}, [("2025-01-01", {})], None, "no grade said"),
        (
            {"fact": "grade", "one_of": ["grade_1"]},
            [("2025-01-01", {"grade": "grade_3"}), ("2025-02-01", {"grade": "grade_1"})],
            True,
            "the newest word counts, whatever the order",
        ),
        ({"ended_by": [LOW]}, [("2025-01-01", {})], True, "no end reported"),
    ],
)
def test_a_state_that_a_feed_shows(
    said: dict[str, object], items: list[tuple[str, dict[str, str]]], answer: bool | None, why: str
) -> None:
    evidence = [some_evidence("disability_certificates/valid", when, **facts) for when, facts in items]
    for order in (evidence, evidence[::-1]):
        assert term(**said).holds(a_person(), ON, states(*order)) is answer, why
        opposite = term(**{**said, "when": "not_shown"}).holds(a_person(), ON, states(*order))
        assert opposite is (answer is not True), why


def test_a_word_that_ends_the_state() -> None:
    begun = some_evidence("disability_certificates/valid", "2025-01-01")
    ended = some_evidence("low_income/listed", "2025-02-01")
    asked = term(ended_by=[LOW])
    assert asked.holds(a_person(), ON, states(begun, ended)) is False
    assert asked.lost_on(a_person(), ON, states(begun, ended)) == (day("2025-02-01"), ended.key)
    again = some_evidence("disability_certificates/valid", "2025-03-01")
    assert asked.holds(a_person(), ON, states(begun, ended, again)) is True


@pytest.mark.parametrize(("until", "lost"), [("2025-06-10", "2025-01-01"), ("2025-06-09", "2025-06-10")])
def test_a_card_of_another_grade_takes_the_condition_away_from_its_own_day(until: str, lost: str) -> None:
    """On its last day it still says so; once it has expired, that is what is told."""
    other = some_evidence("disability_certificates/valid", "2025-01-01", grade="grade_3", until=until)
    asked = term(fact="grade", one_of=["grade_1"])
    assert asked.lost_on(a_person(), ON, states(other)) == (day(lost), other.key)


def test_what_was_so_before_the_grant_does_not_count_while_drawing() -> None:
    asked = term(while_drawing=True)
    item = states(some_evidence("disability_certificates/valid", "2025-01-01"))
    assert asked.holds(a_person(), ON, item, day("2025-01-01")) is True
    assert asked.holds(a_person(), ON, item, day("2025-01-02")) is None


def test_a_key_group() -> None:
    asked = Term.model_validate({"when": "in_key_group", "value": "bedridden"})
    assert asked.holds(a_person(key_groups=[KeyGroup.BEDRIDDEN]), ON) is True
    assert asked.holds(a_person(), ON) is False


def test_one_of_the_other_terms_is_enough_instead() -> None:
    clause = Clause.model_validate(
        {
            "when": "aged_under",
            "value": 18,
            "unless": [{"when": "in_key_group", "value": "disabled"}],
            **BECAUSE,
        }
    )
    assert clause.holds(a_person("2007-05-01"), ON) is False
    assert clause.holds(a_person("2007-05-01", key_groups=[KeyGroup.DISABLED]), ON) is True
    assert clause.holds(a_person("2007-06-01"), ON) is True
    assert clause.lost_on(a_person("2007-05-01"), ON) == (day("2025-06-01"), None)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"when": "shown"}, "`by` belongs to"),
        ({"when": "aged_under", "value": 18, "by": [CARD]}, "`by` belongs to"),
        ({"when": "shown", "by": [CARD], "fact": "grade"}, "belong together"),
        ({"when": "shown", "by": [CARD], "one_of": ["grade_1"]}, "belong together"),
        ({"when": "aged_under", "value": 18, "of": "parent"}, "asks no feed"),
        ({"when": "aged_under", "value": 18, "while_drawing": True}, "asks no feed"),
        ({"when": "aged_under"}, "number of years"),
        ({"when": "in_key_group"}, "not a valid KeyGroup"),
    ],
)
def test_a_term_says_what_its_word_needs_and_nothing_else(said: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Term.model_validate(said)


SHOWS: dict[str, str] = {}
ENDED = {"until": "2025-06-09"}


@pytest.mark.parametrize(
    ("father", "mother", "shown", "not_shown", "why"),
    [
        (None, None, None, True, "nobody has said"),
        (SHOWS, None, True, False, "nothing is known of the mother"),
        (ENDED, None, False, True, "unmet for all of whom anything is known"),
        (SHOWS, ENDED, True, True, "one of them is enough"),
        (ENDED, SHOWS, True, True, "whichever word is the newer"),
        (ENDED, ENDED, False, True, "unmet for both"),
        (SHOWS, SHOWS, True, False, "so for both"),
    ],
)
def test_one_of_two_parents_is_enough(
    father: dict[str, str] | None,
    mother: dict[str, str] | None,
    shown: bool | None,
    not_shown: bool,
    why: str,
) -> None:
    said = zip((father, mother), ("2025-01-01", "2025-02-01"), strict=True)
    each = [[some_evidence("disability_certificates/valid", d, **f)] for f, d in said if f is not None]
    related = {Relation.PARENT: each}
    known = states_on([], RULES, ON, related=related)
    assert term(of="parent").holds(a_person(), ON, known) is shown, why
    assert term(of="parent", when="not_shown").holds(a_person(), ON, known) is not_shown, why
    assert term(of="spouse").holds(a_person(), ON, known) is None, "about somebody else"
    assert term().holds(a_person(), ON, known) is None, "not about themselves"
    assert term().holds(a_person(), ON, states_on(each[0] if each else [], RULES, ON)) is (
        None if not each else not each[0][0].facts
    )


def test_what_two_parents_entitled_to_is_lost_with_the_second() -> None:
    words = [
        [some_evidence("disability_certificates/valid", when, until=until)]
        for when, until in (("2024-01-01", "2025-06-01"), ("2025-01-01", "2025-03-01"))
    ]
    known = states_on([], RULES, ON, related={Relation.PARENT: words})
    assert term(of="parent").lost_on(a_person(), ON, known) == (day("2025-06-02"), words[0][0].key)


def test_the_second_parent_is_still_known_by_another_word_than_the_one_asked_for() -> None:
    ended = some_evidence("disability_certificates/valid", "2025-01-01", until="2025-02-01")
    other = some_evidence("low_income/listed", "2025-01-01")
    known = states_on([], RULES, ON, related={Relation.PARENT: [[ended], [other]]})
    assert term(of="parent").holds(a_person(), ON, known) is False


@pytest.mark.parametrize(
    ("others", "answer", "why"),
    [
        ([], None, "the only word was wrong"),
        ([("2025-01-01", {})], True, "the other's word stands"),
        (
            [("2025-01-01", ENDED)],
            None,
            "the first may still be so: the other's older word asks nothing anew",
        ),
    ],
)
def test_what_people_have_found_wrong_about_a_relative_says_nothing(
    others: list[tuple[str, dict[str, str]]], answer: bool | None, why: str
) -> None:
    wrong = some_evidence("disability_certificates/valid", "2025-02-01", until="2025-03-01")
    about = [some_evidence("disability_certificates/valid", when, **facts) for when, facts in others]
    related = {Relation.PARENT: [[wrong], about]}
    assert term(of="parent").holds(a_person(), ON, states_on([], RULES, ON, related=related)) is bool(answer)
    known = states_on([], RULES, ON, frozenset({wrong.key}), related)
    assert term(of="parent").holds(a_person(), ON, known) is answer, why


def test_an_earlier_word_about_a_relative_stands_where_a_later_one_was_wrong() -> None:
    earlier = some_evidence("disability_certificates/valid", "2025-01-01")
    wrong = some_evidence("disability_certificates/valid", "2025-02-01", until="2025-03-01")
    related = {Relation.PARENT: [[wrong, earlier]]}
    known = states_on([], RULES, ON, frozenset({wrong.key}), related)
    assert term(of="parent").holds(a_person(), ON, known) is True


@pytest.mark.parametrize(
    ("released", "holds"), [("2025-01-31", True), ("2025-02-01", False), ("2025-03-01", False)]
)
def test_what_a_feed_says_to_release_from_a_state_ends_it_for_all(released: str, holds: bool) -> None:
    begun = some_evidence("custody/sentence", "2025-02-01")
    over = some_evidence("custody/paroled", released)
    asked = term(of="parent", by=[{"feed": "custody", "event": "sentence"}])
    for order in ([begun, over], [over, begun]):
        known = states_on((), RULES, ON, related={Relation.PARENT: [order]})
        assert asked.holds(a_person(), ON, known) is holds
    if not holds:
        assert asked.lost_on(a_person(), ON, known) == (day(released), over.key)


def test_a_release_under_another_name_ends_nothing() -> None:
    begun = some_evidence("custody/sentence", "2025-02-01")
    over = replace(some_evidence("custody/paroled", "2025-03-01"), recovered=True)
    known = states_on((), RULES, ON, related={Relation.PARENT: [[begun, over]]})
    asked = term(of="parent", by=[{"feed": "custody", "event": "sentence"}])
    assert asked.holds(a_person(), ON, known) is True
