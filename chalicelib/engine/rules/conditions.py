"""享受条件 · The closed vocabulary of conditions: what a rule may ask of a person, and what answers it.

A term asks one thing of the person's age, key groups or of a state that a feed reports (a disability
certificate and its grade, low income, a parent in prison, remarriage). The answer is yes, no or not
known: a feed that is late or silent is no evidence of absence (rule 11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Final, Self, TypeAlias, assert_never

from pydantic import Field, model_validator

from chalicelib.declarations import Declaration
from chalicelib.engine.calendar.periods import ONE_DAY, add_months, age_on, last_day_certified
from chalicelib.engine.rules.policy import EventName, Sentence
from chalicelib.model import Evidence, EvidenceKey, FeedId, KeyGroup, Person, Relation

UNTIL: Final = "until"  # the fact with which a feed says that a state has ended (ISO day, inclusive)

Words: TypeAlias = Mapping[tuple[FeedId, str], Evidence | None]
"""(feed, event) -> its newest word about one person up to the day; None: its only one was found wrong."""

States: TypeAlias = Mapping[Relation | None, Sequence[Words]]
"""Whose -> what is known of each of them: the person's own words (one), those about each of two parents."""

NO_STATES: Final[States] = {}


class ConditionKind(StrEnum):
    """What a term may ask of a person."""

    AGED_AT_LEAST = "aged_at_least"
    AGED_UNDER = "aged_under"  # through the month of the birthday: in doubt for the person
    IN_KEY_GROUP = "in_key_group"
    SHOWN = "shown"  # a feed reports the state, and has not reported its end
    NOT_SHOWN = "not_shown"


# Looked up for every condition of every person: a name of this module costs less than a member of an enum.
SHOWN: Final = ConditionKind.SHOWN
NOT_SHOWN: Final = ConditionKind.NOT_SHOWN
AGED_UNDER: Final = ConditionKind.AGED_UNDER
AGED_AT_LEAST: Final = ConditionKind.AGED_AT_LEAST
IN_KEY_GROUP: Final = ConditionKind.IN_KEY_GROUP
ASKS_A_FEED: Final = (SHOWN, NOT_SHOWN)


