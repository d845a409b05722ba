"""追回与身后事告知 · What is written, and never sent to a phone: suspected deaths, bereavement, recoveries.

A grieving family reads these: they say what is known, what happens next, what nobody has to do, and whom to
call. None threatens, none asks for money before those concerned were heard, and each that takes something
away says how to contest it (rules 8 and 17).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import zh_day, zh_month
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money.recovery import LAWSUIT_MONTHS, REVIEW_DAYS
from chalicelib.engine.texts.instruction_texts import months as months_told
from chalicelib.model import Booking, Instalment, Month, Template, Way

CONTEST: Final = (
    "可以拨打{hotline}，或向{office}、网格员当面提出异议，由未参与此事的人员在{objection_days}个工作日内答复；"
    f"也可以自收到本告知书之日起{REVIEW_DAYS}日内依法申请行政复议，或者在{LAWSUIT_MONTHS}个月内依法提起行政诉讼。"
    "以上均不影响您依法享有的其他权利，提出异议不收取任何费用。"
)
"""How to contest a measure: on every notice that takes something away."""

WRITTEN: Final = frozenset(
    {
        Template.DEATH_TO_CONFIRM,
        Template.STOP_ASKED,
        Template.BEREAVED,
        Template.RECOVERY_HEARING,
        Template.RECOVERY_DECIDED,
        Template.RECOVERY_DEMANDED,
        Template.RECOVERY_CORRECTED,
        Template.RECOVERY_SETTLED,
        Template.WITHHELD_PAID,
    }
)
"""What is only ever printed, whoever has a phone."""

TO_THE_HOUSEHOLD: Final = WRITTEN - {
    Template.DEATH_TO_CONFIRM,
    Template.STOP_ASKED,
    Template.WITHHELD_PAID,
} | {
    Template.TERMINATED,
    Template.ANSWERED,
    Template.OBJECTED_AGAIN,
}
"""What may still be said once somebody has died, on paper: everything else was for them alone."""

NOTICES: Final[Mapping[Template, str]] = {
    Template.DEATH_TO_CONFIRM: """待遇领取情况核实告知书
我们收到一条登记信息，内容与您的健在情况有关，可能有误，正在核实。核实期间，您的待遇照常发放，不会停发。
如果您本人看到本告知书，说明登记有误：请拨打{hotline}，或告知{office}、网格员，我们会上门当面核对、立即更正，不需要您跑腿，不收取任何费用。
如果您的家人确已离世，我们深表哀悼：请在方便时告知{office}或拨打{hotline}，后续待遇事项会一次为您办理。""",
    Template.BEREAVED: """身后待遇事项一次告知书
得知您的家人离世，我们深表哀悼。有关待遇事项，各主管部门已经核对，现一并告知，您不必逐个部门询问。
{ended}
{owed}
{overpaid}
{waiting}如果登记有误、您的家人健在，请立即拨打{hotline}或告知{office}，核对本人后一个工作日内更正，待遇恢复并补发。
如果您对停发有不同意见，"""
    + CONTEST
    + """
有任何不清楚的，请拨打{hotline}，或到{office}当面询问，会有工作人员为您一次办理。""",
    Template.RECOVERY_HEARING: """多发待遇听取意见告知书
核对发放记录时，我们发现{benefit}有不应发放的款项：{months}，共{yuan}元。
这不是退款通知。我们先听取您（家属）的意见：请在{until}前，到{office}、拨打{hotline}或告诉网格员，说明情况，也可以提出困难。没有听取意见之前，不会作出任何决定，也不需要您退款。
如果金额或事实有误，请告诉我们，核对后立即更正。说明情况不收取任何费用。""",
    Template.RECOVERY_DECIDED: """多发待遇处理决定告知书
关于{benefit}多发的款项（{months}，共{yuan}元），我们听取了意见，经核对作出决定：该款项应当退回。理由：{reason}
{offset}
如果您不同意这个决定，"""
    + CONTEST
    + """异议答复之前，不要求您退款。""",
    Template.RECOVERY_DEMANDED: """多发待遇退还告知书
关于{benefit}多发的款项，已按此前告知您的决定处理，还有{yuan}元请您退还，{until}前到{office}或按主管部门提供的账户办理均可。
一次退还有困难的，可以申请分期，不计利息，请拨打{hotline}或到{office}商量；确有困难的，也可以申请减免，由工作人员按规定办理。{instalments}
如果您不同意，"""
    + CONTEST,
    Template.RECOVERY_CORRECTED: """多发待遇金额更正告知书
