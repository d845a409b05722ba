"""The sentences of a decision: why, in words that an officer can read to a citizen."""

from __future__ import annotations

from datetime import date

from chalicelib.engine.benefits import Excludes
from chalicelib.engine.clauses import Clause
from chalicelib.engine.periods import zh_day
from chalicelib.engine.weigh import Lack, Shortfall, Weight
from chalicelib.model import EvidenceKey, FeedEvent, Reason, SuspicionKind


def by_strong(weight: Weight, event: FeedEvent) -> Reason:
    """One strong item sufficed."""
    return Reason(
        "strong",
        f"{zh_day(weight.day)}的“{event.zh}”记录足以证明本人情况，认证有效至{zh_day(weight.until)}。",
        f"The record “{event.en}” of {weight.day} suffices; certified through {weight.until}.",
        weight.keys[0],
    )


def by_combination(weight: Weight, names: tuple[str, str]) -> Reason:
    """Weak items sufficed together; `names` are their feeds' events in Chinese and English."""
    zh, en = names
    return Reason(
        "weak",
        f"{len(weight.keys)}条生活记录（{zh}）相互印证，认证有效至{zh_day(weight.until)}。",
        f"{len(weight.keys)} everyday records ({en}) bear each other out; certified through {weight.until}.",
        weight.keys[-1],
    )


def by_authority(until: date) -> Reason:
    """The authority's own roster says through which day the person is certified."""
    return Reason(
        "authority",
        f"发放部门原已确认的资格有效至{zh_day(until)}。",
        f"Certified through {until} by the authority's own records.",
    )


def ran_out(weight: Weight) -> Reason:
    """There is evidence, and what it gave has ended."""
    return Reason(
        "ran_out",
        f"最近一次认证依据{zh_day(weight.day)}的记录，有效期已于{zh_day(weight.until)}届满。",
        f"The last certification, from {weight.day}, ended on {weight.until}.",
        weight.keys[0],
    )


def too_weak(short: Shortfall, threshold: int) -> Reason:
    """Why the weak items at hand do not certify together."""
    if short.lack is Lack.NOTHING:
        return Reason(
            "no_evidence",
            "各部门数据中暂未查到可以确认本人情况的记录。",
            "No department's data show that the person was there.",
        )
    if short.lack is Lack.TRACES:
        return Reason(
            "one_trace",
            "现有记录只来自同一种渠道，或可由他人代办，还不能据此确认本人情况。",
            "The records leave one kind of trace only, or could be somebody else's doing.",
        )
    return Reason(
        "too_few_points",
        f"现有生活记录印证不足（{short.points}分，需{threshold}分）。",
        f"The everyday records do not reach the threshold ({short.points} of {threshold} points).",
    )


def weak_blocked() -> Reason:
    """Everyday records count for nothing while something speaks against the person."""
    return Reason(
        "weak_blocked",
        "疑点核实期间，一般生活记录不作为认证依据。",
        "Everyday records do not certify while a suspicion is being verified.",
    )


def loss(kind: SuspicionKind, key: EvidenceKey, event: FeedEvent) -> Reason:
    """A department reports a death or custody; nothing happens to the money until people have looked."""
    return Reason(
        kind.value,
        f"收到{zh_day(key.day)}的“{event.zh}”记录，需由工作人员核实；核实期间待遇照常发放。",
        f"A record “{event.en}” of {key.day} must be verified by a person; payment continues meanwhile.",
        key,
    )


def deceased(day: date) -> Reason:
    """The death has been confirmed by a person."""
    return Reason(
        "deceased",
        f"经核实，本人已于{zh_day(day)}去世；此后的记录不作为认证依据。",
        f"Confirmed to have died on {day}; nothing later certifies.",
    )


def contradiction(key: EvidenceKey, event: FeedEvent, since: date) -> Reason:
    """Somebody was seen after the day on which the person is said to have died or been taken in."""
    return Reason(
        "contradiction",
        f"{zh_day(since)}之后仍有“{event.zh}”记录（{zh_day(key.day)}），两边记录相互矛盾，需分别核实；"
        "核实期间待遇照常发放。",
        f"“{event.en}” of {key.day} contradicts what is recorded for {since}; both sides are verified, "
        "payment continues meanwhile.",
        key,
    )


def double_receipt(row: Excludes, key: EvidenceKey, event: FeedEvent) -> Reason:
    """Another benefit that excludes this one is drawn."""
    return Reason(
        "double_receipt",
        f"收到{zh_day(key.day)}的“{event.zh}”记录，按{row.authority}不能同时领取，需由工作人员核实；"
        "核实期间待遇照常发放。",
        f"“{event.en}” of {key.day}: may not be drawn together ({row.authority}); a person verifies it, "
        "payment continues meanwhile.",
        key,
    )


def excluded(clause: Clause) -> Reason:
    """Never silently, and by what authority."""
    return Reason(
        "excluded",
        f"{clause.because.zh}（{clause.authority}）。",
        f"{clause.because.en} ({clause.authority}).",
    )


def condition_unmet(clause: Clause) -> Reason:
    """A condition of the benefit does not hold on the facts known: a person must look, nothing stops."""
    return Reason(
        "condition_unmet",
        f"{clause.because.zh}（{clause.authority}），现有信息与此不符，需由工作人员确认。",
        f"{clause.because.en} ({clause.authority}): not so on the facts known; a person must look.",
    )
