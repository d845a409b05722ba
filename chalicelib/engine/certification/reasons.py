"""认证理由 · The sentences of a decision: why, in words that an officer can read to a citizen.

A decision is made far more often than it is read: a reason carries its code and its words, and the
sentences are made when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, assert_never

from chalicelib.engine.calendar.periods import zh_day, zh_month
from chalicelib.engine.certification.weighing import BY_WEAK, Lack, Shortfall, Weight
from chalicelib.engine.rules.benefits import Excludes
from chalicelib.engine.rules.conditions import Clause
from chalicelib.engine.rules.policy import Sentence
from chalicelib.model import EvidenceKey, FeedEvent, Month, Reason, Suspicion, SuspicionKind


class LazyReason(Reason):
    """A reason whose sentences are made when they are asked for; equal to one that says the same."""

    __slots__ = ("_told",)
    _told: tuple[str, Callable[..., tuple[str, str]], tuple[Any, ...], EvidenceKey | None, str]

    def __init__(
        self,
        code: str,
        tell: Callable[..., tuple[str, str]],
        words: tuple[Any, ...] = (),
        evidence: EvidenceKey | None = None,
        rule: str = "",
    ) -> None:
        _tell(self, (code, tell, words, evidence, rule))

    @property
    def code(self) -> str:
        """By which programs know it."""
        return self._told[0]

    @property
    def evidence(self) -> EvidenceKey | None:
        """The record it speaks of."""
        return self._told[3]

    @property
    def rule(self) -> str:
        """The line of the rule book that was decisive."""
        return self._told[4]

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return self._told[1](*self._told[2])[0]

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self._told[1](*self._told[2])[1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and _said(self) == _said(other)

    def __hash__(self) -> int:
        return hash(_said(self))


_tell: Final = LazyReason.__dict__["_told"].__set__  # a frozen value is written once, when it is made


def _said(reason: Reason) -> tuple[str, str, str, EvidenceKey | None, str]:
    return reason.code, reason.zh, reason.en, reason.evidence, reason.rule


BY_AUTHORITY: Final = "authority"


# --- what certifies ------------------------------------------------------------------------------


def by_strong(weight: Weight, event: FeedEvent) -> Reason:
    """One strong item sufficed."""
    return LazyReason("strong", _by_strong, (weight, event), weight.keys[0], weight.rule)


def _by_strong(weight: Weight, event: FeedEvent) -> tuple[str, str]:
    return (
        f"{zh_day(weight.day)}的“{event.zh}”记录足以证明本人情况，认证有效至{zh_day(weight.until)}。",
        f"The record “{event.en}” of {weight.day} suffices; certified through {weight.until}.",
    )


def by_combination(weight: Weight, events: tuple[FeedEvent, ...]) -> Reason:
    """Weak items sufficed together; `events` are what they were."""
    return LazyReason("weak", _by_combination, (weight, events), weight.keys[-1], weight.rule)


def _by_combination(weight: Weight, events: tuple[FeedEvent, ...]) -> tuple[str, str]:
    named = {(event.feed, event.event): event for event in events}
    zh = "、".join(named[key].zh for key in sorted(named))
    en = ", ".join(named[key].en for key in sorted(named))
    count, until = len(weight.keys), weight.until
    return (
        f"{count}条生活记录（{zh}）相互印证，认证有效至{zh_day(until)}。",
        f"{count} everyday records ({en}) bear each other out; certified through {until}.",
    )


def by_authority(until: date) -> Reason:
    """The authority's own roster says through which day the person is certified."""
    return LazyReason(BY_AUTHORITY, _by_authority, (until,))


def _by_authority(until: date) -> tuple[str, str]:
    return (
        f"发放部门原已确认的资格有效至{zh_day(until)}。",
        f"Certified through {until} by the authority's own records.",
    )


# --- what is lacking -----------------------------------------------------------------------------


