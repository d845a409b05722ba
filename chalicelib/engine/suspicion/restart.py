"""恢复发放 · What rightly ended a payment is over: released, renewed, granted anew (rule 15).

Nothing restarts by a date, nor by a file. The record of the release, the newer card or the new grant asks a
person, who decides against the document; then the payment goes on from the month that the document names.
The months between are never due, but those of somebody acquitted. A roster never revives the dead: that it
lists them is a contradiction (rule 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from chalicelib.engine.calendar.periods import (
    ONE_DAY,
    month_of,
    zh_day,
)
from chalicelib.engine.certification.contradictions import claim_of
from chalicelib.engine.certification.facts import Facts, releases, sort_evidence
from chalicelib.engine.rules.conditions import UNTIL
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import TOWNSHIP, verify_by
from chalicelib.engine.suspicion.termination import ENDED, ended_by
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    Evidence,
    EvidenceKey,
    Paper,
    PersonRecord,
    Proves,
    Reason,
    Route,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.model.named import ROSTER

TERM_OVER: Final = ".over"  # ends the event of a term that is over without a release on record
GRANTED: Final = ".granted"  # ends the event of a grant that stands on a roster
LISTS_ON: Final = timedelta(days=30)  # a roster may list the dead for one more pay run, and nobody is asked
_SHOWN: Final = {
    Paper.RELEASE: ("释放证明", "A document of a release"),
    Paper.CARD: ("新的证件", "A new card"),
    Paper.GRANT: ("新的批准文件", "A new grant"),
}
_ASKS: Final = (SuspicionKind.CUSTODY, SuspicionKind.CONDITION)


class Document(NamedTuple):
    """What says that something is over: since when, and in words."""

    key: EvidenceKey
    zh: str
    en: str
    since: date | None = None  # if not the key's own day


def restarts(record: PersonRecord, rules: RuleBook, on: date) -> Iterator[Suspicion]:
    """What people have to decide because a department reports a release, or a condition that holds again."""
    for suspicion, concerned in confirmed_endings(record, rules, on):
        if suspicion.kind not in _ASKS:
            continue
        loss = suspicion.evidence
        document = (
            _release(loss, record, rules, on) or _term_over(loss, record, rules, on)
            if suspicion.kind is SuspicionKind.CUSTODY and loss is not None
            else _renewal(suspicion, concerned[0], record, rules, on)
        )
        if document is not None:
            yield from _asked(record, suspicion, document, suspicion.benefit, rules, on)


def granted_anew(
    record: PersonRecord, benefit: BenefitCode, since: date, listed: date, rules: RuleBook, on: date
) -> Iterator[Suspicion]:
    """What people have to decide because a roster of a day grants again what had ended, from a later start;
    or lists again whom it had left.

    Of whom people have confirmed the death it asks whether the person lives: at once of a new grant, and of
    the old one once the roster has had the time to hear of it.
    """
    died = record.person.deceased_on
    if died is not None:
        yield from _listed_after_death(record, died, benefit, since, listed, rules, on)
        return
    for suspicion, concerned in confirmed_endings(record, rules, on):
        ended = next((e for e in concerned if e.benefit == benefit), None)
        if ended is None or ended.stopped_from is None:
            continue
        unlisted = suspicion.kind is SuspicionKind.UNLISTED and listed > (suspicion.closed or suspicion.day)
        is_later = month_of(since) >= ended.stopped_from
        if is_later or unlisted:
            first = since if is_later else listed
            key = EvidenceKey(first, ROSTER, f"{benefit}{GRANTED}")
            title = rules.benefit(benefit).title
            zh = f"发放部门的名册自{zh_day(first)}起重新列入本人的{title.zh}"
            document = Document(key, zh, f"The roster grants {title.en} anew from {first}")
            yield from _asked(record, suspicion, document, benefit, rules, on)


def confirmed_endings(
    record: PersonRecord, rules: RuleBook, on: date
) -> Iterator[tuple[Suspicion, tuple[Entitlement, ...]]]:
    """What people have confirmed and is not over, with the entitlements of the living that it has ended."""
    ended = [e for e in record.entitlements if e.status in ENDED.values()]
    if not ended or record.person.deceased_on is not None:
        return
    for suspicion in record.suspicions:
        if suspicion.state is not SuspicionState.CONFIRMED or suspicion.restarted is not None:
            continue
        concerned = tuple(e for e in ended if ended_by(suspicion, e, rules, on))
        if concerned:
            yield suspicion, concerned


def _release(loss: EvidenceKey, record: PersonRecord, rules: RuleBook, on: date) -> Document | None:
    """The first record of a release from what ended a payment."""
    found = [
        (item.key, event)
        for item in record.evidence
        if (event := rules.events.get((item.key.feed, item.key.event))) is not None
        and item.key.day <= on
        and releases(item, event, loss, record.refuted)
    ]
    if not found:
        return None
    key, event = min(found, key=lambda each: each[0])
    return Document(
        key, f"有记录显示自{zh_day(key.day)}起“{event.zh}”", f"“{event.en}” is reported of {key.day}"
    )


def term_of(loss: EvidenceKey | None, record: PersonRecord) -> date | None:
    """The last day that the record of a loss names for it."""
    until = (record.facts_of(loss) or {}).get(UNTIL)
    return date.fromisoformat(until) if until else None


def _term_over(loss: EvidenceKey, record: PersonRecord, rules: RuleBook, on: date) -> Document | None:
    """The end of a term, where somebody says more than the date does: the person has been seen since, or
    people who were asked about it beforehand have confirmed that it ends then. No release is on record."""
    until = term_of(loss, record)
    if until is None or until >= on:
        return None
    seen = last_seen(record, rules)
    foreseen = any(
        s.kind is SuspicionKind.UPCOMING and s.state is SuspicionState.CONFIRMED and s.since == until
        for s in record.suspicions
    )
    if seen <= until and not foreseen:
        return None
    day = max(seen, until + ONE_DAY)
    zh = f"记录载明的期限已于{zh_day(until)}届满" + (f"，且{zh_day(seen)}见到了本人" if seen > until else "")
    en = f"The term on record ended on {until}" + (
        f", and the person was seen on {seen}" if seen > until else ""
    )
    return Document(EvidenceKey(day, loss.feed, f"{loss.event}{TERM_OVER}"), zh, en, until + ONE_DAY)


def last_seen(record: PersonRecord, rules: RuleBook) -> date:
    """The last day on which staff, or an app, saw the person; `date.min` if nobody has."""
    return max(
        (
            item.key.day
            for item in record.evidence
            if (event := rules.events.get((item.key.feed, item.key.event))) is not None
            and event.proves is Proves.PRESENCE
            and event.route is not Route.SILENT
            and not item.is_under_another_name
        ),
        default=date.min,
    )


def _renewal(
    suspicion: Suspicion, ended: Entitlement, record: PersonRecord, rules: RuleBook, on: date
) -> Document | None:
    """The newest record by which the condition that ended a payment holds again, and every other with it."""
    rules = rules.for_area(record.person.area)
    facts = sort_evidence(
        record.person,
        record.evidence,
        rules,
        on,
        record.refuted,
        record.about_related,
        record.clearances,
    )
    benefit, version = rules.in_force(ended.benefit, on)
    _, _, number = suspicion.reason.rule.rpartition("/conditions/")
    if not number.isdigit() or not 0 < int(number) <= len(version.conditions):
        return None
    clause = version.conditions[int(number) - 1]
    holds = clause.holds(record.person, on, facts.states, ended.since)
    if not holds or claim_of(ended, benefit, version, facts).unmet:
        return None
    names = {name.key for term in clause.terms for name in term.by}
    words = [word.key for word in _words(facts) if (word.key.feed, word.key.event) in names]
    newer = [key for key in words if key.day > suspicion.day]
    if not newer:
        return None
    key = max(newer)
    event = rules.event(key)
    return Document(
        key,
        f"{zh_day(key.day)}的“{event.zh}”记录显示领取条件重新满足",
        f"“{event.en}” of {key.day} shows it met",
    )


def _words(facts: Facts) -> Iterator[Evidence]:
    for each in facts.states.values():
        for words in each:
            yield from (word for word in words.values() if word is not None)


def _asked(
    record: PersonRecord,
    ended: Suspicion,
    document: Document,
    benefit: BenefitCode | None,
    rules: RuleBook,
    on: date,
) -> Iterator[Suspicion]:
    """The question, unless it is open or has been answered of this document."""
    before = [s for s in record.suspicions if s.kind is SuspicionKind.RESTART]
    mine = [s for s in before if s.about == ended.name and s.benefit == benefit]
    if any(s.state is SuspicionState.OPEN or s.evidence == document.key for s in mine):
        return
    day = document.key.day
    while any(s.day == day for s in before):  # kind and day are its key
        day += ONE_DAY
    yield Suspicion(
        SuspicionKind.RESTART,
        day,
        on,
        SuspicionState.OPEN,
        document.key,
        Reason(
            SuspicionKind.RESTART.value,
            f"{document.zh}，停发的原因可能已经消除。请核对释放证明、新证件或批准文件原件："
            "属实的予以确认，待遇自应发之月起恢复；不属实的予以排除。停发期间不应发的月份不补发。",
            f"{document.en}: what ended the payment may be over. Check the document itself (release, new "
            "card, grant): confirm if it is so, and payment starts again from the month that is due; clear "
            "it if not. Months that were not due are not paid back.",
            document.key,
        ),
        benefit,
        level=TOWNSHIP,
        verify_by=verify_by(on, TOWNSHIP, rules.policy, SuspicionKind.RESTART),
        about=ended.name,
        since=document.since or document.key.day,
    )


def raised(
    record: PersonRecord,
    benefit: BenefitCode,
    since: date,
    paper: Paper,
    *,
    by: str,
    rules: RuleBook,
    on: date,
) -> Suspicion:
    """The question that an officer opens who was shown a document that no department and no roster reports.

    Two others decide it against the document. While one is open about the same ending, that is it. Raises
    RefusedError where nothing of the benefit has ended for a reason that can be over, or it was answered.
    """
    endings = (
        s for s, concerned in confirmed_endings(record, rules, on) for e in concerned if e.benefit == benefit
    )
    ended = next(endings, None)
    if ended is None:
        raise RefusedError(
            "nothing_ended",
            "该待遇没有因可消除的原因停发；已认定去世的，请提出异议。",
            "nothing of this benefit has ended for a reason that may be over; of somebody found dead, object",
        )
    mine = [
        s
        for s in record.suspicions
        if s.kind is SuspicionKind.RESTART and s.about == ended.name and s.benefit in (None, benefit)
    ]
    for question in mine:
        if question.state is SuspicionState.OPEN:
            return question
        if (question.since, question.said) == (since, _said(paper)):
            raise RefusedError("already_ended", "该疑点已经核实完毕。", "people have answered this already")
    zh, en = _SHOWN[paper]
    key = EvidenceKey(since, ROSTER, paper)
    document = Document(key, f"本人出示了{zh}，载明自{zh_day(since)}起", f"{en} of {since} has been shown")
    (asked,) = _asked(record, ended, document, benefit, rules, on)
    reason = replace(asked.reason, evidence=None)
    return replace(asked, evidence=None, reason=reason, raised_by=by, said=_said(paper))


def _said(paper: Paper) -> dict[str, str]:
    return {"paper": paper.value}


def _listed_after_death(
    record: PersonRecord,
    died: date,
    benefit: BenefitCode,
    since: date,
    listed: date,
    rules: RuleBook,
    on: date,
) -> Iterator[Suspicion]:
    deaths = [
        s for s in record.suspicions if s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED
    ]
    about = deaths[0].name if deaths else None
    told = max([s.closed for s in deaths if s.closed is not None], default=died)
    doubts = [s for s in record.suspicions if s.kind is SuspicionKind.CONTRADICTION]
    is_known = any(s.benefit == benefit and s.since == since for s in doubts)
    if is_known or not (since > died or listed > told + LISTS_ON):
        return
    day = on
    while any(s.day == day for s in doubts):  # kind and day are its key
        day += ONE_DAY
    title = rules.benefit(benefit).title
    yield Suspicion(
        SuspicionKind.CONTRADICTION,
        day,
        on,
        SuspicionState.OPEN,
        None,
        Reason(
            SuspicionKind.CONTRADICTION.value,
            f"已认定本人于{zh_day(died)}去世，发放部门的名册仍（或重新）列有本人的{title.zh}（{zh_day(since)}起）。"
            "名册不能恢复待遇：请核实本人是否在世；在世的予以排除，将另行复核死亡认定。",
            f"Confirmed to have died on {died}, and a roster lists {title.en} from {since}. A roster revives "
            "nobody: find out whether the person lives. If so, clear this, and the confirmed death is looked "
            "into again.",
        ),
        benefit,
        verify_by=verify_by(on, 0, rules.policy),
        about=about,
        since=since,
    )
