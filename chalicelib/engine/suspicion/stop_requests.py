"""自助停发 · A person asks that a payment of theirs stop (row B6): nothing stops by that alone.

Whoever holds the phone could ask. So an officer speaks with the person first, a letter goes to the registered
address, and for seven days it is undone by a word. Then another officer, of the authority that runs the
benefit, confirms it: it stops with the next pay run that is still open, and nothing is asked back. What
anybody else says about somebody is an ordinary suspicion.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, zh_day
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.approvals import Runs
from chalicelib.engine.suspicion.lifecycle import COUNTY, TOWNSHIP, verify_by
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

UNDONE_WITHIN: Final = timedelta(days=7)  # [choice] a letter takes two or three of them


def is_about(suspicion: Suspicion, benefit: BenefitCode) -> bool:
    """Whether it is a request to stop a benefit; of each at most one is open."""
    return suspicion.kind is SuspicionKind.STOP_ASKED and suspicion.benefit == benefit


def asked(record: PersonRecord, benefit: BenefitCode, *, by: str, rules: RuleBook, on: date) -> Suspicion:
    """The request, to be spoken about with the person. RefusedError where nothing is paid that could stop."""
    drawn = next((e for e in record.entitlements if e.benefit == benefit), None)
    if drawn is None or drawn.status is EntitlementStatus.TERMINATED:
        raise RefusedError("not_drawn", "本人未领取该待遇。", "the person does not draw this benefit")
    day = on
    while any(s.day == day for s in record.suspicions if s.kind is SuspicionKind.STOP_ASKED):
        day += ONE_DAY  # kind and day are its key
    title = rules.benefit(benefit).title
    return Suspicion(
        SuspicionKind.STOP_ASKED,
        day,
        on,
        SuspicionState.OPEN,
        None,
        Reason(
            SuspicionKind.STOP_ASKED.value,
            f"本人于{zh_day(on)}申请停止发放{title.zh}。请与本人当面或通话核对，确认是本人的意思；"
            "核对后告知书寄送其登记地址，七日内可以撤回。在此之前待遇照常。",
            f"On {on} the person asked that {title.en} stop. Speak with the person: is it what they mean? A "
            "letter then goes to their registered address, and for seven days it can be undone. Nothing "
            "changes meanwhile.",
        ),
        benefit,
        level=TOWNSHIP,
        verify_by=verify_by(on, TOWNSHIP, rules.policy),
        raised_by=by,
    )


def spoken_about(suspicion: Suspicion, on: date, policy: Policy) -> Suspicion:
    """A request after the first word: until when it is undone, and by when a second officer looks.

    Any other suspicion is as it was.
    """
    if suspicion.kind is not SuspicionKind.STOP_ASKED or suspicion.undo_until is not None:
        return suspicion
    until = on + UNDONE_WITHIN
    return replace(suspicion, undo_until=until, level=COUNTY, verify_by=verify_by(until, COUNTY, policy))


def may_speak(suspicion: Suspicion, by: str, runs: Runs, on: date) -> None:
    """Raises RefusedError for a second word that comes while it can be undone, or from another authority."""
    if suspicion.verified_by in (None, by):
        return
    if suspicion.undo_until is not None and on <= suspicion.undo_until:
        raise RefusedError(
            "may_be_undone",
            f"本人在{zh_day(suspicion.undo_until)}以前可以撤回，其后才能批准。",
            f"the person may undo it until {suspicion.undo_until}: approve it after that day",
        )
    if suspicion.benefit is not None and not runs(suspicion.benefit):
        raise RefusedError(
            "its_authority_decides",
            "停发须由该待遇的主管部门（县级以上）批准。",
            "an officer of the benefit's own authority, of a county or above, approves that it stops",
        )


def undone(suspicion: Suspicion, by: str, on: date) -> Suspicion:
    """A request that the person takes back. RefusedError once the payment has stopped, or it was refused."""
    if suspicion.state is SuspicionState.OPEN or suspicion.is_unfinished:
        return replace(suspicion, state=SuspicionState.WITHDRAWN, denied_by=by, closed=on, ends=(), signed={})
    raise RefusedError(
        "already_ended",
        "该申请已经办结。待遇已停发的，可以到村（社区）或拨打热线申请恢复。",
        "this request is over: of what has stopped, ask at the village or by the hotline that it start again",
    )


def letter(spoken: Suspicion, rules: RuleBook) -> dict[str, str]:
    """The words of the letter to the registered address."""
    until = spoken.undo_until
    if until is None or spoken.benefit is None:
        raise ValueError("nobody has spoken about it yet")
    title = rules.benefit(spoken.benefit).title.zh
    return {"what": title, "asked": zh_day(spoken.opened), "until": until.isoformat()}