def ran_out(weight: Weight) -> Reason:
    """There is evidence, and what it gave has ended."""
    return LazyReason("ran_out", _ran_out, (weight,), weight.keys[0], weight.rule)


def _ran_out(weight: Weight) -> tuple[str, str]:
    return (
        f"最近一次认证依据{zh_day(weight.day)}的记录，有效期已于{zh_day(weight.until)}届满。",
        f"The last certification, from {weight.day}, ended on {weight.until}.",
    )


def too_weak(short: Shortfall, threshold: int) -> Reason:
    """Why the weak items at hand do not certify together."""
    match short.lack:
        case Lack.NOTHING:
            return LazyReason("no_evidence", _no_evidence)
        case Lack.TRACES:
            return LazyReason("one_trace", _one_trace)
        case Lack.POINTS:
            return LazyReason("too_few_points", _too_few_points, (short.points, threshold), None, BY_WEAK)
        case _:
            assert_never(short.lack)


def _no_evidence() -> tuple[str, str]:
    return (
        "各部门数据中暂未查到可以确认本人情况的记录。",
        "No department's data show that the person was there.",
    )


def _one_trace() -> tuple[str, str]:
    return (
        "现有记录只来自同一种渠道，或可由他人代办，还不能据此确认本人情况。",
        "The records leave one kind of trace only, or could be somebody else's doing.",
    )


def _too_few_points(points: int, threshold: int) -> tuple[str, str]:
    return (
        f"现有生活记录印证不足（{points}分，需{threshold}分）。",
        f"The everyday records do not reach the threshold ({points} of {threshold} points).",
    )


def weak_blocked() -> Reason:
    """Everyday records count for nothing while something speaks against the person."""
    return LazyReason("weak_blocked", _weak_blocked)


def _weak_blocked() -> tuple[str, str]:
    return (
        "疑点核实期间，一般生活记录不作为认证依据。",
        "Everyday records do not certify while a suspicion is being verified.",
    )


# --- what speaks against -------------------------------------------------------------------------


def loss(kind: SuspicionKind, key: EvidenceKey, event: FeedEvent) -> Reason:
    """A department reports a death or custody; nothing happens to the money until people have looked."""
    return LazyReason(kind.value, _loss, (key, event), key)


def _loss(key: EvidenceKey, event: FeedEvent) -> tuple[str, str]:
    return (
        f"收到{zh_day(key.day)}的“{event.zh}”记录，需由工作人员核实；核实期间待遇照常发放。",
        f"A record “{event.en}” of {key.day} must be verified by a person; payment continues meanwhile.",
    )


def deceased(day: date) -> Reason:
    """The death has been confirmed by a person."""
    return LazyReason("deceased", _deceased, (day,))


def _deceased(day: date) -> tuple[str, str]:
    return (
        f"经核实，本人已于{zh_day(day)}去世；此后的记录不作为认证依据。",
        f"Confirmed to have died on {day}; nothing later certifies.",
    )


def contradiction(key: EvidenceKey, event: FeedEvent, since: date) -> Reason:
    """Somebody was seen after the day on which the person is said to have died or been taken in."""
    return LazyReason("contradiction", _contradiction, (key, event, since), key)


def _contradiction(key: EvidenceKey, event: FeedEvent, since: date) -> tuple[str, str]:
    return (
        f"{zh_day(since)}之后仍有“{event.zh}”记录（{zh_day(key.day)}），两边记录相互矛盾，需分别核实；"
        "核实期间待遇照常发放。",
        f"“{event.en}” of {key.day} contradicts what is recorded for {since}; both sides are verified, "
        "payment continues meanwhile.",
    )


def double_receipt(row: Excludes, key: EvidenceKey, event: FeedEvent, rule: str) -> Reason:
    """A department reports another benefit that excludes this one."""
    return LazyReason("double_receipt", _double_receipt, (row, key, event.zh, event.en), key, rule)


