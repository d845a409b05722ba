"""页面用语 · What our words are called on a page, in both languages; how its lines are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.rules.benefits import Consequence, LastMonth, Offset, Start
from chalicelib.engine.rules.counties import Setting
from chalicelib.model import (
    BenefitKind,
    Proves,
    Relation,
    Route,
    Stay,
    Strength,
    SuspicionKind,
    Template,
    Trace,
)

KINDS: Final[dict[BenefitKind, Bilingual]] = {
    BenefitKind.MONTHLY: ("按月发放", "monthly payment"),
    BenefitKind.ONE_OFF: ("一次性", "one-off"),
    BenefitKind.FEE_RELIEF: (
        "费用减免（不因未认证而暂停）",
        "fee relief, never suspended for lack of certification",
    ),
}
ROUTES: Final[dict[Route, Bilingual]] = {
    Route.SILENT: ("静默", "silent"),
    Route.SELF: ("自助", "self-certification"),
    Route.ASSISTED: ("社区联网", "assisted"),
    Route.COUNTER: ("人工", "at a counter"),
    Route.VISIT: ("上门", "home visit"),
    Route.REMOTE: ("异地协助", "remote"),
}
PROVES: Final[dict[Proves, Bilingual]] = {
    Proves.PRESENCE: ("本人在场", "presence"),
    Proves.CONDITION: ("资格条件", "a condition"),
    Proves.EXCLUSION: ("另领待遇", "another benefit drawn"),
    Proves.LOSS: ("丧失待遇的疑点", "a loss, to be verified"),
    Proves.NOTHING: ("不作证明", "nothing"),
    Proves.WITHDRAWAL: ("撤回先前记录", "takes back an earlier record"),
}
STRENGTHS: Final[dict[Strength, Bilingual]] = {
    Strength.STRONG: ("强", "strong"),
    Strength.WEAK: ("弱", "weak"),
}
TRACES: Final[dict[Trace, Bilingual]] = {
    Trace.BODY: ("本人到场", "body"),
    Trace.OWN_CARD: ("本人卡证", "own card"),
    Trace.ACCOUNT: ("账户", "account"),
    Trace.HOUSEHOLD: ("家庭", "household"),
}
STAYS: Final[dict[Stay, Bilingual]] = {Stay.BEGINS: ("开始", "begins"), Stay.ENDS: ("结束", "ends")}
SUSPICIONS: Final[dict[SuspicionKind, Bilingual]] = {
    SuspicionKind.DEATH: ("死亡", "death"),
    SuspicionKind.CUSTODY: ("服刑、羁押", "custody"),
    SuspicionKind.DOUBLE_RECEIPT: ("重复领取", "double receipt"),
    SuspicionKind.CONTRADICTION: ("数据矛盾", "a contradiction"),
    SuspicionKind.CONDITION: ("条件不符合", "a condition that does not hold"),
    SuspicionKind.WRONG_AMOUNT: ("金额不符", "a wrong amount"),
    SuspicionKind.DOUBTED: ("主管部门存疑", "an authority's doubt"),
    SuspicionKind.TWO_NUMBERS: ("一人两号", "two numbers"),
    SuspicionKind.UNLISTED: ("名册未列", "no longer listed"),
    SuspicionKind.UPCOMING: ("到期变化", "what a date will change"),
    SuspicionKind.STOP_ASKED: ("本人申请停发", "a request to stop"),
    SuspicionKind.RESTART: ("恢复发放", "a restart"),
    SuspicionKind.REVERSAL: ("撤销认定", "a reversal"),
}
MESSAGES: Final[dict[Template, Bilingual]] = {
    Template.REMIND: ("短信提醒", "reminder"),
    Template.REMIND_AGAIN: ("再次提醒", "reminder"),
    Template.SELF_CERTIFY: ("提示自助认证", "self-certification"),
}
STARTS: Final[dict[Start, Bilingual]] = {
    Start.FIRST_PAYMENT: (
        "新领取人员的首个周期自首次发放之日起算。",
        "The first period of a new recipient runs from the first payment.",
    ),
    Start.AUTHORITY_DAY: (
        "新领取人员的首个周期自主管部门核定之日起算。",
        "The first period of a new recipient runs from the day on which the authority granted it.",
    ),
}
LAST_MONTHS: Final[dict[LastMonth, Bilingual]] = {
    LastMonth.MONTH_OF_DEATH: (
        "身故当月为最后一个应发月份，其后发放的为多发。",
        "The month of death is the last month due; what is paid later is overpaid.",
    ),
    LastMonth.MONTH_BEFORE_DEATH: (
        "身故前一个月为最后一个应发月份，其后发放的为多发。",
        "The month before death is the last month due; what is paid later is overpaid.",
    ),
}
CONSEQUENCES: Final[dict[Consequence, Bilingual]] = {
    Consequence.ENDS: (
        "核实后自次月停发，服刑期间不补发",
        "once confirmed, payment ends; the months served are not paid back",
    ),
    Consequence.PAUSES: ("核实后暂停，无罪的补发", "once confirmed, a pause; repaid on acquittal"),
}
OFFSETS: Final[dict[Offset, Bilingual]] = {
    Offset.FUNERAL_GRANT: ("丧葬补助金", "funeral grant"),
    Offset.ACCOUNT_BALANCE: ("个人账户余额", "account balance"),
}
RELATIONS: Final[dict[Relation, Bilingual]] = {
    Relation.PARENT: ("父母", "parent"),
    Relation.GUARDIAN: ("监护人", "guardian"),
    Relation.SPOUSE: ("配偶", "spouse"),
    Relation.CHILD: ("子女", "child"),
}


SETTINGS: Final[dict[Setting, Bilingual]] = {
    Setting.MONTHS: ("有效月数", "months"),
    Setting.WEAK_MONTHS: ("仅凭弱数据组合的有效月数为", "months by weak items:"),
    Setting.THRESHOLD: ("弱数据组合所需分值为", "points that weak items need:"),
    Setting.POINTS: ("分值为", "points of"),
    Setting.RECOGNISES: ("另予认可", "also recognised:"),
}


def say(zh: str, en: str) -> str:
    """One point of a page: the Chinese sentence with the English one below it."""
    return f"- {zh}<br><small>{en}</small>"


def sentence(line: Bilingual) -> str:
    """A line of the rule book as one point."""
    return say(f"{line[0]}。", f"{line[1]}.")


def spoken(line: str) -> Bilingual:
    """The two sentences of a point."""
    zh, _, en = line.removeprefix("- ").partition("<br><small>")
    return zh, en.removesuffix("</small>")


def heading(zh: str, en: str) -> str:
    """The heading of a section."""
    return f"\n## {zh} · {en}\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells cannot break it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or "—"


def yuan(fen: int) -> str:
    """An amount of money as people write it."""
    return f"{fen // 100:,}.{fen % 100:02d}"
