"""认证凭条 · A decision as a receipt that the pensioner can read: certified to which day, why, and how to
object.

Plain paragraphs in both languages, in the words of the benefits' own files: one block for each benefit
(what holds, why, what to do, the rules that were decisive), then what people are verifying, what the person
has objected to and may be entitled to besides, and how to object. The same in parts, for the page: said
plainly, with what it rests on apart. It is a certificate only for somebody certified for all they draw,
against whom nothing stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.engine.certification.reasons import BY_AUTHORITY
from chalicelib.engine.certification.rule_lines import Bilingual, lines_of
from chalicelib.engine.certification.weighing import BY_WEAK
from chalicelib.engine.money.double_receipt import Unclaimed
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import is_unresolved
from chalicelib.engine.texts.plain_words import plain
from chalicelib.engine.texts.status_texts import (
    NOTHING_TO_DO,
    as_judged,
    is_over,
    what_happens,
    what_holds,
    what_to_do,
    why,
)
from chalicelib.model import (
    BenefitKind,
    Decision,
    Entitlement,
    EntitlementStatus,
    Outcome,
    PersonRecord,
    Reason,
    Verdict,
)

_VERIFIED: Final = ("正在核实的情况", "Being verified")
_OBJECTED: Final = ("您提出的异议", "What you objected to")
_BESIDES: Final = ("您可能还可以享受的待遇", "What you may be entitled to besides")
_OBJECTING: Final = ("如有异议", "How to object")
_FEE_RELIEF: Final = (
    "此项为费用减免，不因未认证而暂停。",
    "This is a fee relief: it is never suspended for lack of certification.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What a page says under one heading, in plain words, and in small type what that rests on."""

    title: Bilingual
    said: tuple[Bilingual, ...]
    basis: Bilingual = ("", "")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The same sentences in both languages; a certificate (证明), or a notice (告知书) about something."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    is_certificate: bool
    parts: tuple[Part, ...] = ()
    rules: str = ""  # the version of the rule book


def explain(
    decision: Decision, record: PersonRecord, rules: RuleBook, unclaimed: Sequence[Unclaimed] = ()
) -> Receipt:
    """The sentences of a decision about a person, whose record says what has come of it."""
    rules = rules.for_area(record.person.area)
    verdicts = {verdict.benefit: verdict for verdict in decision.verdicts}
    drawn = [_Drawn(e, verdicts[e.benefit]) for e in record.entitlements if e.benefit in verdicts]
    pairs: list[Bilingual] = []
    parts: list[Part] = []
    told: set[object] = set()
    for each in drawn:
        reasons = why(each.judged, each.verdict, record, rules, decision.on)
        pairs += _benefit(each.judged, reasons, record, rules, decision.on)
        told |= {_subject(reason) for reason in reasons}
        parts.append(_part(each, reasons, record, rules, decision.on))
    verified = _being_verified(decision, record)
    below = (
        (_VERIFIED, _texts(reason for reason in verified if _subject(reason) not in told)),
        (_OBJECTED, [what_happens(objection) for objection in record.open_objections]),
        (_BESIDES, _texts(item.reason for item in unclaimed)),
        (_OBJECTING, [_objecting(rules)]),
    )
    pairs += [pair for _, said in below for pair in said]
    parts += [Part(title, tuple(said)) for title, said in below if said]
    pairs.append((f"规则版本：{decision.rules}。", f"Rules: {decision.rules}."))
    alive = record.person.deceased_on is None
    certified = alive and not verified and bool(drawn) and all(d.is_certified(decision.on) for d in drawn)
    zh, en = tuple(zh for zh, _ in pairs), tuple(en for _, en in pairs)
    return Receipt(zh, en, certified, tuple(parts), decision.rules)


@dataclass(frozen=True, slots=True)
class _Drawn:
    entitlement: Entitlement
    verdict: Verdict

    @property
    def judged(self) -> Entitlement:
        return as_judged(self.entitlement, self.verdict)

    def is_certified(self, on: date) -> bool:
        """Whether it is paid, and nothing speaks against it."""
        is_active = self.judged.status_on(on) is EntitlementStatus.ACTIVE
        return is_active and self.verdict.outcome is not Outcome.CONTRADICTED