def drawn_together(row: Excludes, key: EvidenceKey, title: Sentence, rule: str) -> Reason:
    """The roster itself shows another benefit that excludes this one."""
    return LazyReason("double_receipt", _double_receipt, (row, key, title.zh, title.en), key, rule)


def _double_receipt(row: Excludes, key: EvidenceKey, zh: str, en: str) -> tuple[str, str]:
    return (
        f"收到{zh_day(key.day)}的“{zh}”记录，按{row.authority}不能同时领取，需由工作人员核实；"
        "核实期间待遇照常发放。",
        f"“{en}” of {key.day}: may not be drawn together ({row.authority}); a person verifies it, "
        "payment continues meanwhile.",
    )


# --- what people have found ----------------------------------------------------------------------

_FOUND: Final[dict[SuspicionKind, tuple[str, str]]] = {
    SuspicionKind.DEATH: ("本人已于{zh}去世", "the person died on {en}"),
    SuspicionKind.CUSTODY: ("自{zh}起服刑或被羁押", "in custody since {en}"),
    SuspicionKind.DOUBLE_RECEIPT: (
        "自{zh}起与另一项不能同时领取的待遇重复领取",
        "drawn since {en} beside another benefit that excludes it",
    ),
    SuspicionKind.CONTRADICTION: ("{zh}的记录与其他记录相互矛盾", "the record of {en} contradicts others"),
    SuspicionKind.CONDITION: ("自{zh}起不再符合领取条件", "a condition no longer holds since {en}"),
    SuspicionKind.WRONG_AMOUNT: ("{zh}当月发放金额有误", "the month of {en} was paid with a wrong amount"),
    SuspicionKind.DOUBTED: ("自{zh}起不符合领取条件", "not entitled since {en}"),
    SuspicionKind.TWO_NUMBERS: ("{zh}查到的两个号码属同一人", "two numbers found on {en} are one person's"),
    SuspicionKind.UNLISTED: ("自{zh}起发放部门不再列入领取名册", "off the authority's roster since {en}"),
    SuspicionKind.UPCOMING: ("{zh}的到期变化已经核实", "what changes on {en} has been looked into"),
    SuspicionKind.STOP_ASKED: ("本人于{zh}申请停发", "the person asked on {en} that it stop"),
    SuspicionKind.RESTART: ("停发原因自{zh}起已经消除", "what had ended it is over since {en}"),
    SuspicionKind.REVERSAL: ("{zh}的认定有误，已予撤销", "what was found of {en} was wrong and is undone"),
}


def found_so(suspicion: Suspicion) -> Reason:
    """People have looked into a suspicion, and it is so."""
    return LazyReason("found_so", _found_so, (suspicion.kind, suspicion.day), suspicion.evidence)


def _found_so(kind: SuspicionKind, day: date) -> tuple[str, str]:
    zh, en = _FOUND[kind]
    return f"经工作人员核实，{zh.format(zh=zh_day(day))}。", f"People have verified it: {en.format(en=day)}."


def not_certified() -> Reason:
    """A benefit was suspended for lack of certification: by whose word."""
    return LazyReason("not_certified", _not_certified)


def _not_certified() -> tuple[str, str]:
    return (
        "认证到期后，各部门数据、自助和上门均未能确认本人情况，经乡镇确认、主管部门批准后暂停。",
        "After the period neither data nor self-service nor visits could certify; a township confirmed the "
        "suspension, and the authority approved it.",
    )


def stopped_by_authority() -> Reason:
    """Nothing that people have verified here has stopped it: whoever pays it knows why."""
    return LazyReason("stopped_by_authority", _stopped_by_authority)


def _stopped_by_authority() -> tuple[str, str]:
    return (
        "停止的原因请向主管部门或服务热线查询。",
        "Ask the authority that pays it, or the hotline, why.",
    )


# --- the benefit's own conditions ----------------------------------------------------------------


def excluded(clause: Clause, rule: str) -> Reason:
    """Never silently, and by what authority."""
    return LazyReason("excluded", _excluded, (clause,), None, rule)