此前告知您的{benefit}多发款项，经重新核对，金额更正为{yuan}元。给您带来不便，我们向您致歉。
{refund}您不需要为此办理任何手续。如有疑问，可以拨打{hotline}，或向{office}、网格员当面提出。""",
    Template.WITHHELD_PAID: """停发前待遇补发告知书
您的{benefit}停发以前，{months}的待遇因资格认证到期未办理而暂停。现已见到您本人，这些月份共{yuan}元补发给您，您不需要为此办理任何手续。
该待遇停发的情况不变，此前已书面告知您。如有疑问，可以拨打{hotline}，或向{office}、网格员当面提出。""",
    Template.RECOVERY_SETTLED: """多发待遇办结告知书
关于{benefit}多发的款项（共{yuan}元），已经全部办理完毕，不再需要您退还任何款项。{refund}感谢您的配合。
如有疑问，可以拨打{hotline}，或向{office}、网格员当面提出。""",
}

_WAYS: Final = {
    Way.FUNERAL_GRANT: "丧葬补助金",
    Way.ACCOUNT_BALANCE: "个人账户余额",
    Way.OWED_TO_HEIRS: "应发给家属的款项",
}


def set_off(bookings: Sequence[Booking], left: int) -> str:
    """What was set off by a decision, and what that leaves."""
    taken = [f"{_WAYS[b.way]}{yuan(b.fen)}元" for b in bookings if b.way in _WAYS]
    first = f"已先从{'、'.join(taken)}中抵扣。" if taken else ""
    if not left:
        return f"{first}抵扣后不需要您再退还任何款项。"
    return f"{first}还有{yuan(left)}元，如何退还会另行书面告知，可以分期，不计利息；现在不需要您办理。"


def in_instalments(plan: Sequence[Instalment]) -> str:
    """A plan as it was agreed, each part with its day."""
    if not plan:
        return ""
    parts = "；".join(f"{zh_day(part.due)}前{yuan(part.fen)}元" for part in plan)
    return f"\n按您商定的分期：{parts}。"


@dataclass(frozen=True, slots=True)
class Line:
    """A benefit of somebody who has died, as the household is told of it."""

    title: str
    since: Month  # the first month no longer due
    owed: Mapping[Month, int]
    overpaid: Mapping[Month, int]


def bereaved(lines: Sequence[Line], waiting: Sequence[str], until: date) -> dict[str, str]:
    """The words of the one letter: which benefits end, what the heirs are owed, what was paid too much.

    `waiting`: titles of benefits whose authority has not decided yet; `until`: the day until which those
    concerned are heard.
    """
    ended = "；".join(f"{line.title}，自{zh_month(line.since)}起" for line in lines)
    return {
        "ended": f"一、停止发放的待遇：{ended}。",
        "owed": _owed([line for line in lines if line.owed]),
        "overpaid": _overpaid([line for line in lines if line.overpaid], until),
        "waiting": _waiting(waiting),
    }


def _sums(amounts: Iterable[tuple[str, Mapping[Month, int]]]) -> str:
    return "；".join(f"{title}（{months_told(by)}）{yuan(sum(by.values()))}元" for title, by in amounts)


def _owed(lines: Sequence[Line]) -> str:
    if not lines:
        return "二、生前应发的待遇已经发清，没有需要家属领取的款项。"
    sums = _sums((line.title, line.owed) for line in lines)
    return (
        f"二、生前应发未发、应当交给家属的款项：{sums}。请一位继承人带本人身份证和亲属关系证明"
        "（公证书、法院文书，或亲属关系证明加全体继承人声明，任一即可）到村（社区）办理，核对后发放，不收费。"
    )


def _overpaid(lines: Sequence[Line], until: date) -> str:
    if not lines:
        return "三、没有多发的款项，不需要您退还任何款项。"
    sums = _sums((line.title, line.overpaid) for line in lines)
    return (
        f"三、离世之后仍发放到账的款项：{sums}。这不是退款通知：我们先听取您的意见，请在{zh_day(until)}前"
        "告诉村（社区）或拨打下面的电话；没有听取意见之前，不会作出任何决定。"
    )


def _waiting(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    return f"四、{'、'.join(titles)}还在由主管部门办理，办好后另行告知；期间如有款项到账，请暂时不要动用。\n"
