"""拆号 · Two numbers that were joined in error are separated, with a trail on both (rules 14 and 19).

The one left behind lives again first, and is paid as before; then the other lets go of what is not its own.
Each step may be repeated after a crash: what stands under a number already is not given back twice. What
cannot be attributed certifies neither, and somebody goes to see both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock, messages
from chalicelib.cases import (
    evidence_effects,
    evidence_withdrawal,
    joining_trails,
    recovery_following,
    suspicion_verification,
)
from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.suspicion.kept_apart import keeps, to_be_seen
from chalicelib.engine.suspicion.mistaken_confirmation import reversals
from chalicelib.engine.suspicion.reckoning import reckoned
from chalicelib.engine.suspicion.reversal import undone
from chalicelib.engine.suspicion.separation import Joining, LivesAgain, Shares, lives_again, shares
from chalicelib.engine.suspicion.upcoming import dates_ahead
from chalicelib.engine.texts.decision_words import titles
from chalicelib.jurisdiction import current
from chalicelib.model import (
    LIVE,
    Change,
    Entitlement,
    Evidence,
    Message,
    MessageState,
    Payment,
    PersonId,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
)
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import lake

_WHY_JOINED: Final = "名册上两个号码以同一待遇编号领取同一待遇"
_SHORTENED: Final = Template.CORRECTED  # told with the rest, once


def separate(person: PersonId, joined: Suspicion, decided: Suspicion, *, actor: str) -> None:
    """Separate what two people have found to be two people's; done before, it changes nothing.

    `joined`: by which the numbers were joined; `decided`: the reversal. UnreadableError where the lake cannot
    be read: nothing may be concluded of whose the evidence is.
    """
    leaving = joined.other
    if leaving is None or decided.state is not SuspicionState.CONFIRMED:
        return
    stays, theirs = people.load(person), people.under_its_own_number(leaving)
    staying = stays.person.id
    joining = joining_trails.joining_of(staying, leaving)
    if joining is not None and joined.state is SuspicionState.CONFIRMED:
        whose, found = _shares(stays, theirs, joining)
        by = decided.verified_by or actor
        if theirs.person.joined_to == staying:
            people.copy_back_payments(staying, leaving)
            paid, in_lake = people.payments_of(staying), found[leaving]
            people.change_under_its_own_number(
                leaving,
                lambda now: _lives_again(now, stays, joining, decided, whose, paid, in_lake, by),
            )
        own = people.payments_without(staying, leaving)
        people.change(
            staying,
            lambda now: _lets_go(now, theirs, joining, joined, decided, whose, own, found[staying], by),
        )
    if people.under_its_own_number(leaving).person.joined_to is None:
        people.give_back_payments(staying, leaving)
        for each in (staying, leaving):
            record = recovery_following.follow(each)
            on = clock.today()
            evidence_effects.file_dates(each, dates_ahead(record, current().rules, on), on)
            suspicion_verification.wake_withdrawn(record)
            evidence_effects.wake_and_start(record)
            evidence_effects.nothing_to_wait_for(record)


def _shares(
    stays: PersonRecord, theirs: PersonRecord, joining: Joining
) -> tuple[Shares, dict[PersonId, list[Evidence]]]:
    """Whose the evidence is that the one who went on holds, and what the lake holds of either number."""
    staying, leaving = stays.person.id, theirs.person.id
    others = [
        s.other
        for s in stays.suspicions
        if s.kind is SuspicionKind.TWO_NUMBERS and s.state is SuspicionState.CONFIRMED and s.other is not None
        if s.other != leaving
    ]
    found = lake.evidence_of_many([staying, leaving, *others])
    of_others = [item for each in others for item in people.under_its_own_number(each).evidence]
    mine = {item.key for each in (staying, *others) for item in found[each]} | {i.key for i in of_others}
    under = {item.key for item in (*found[leaving], *theirs.evidence)}
    under |= joining_trails.met_under(staying, leaving)
    held = {item.key for item in stays.evidence} | stays.withdrawn
    return shares(held, mine | joining.evidence, under), found


# --- the number that was left behind ---------------------------------------------------------------


def _lives_again(
    theirs: PersonRecord,
    stays: PersonRecord,
    joining: Joining,
    decided: Suspicion,
    whose: Shares,
    paid: Sequence[Payment],
    in_lake: Collection[Evidence],
    by: str,
) -> Change | None:
    if theirs.person.joined_to != stays.person.id:
        return None
    on, rules = clock.today(), current().rules
    own_paid = people.payments_of(theirs.person.id)
    again = lives_again(theirs, stays, joining, decided, own_paid, paid, rules, on)
    void = (whose.theirs & stays.withdrawn) - theirs.withdrawn
    came = evidence_effects.unknown_to(theirs, [i for i in stays.evidence if i.key in whose.theirs])
    own = replace(
        theirs,
        person=replace(theirs.person, joined_to=None),
        entitlements=again.entitlements,
        evidence=(*(i for i in theirs.evidence if i.key not in void), *came),
        withdrawn=theirs.withdrawn | void,
        suspicions=_put(theirs.suspicions, again.suspicions),
        instructions=again.instructions,
    )
    seen = _to_be_seen(own, whose, on)
    settlement = evidence_effects.apply_rules(replace(own, suspicions=(*own.suspicions, *seen)), on, in_lake)
    settlement = replace(settlement, evidence=(*came, *settlement.evidence))
    change = settlement.change(joining_trails.SEPARATED, by)
    entitlements = _put_entitlements(again.entitlements, change.entitlements)
    return replace(
        change,
        details={**change.details, "separated_from": stays.person.id, "arrears_fen": again.fen},
        person=own.person,
        entitlements=entitlements,
        withdraw=tuple(sorted(void)),
        cases=evidence_withdrawal.wait_of_suspended(theirs, entitlements, on),
        suspicions=(*again.suspicions, *seen, *change.suspicions),
        objections=again.objections,
        recoveries=again.recoveries,
        instructions=again.instructions,
        messages=_told(own, entitlements, again, on),
    )


# --- the number that went on -------------------------------------------------------------------------


def _lets_go(
    record: PersonRecord,
    theirs: PersonRecord,
    joining: Joining,
    joined: Suspicion,
    decided: Suspicion,
    whose: Shares,
    own: Sequence[Payment],
    in_lake: Sequence[Evidence],
    by: str,
) -> Change | None:
    if all(s.name != joined.name or s.state is not SuspicionState.CONFIRMED for s in record.suspicions):
        return None
    on, rules = clock.today(), current().rules
    gone = frozenset(item.key for item in record.evidence) & whose.gone
    kept = tuple(item for item in record.evidence if item.key not in gone)
    left = replace(
        keeps(record, theirs, joining, joined, decided, on), evidence=kept, withdrawn=record.withdrawn | gone
    )
    known = {item.key for item in left.evidence} | left.withdrawn
    older = evidence_withdrawal.that_counts(left, [i for i in in_lake if i.key not in known])
    left = replace(left, evidence=kept + older)
    seen = _to_be_seen(left, whose, on)
    left = replace(left, suspicions=(*left.suspicions, *seen))
    undoing = undone(left, gone, own, rules, on)
    change = evidence_withdrawal.followed(
        left,
        left,
        undoing,
        joining_trails.SEPARATED,
        by,
        {"separated": theirs.person.id, "withdrawn": sorted(str(key) for key in gone)},
        older,
    )
    orders = {i.name: i for i in (*left.instructions, *change.instructions)}
    after = replace(
        left,
        person=change.person or left.person,
        entitlements=_put_entitlements(left.entitlements, change.entitlements),
        suspicions=_put(left.suspicions, change.suspicions),
        instructions=tuple(orders.values()),
    )
    orders |= {i.name: i for i in reckoned(after, own, rules, on)}
    asked = tuple(reversals(after, gone & whose.theirs, frozenset(), rules, on))
    return replace(
        change,
        person=after.person,
        entitlements=after.entitlements,
        suspicions=(*after.suspicions, *asked),
        objections=left.objections,
        recoveries=left.recoveries,
        owed_to_heirs=left.owed_to_heirs,
        instructions=tuple(orders.values()),
        withdraw=tuple(sorted(gone)),
        withdraw_day=on - ONE_DAY,  # what a file of today says of the person's own counts
        messages=(
            *(m for m in change.messages if m.template is not _SHORTENED or m.state is MessageState.DROPPED),
            *_told(after, after.entitlements, None, on),
        ),
    )


# --- both ---------------------------------------------------------------------------------------------


def _to_be_seen(record: PersonRecord, whose: Shares, on: date) -> tuple[Suspicion, ...]:
    asked = to_be_seen(record, current().rules, on) if whose.unclear else None
    return () if asked is None else (asked,)


def _told(
    record: PersonRecord, drawn: Collection[Entitlement], again: LivesAgain | None, on: date
) -> tuple[Message, ...]:
    """Both are told once what was wrong, and that nothing is to be done; none of the dead."""
    live = [e.benefit for e in drawn if e.status in LIVE]
    if record.died is not None or not live:
        return ()
    words = {"what": titles(dict.fromkeys(live), current().rules), "reason": _WHY_JOINED, "owed": ""}
    if again is not None and again.fen:
        words["owed"] = f"其间应发未发的待遇共{yuan(again.fen)}元，随下一次发放一并补发。"
    return (messages.anew(record, Template.SEPARATED, on.isoformat(), words, on),)


def _put(before: Collection[Suspicion], changed: Collection[Suspicion]) -> tuple[Suspicion, ...]:
    return tuple({s.name: s for s in (*before, *changed)}.values())


def _put_entitlements(
    before: Collection[Entitlement], changed: Collection[Entitlement]
) -> tuple[Entitlement, ...]:
    return tuple({e.benefit: e for e in (*before, *changed)}.values())