def _excluded(clause: Clause) -> tuple[str, str]:
    return (
        f"{clause.because.zh}（{clause.authority}）。",
        f"{clause.because.en} ({clause.authority}).",
    )


def condition_unmet(clause: Clause, rule: str) -> Reason:
    """A condition of the benefit does not hold on the facts known: a person must look, nothing stops."""
    return LazyReason("condition_unmet", _condition_unmet, (clause,), None, rule)


def _condition_unmet(clause: Clause) -> tuple[str, str]:
    return (
        f"{clause.because.zh}（{clause.authority}），现有信息与此不符，需由工作人员确认。",
        f"{clause.because.en} ({clause.authority}): not so on the facts known; a person must look.",
    )


def condition_lost(clause: Clause, day: date, key: EvidenceKey, rule: str) -> Reason:
    """A condition that held does not hold any more."""
    return LazyReason("condition", _condition_lost, (clause, day), key, rule)


def _condition_lost(clause: Clause, day: date) -> tuple[str, str]:
    return (
        f"{clause.because.zh}（{clause.authority}）；自{zh_day(day)}起现有信息与此不符，需由工作人员核实；"
        "核实期间待遇照常发放。",
        f"{clause.because.en} ({clause.authority}): not so since {day} on the facts known; a person verifies "
        "it, payment continues meanwhile.",
    )


# --- money, and what nobody asked for ------------------------------------------------------------


def wrong_amount(title: Sentence, month: Month, paid: int, due: int, key: EvidenceKey, rule: str) -> Reason:
    """A month was paid with too little or too much."""
    return LazyReason("wrong_amount", _wrong_amount, (title, month, paid, due), key, rule)


def _wrong_amount(title: Sentence, month: Month, paid: int, due: int) -> tuple[str, str]:
    zh, en = ("少发", "too little") if paid < due else ("多发", "too much")
    return (
        f"{title.zh}{zh_month(month)}应发{yuan(due)}元，实发{yuan(paid)}元，{zh}{yuan(abs(due - paid))}元，"
        "需由工作人员核实；核实期间待遇照常发放。",
        f"{title.en}, {month}: {yuan(due)} yuan due, {yuan(paid)} paid, {yuan(abs(due - paid))} {en}; a "
        "person verifies it, payment continues meanwhile.",
    )


def due(fen: int, rule: str) -> Reason:
    """What a month should bring."""
    return LazyReason("due", _due, (fen,), None, rule)


def _due(fen: int) -> tuple[str, str]:
    return f"每月应发{yuan(fen)}元。", f"{yuan(fen)} yuan a month are due."


def two_places(title: Sentence, places: int, key: EvidenceKey) -> Reason:
    """One benefit is drawn in two areas, or under two numbers of the same person."""
    return LazyReason("double_receipt", _two_places, (title, places), key)


def _two_places(title: Sentence, places: int) -> tuple[str, str]:
    return (
        f"{title.zh}在{places}处名册同时列有本人，需由工作人员核实；核实期间待遇照常发放。",
        f"{title.en} is drawn in {places} places at once; a person verifies it, payment continues meanwhile.",
    )


def entitled(title: Sentence, authority: str, rule: str) -> Reason:
    """Somebody is entitled on the facts known and draws nothing: the authority is asked."""
    return LazyReason("entitled", _entitled, (title, authority), None, rule)


def _entitled(title: Sentence, authority: str) -> tuple[str, str]:
    return (
        f"按现有信息符合{title.zh}领取条件（{authority}），名册中未列，请主管部门核查，应享尽享。",
        f"Entitled to {title.en} on the facts known ({authority}), and on no roster: the authority is asked.",
    )


def yuan(fen: int) -> str:
    """An amount as people write it.

    >>> yuan(15_050)
    '150.50'
    """
    return f"{fen // 100}.{fen % 100:02d}"
