"""条件说明 · What a rule asks, and of which benefit or event it speaks, in words of both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from chalicelib.engine.certification.rule_lines import KEY_GROUPS, Bilingual
from chalicelib.engine.rules.conditions import ConditionKind, Term
from chalicelib.engine.rules.policy import EventName
from chalicelib.jurisdiction.loader import Pack
from chalicelib.jurisdiction.pages.words import RELATIONS
from chalicelib.model import BenefitCode, KeyGroup


def all_asked(terms: Iterable[Term], pack: Pack) -> Bilingual:
    """Several terms that must all be so."""
    each = [asked(term, pack) for term in terms]
    return "，".join(zh for zh, _ in each), ", ".join(en for _, en in each)


def asked(term: Term, pack: Pack) -> Bilingual:
    """A term in words."""
    match term.when:
        case ConditionKind.AGED_AT_LEAST:
            return f"年满{term.value}周岁", f"aged {term.value} or more"
        case ConditionKind.AGED_UNDER:
            return f"未满{term.value}周岁", f"aged under {term.value}"
        case ConditionKind.IN_KEY_GROUP:
            zh, en = KEY_GROUPS[KeyGroup(str(term.value))]
            return f"属重点人群“{zh}”", f"in the key group “{en}”"
        case ConditionKind.SHOWN | ConditionKind.NOT_SHOWN:
            return _shown(term, pack)
        case _:
            assert_never(term.when)


def _shown(term: Term, pack: Pack) -> Bilingual:
    names = [event_title(name, pack) for name in term.by]
    zh, en = "或".join(zh for zh, _ in names), " or ".join(en for _, en in names)
    if term.one_of:
        called = _called(term, pack)
        zh, en = f"{zh}为{'、'.join(called)}", f"{en} as {' or '.join(called.values())}"
    if term.within_months:
        zh, en = f"{zh}，{term.within_months}个月内", f"{en} within {term.within_months} months"
    by = ("未见于", "not shown by") if term.when is ConditionKind.NOT_SHOWN else ("见于", "shown by")
    whose = RELATIONS[term.of] if term.of is not None else None
    if whose is None:
        return f"{by[0]}{zh}", f"{by[1]} {en}"
    return f"{whose[0]}{by[0]}{zh}", f"a {whose[1]} {by[1]} {en}"


def _called(term: Term, pack: Pack) -> dict[str, str]:
    """Chinese -> English: the values that a fact may have, as the department writes them."""
    feeds = [pack.feeds[name.key[0]] for name in term.by if name.key[0] in pack.feeds]
    written = {word: code for feed in feeds for code, word in feed.codes_of(term.fact or "").items()}
    return {written.get(word, word): word.replace("_", " ") for word in term.one_of}


def event_title(name: EventName, pack: Pack) -> Bilingual:
    """An event with its feed."""
    feed, event = pack.feeds.get(name.key[0]), pack.rules.events.get(name.key)
    if feed is None or event is None:
        return f"{name.feed}/{name.event}", f"{name.feed}/{name.event}"
    return f"{feed.title.zh}（{event.zh}）", f"{feed.title.en} ({event.en})"


def benefit_title(code: str, pack: Pack) -> Bilingual:
    """Another benefit by its title; one that this platform does not run, by its code."""
    known = pack.rules.benefits.get(BenefitCode(code))
    return (known.title.zh, known.title.en) if known is not None else (code, code)