def _subject(reason: Reason) -> tuple[str, object]:
    """What a reason is about: a suspicion and its finding say the same, in words of different days."""
    return reason.code, reason.evidence or reason.zh


def _being_verified(decision: Decision, record: PersonRecord) -> list[Reason]:
    """Every suspicion that people have still to answer, each once: opened, or found and not yet opened."""
    found = [s.reason for s in record.open_suspicions]
    found += [f.reason for f in decision.findings if is_unresolved(f, record.suspicions)]
    each: dict[object, Reason] = {}
    for reason in found:
        each.setdefault(_subject(reason), reason)
    return list(each.values())


def _benefit(
    entitlement: Entitlement, reasons: Sequence[Reason], record: PersonRecord, rules: RuleBook, on: date
) -> list[Bilingual]:
    benefit, version = rules.in_force(entitlement.benefit, on)
    zh, en = what_holds(entitlement, record, on)
    pairs = [(f"{benefit.title.zh}：{zh}", f"{benefit.title.en}: {en}")]
    pairs += _texts(reasons)
    to_do = what_to_do(entitlement, record, rules, on)
    if to_do != NOTHING_TO_DO:
        pairs.append(to_do)
    zh, en = _by_what(reasons, rules, on)
    pairs.append((f"依据：{version.authority}。{zh}", f"By {version.authority}.{en}"))
    if benefit.kind is BenefitKind.FEE_RELIEF and not is_over(entitlement, record):
        pairs.append(_FEE_RELIEF)
    return pairs


def _part(drawn: _Drawn, reasons: Sequence[Reason], record: PersonRecord, rules: RuleBook, on: date) -> Part:
    """One benefit on the page: what holds, why in plain words, what to do; small, the document."""
    entitlement, verdict = drawn.judged, drawn.verdict
    benefit, version = rules.in_force(entitlement.benefit, on)
    said = [what_holds(entitlement, record, on)]
    said += [plain(reason, verdict, rules, on) for reason in reasons]
    to_do = what_to_do(entitlement, record, rules, on)
    said += [to_do] if to_do != NOTHING_TO_DO else []
    if benefit.kind is BenefitKind.FEE_RELIEF and not is_over(entitlement, record):
        said.append(_FEE_RELIEF)
    lines = lines_of((reason for reason in reasons if reason.rule != BY_WEAK), rules, on)
    zh, en = "；".join(zh for zh, _ in lines), ". ".join(en for _, en in lines)
    basis = (f"依据：{version.authority}。{zh}", f"By {version.authority}. {en}".rstrip())
    return Part((benefit.title.zh, benefit.title.en), tuple(dict.fromkeys(said)), basis)


def _by_what(reasons: Sequence[Reason], rules: RuleBook, on: date) -> Bilingual:
    """The lines of the rule book that were decisive, as the benefit's page says them, or the roster."""
    lines = lines_of(reasons, rules, on)
    if lines:
        return f"适用规则：{'；'.join(zh for zh, _ in lines)}。", f" {'. '.join(en for _, en in lines)}."
    if any(reason.code == BY_AUTHORITY for reason in reasons):
        return "适用规则：发放部门名册。", " Rules applied: the authority's roster."
    return "", ""


def _texts(reasons: Iterable[Reason]) -> list[Bilingual]:
    return [(reason.zh, reason.en) for reason in reasons]


def _objecting(rules: RuleBook) -> Bilingual:
    hotline = rules.policy.messages.hotline
    days = rules.policy.objection_working_days
    return (
        f"如有异议，可拨打{hotline}，或到村（社区）、网格员处提出，由未参与此事的人员在{days}个工作日内答复。",
        f"To object, call {hotline}, or tell the village office or grid worker; somebody not involved "
        f"answers within {days} working days.",
    )