class Term(Declaration):
    """One thing asked of a person.

    `shown` is answered by the newest word of its events: no, where that word is one of `ended_by` or what its
    feed declares to release from the state, where its `until` has passed, or where its `fact` is none
    `one_of`; not known, where there is no word, where the word lacks the fact, or is older than
    `within_months`. Of several related persons one is enough: the answer is no only if it is no for all of
    whom anything is known.
    """

    when: ConditionKind
    value: int | str = ""
    by: tuple[EventName, ...] = ()
    ended_by: tuple[EventName, ...] = ()
    of: Relation | None = None
    fact: str | None = None
    one_of: tuple[str, ...] = ()
    within_months: Annotated[int, Field(ge=1, le=120)] | None = None
    while_drawing: bool = False  # a word from before the benefit was granted does not count

    @model_validator(mode="after")
    def _says_what_its_word_needs(self) -> Self:
        asks_a_feed = self.when in ASKS_A_FEED
        if asks_a_feed != bool(self.by):
            raise ValueError("`by` belongs to shown and not_shown, and to them alone")
        if (self.fact is None) != (not self.one_of):
            raise ValueError("`fact` and `one_of` belong together")
        if not asks_a_feed and (
            self.ended_by or self.of or self.fact or self.within_months or self.while_drawing
        ):
            raise ValueError(f"{self.when} asks no feed")
        if asks_a_feed:
            return self
        if self.when is ConditionKind.IN_KEY_GROUP:
            KeyGroup(str(self.value))  # ValueError names the words that may stand here
        elif not isinstance(self.value, int):
            raise ValueError(f"{self.when} needs a number of years")
        return self

    @cached_property
    def asks_a_feed(self) -> bool:
        """Whether a feed answers it, so that without any word of a feed it is true or not known."""
        return self.when in ASKS_A_FEED

    @property
    def events(self) -> tuple[EventName, ...]:
        """Every event whose word the term listens to."""
        return (*self.by, *self.ended_by)

    def holds(
        self, person: Person, on: date, states: States = NO_STATES, since: date = date.min
    ) -> bool | None:
        """Whether it is so on a day, for somebody who has drawn since a day; None if nobody has said."""
        word = self.when
        if word is SHOWN:
            return self._shown(on, states, since)
        if word is NOT_SHOWN:
            return self._not_shown(on, states, since)
        if word is AGED_UNDER:
            return None if person.born is None else on < grown(person.born, int(self.value))
        if word is AGED_AT_LEAST:
            return None if person.born is None else age_on(person.born, on) >= int(self.value)
        if word is IN_KEY_GROUP:
            return self.value in person.key_groups
        assert_never(word)

    def lost_on(
        self, person: Person, on: date, states: States = NO_STATES, since: date = date.min
    ) -> tuple[date, EvidenceKey | None]:
        """The first day on which a term did not hold that does not, and the record that says so, if one does.

        Of several related persons it is the last one's: until then the term held. An age not yet reached
        and a group never belonged to have not held since the first day of drawing.
        """
        if self.when is AGED_UNDER and person.born is not None:
            return grown(person.born, int(self.value)), None
        found = (self._word(words, since) for words in states.get(self.of, ()))
        lost = [(_ended(word, on), word.key) for word in found if word is not None]
        return max(lost) if lost else (since, None)

    def _word(self, words: Words, since: date) -> Evidence | None:
        newest: Evidence | None = None
        for name in self._names:
            item = words.get(name)
            if item is None or (self.while_drawing and item.key.day < since):
                continue
            if newest is None or item.key > newest.key:
                newest = item
        return newest

    @cached_property
    def _names(self) -> tuple[tuple[FeedId, str], ...]:
        return tuple(name.key for name in self.events)

    def _shown(self, on: date, states: States, since: date) -> bool | None:
        if not states:
            return None
        if self.of is None:
            own = states.get(None)
            word = self._word(own[0], since) if own else None
            return None if word is None else self._says(word, on)
        answers = set(self._answers(on, states, since))
        if True in answers:
            return True
        return False if answers == {False} else None

    def _not_shown(self, on: date, states: States, since: date) -> bool:
        """Where nobody has said that it is so, it is not; of several, one of whom it is not is enough."""
        if self.of is None:
            return not self._shown(on, states, since)
        return set(self._answers(on, states, since)) != {True}

    def _answers(self, on: date, states: States, since: date) -> Iterator[bool | None]:
        """What is known of each related person about whom anything was said, wrongly or not."""
        for words in states.get(self.of, ()):
            word = self._word(words, since)
            if word is not None:
                yield self._says(word, on)
            elif any(name in words and words[name] is None for name in self._names):
                yield None

    def _says(self, word: Evidence, on: date) -> bool | None:
        if (word.key.feed, word.key.event) not in self._says_so:
            return False
        until = stated_end(word)
        if until is not None and until < on:
            return False
        if self.within_months is not None and last_day_certified(word.key.day, self.within_months) < on:
            return None
        if self.fact is None:
            return True
        said = word.facts.get(self.fact)
        return said in self.one_of if said else None

    @cached_property
    def _says_so(self) -> frozenset[tuple[FeedId, str]]:
        """What says that it is so; any other word about it says that it is over (`ended_by`, a release)."""
        return frozenset(name.key for name in self.by) - {name.key for name in self.ended_by}


class Clause(Term):
    """A term with its reason: a condition if it must hold, an exclusion if it may not.

    `unless` holds other terms of which one is enough instead (the child is 18, but still at school).
    """

    unless: tuple[Term, ...] = ()
    because: Sentence
    authority: str = Field(min_length=1)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Everything that the clause asks."""
        return (self, *self.unless)

    def holds(
        self, person: Person, on: date, states: States = NO_STATES, since: date = date.min
    ) -> bool | None:
        """Whether the clause or what may stand in its place is so; None if nobody has said."""
        own = Term.holds(self, person, on, states, since)
        if own is False and any(term.holds(person, on, states, since) for term in self.unless):
            return True
        return own

    def fails(self, person: Person, on: date, states: States = NO_STATES, since: date = date.min) -> bool:
        """Whether it is known not to be so, and nothing may stand in its place, not even unheard."""
        return all(Term.holds(term, person, on, states, since) is False for term in self.terms)

    def asks_the_same(self, other: Clause) -> bool:
        """Whether another clause asks the same, in whatever words and by whatever authority."""
        words = {"because", "authority"}
        return self.model_dump(exclude=words) == other.model_dump(exclude=words)


@lru_cache(maxsize=4_096)
def grown(born: date, years: int) -> date:
    """The first day on which somebody no longer counts as under an age: after the month of the birthday."""
    return add_months(born, 12 * years + 1)


def _ended(word: Evidence, on: date) -> date:
    until = stated_end(word)
    return until + ONE_DAY if until is not None and until < on else word.key.day


def stated_end(item: Evidence) -> date | None:
    """The last day of what a record tells of, if it says so."""
    stated = item.facts.get(UNTIL)
    return date.fromisoformat(stated) if stated else None
