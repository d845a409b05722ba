"""指令文案 · What clerks read of an instruction: Chinese words, yuan and months; the codes stand beside.

A reason is stored in English, in parts that this module knows; what it does not know it leaves as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from chalicelib.engine.calendar.periods import next_month, zh_month
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money import paid_in_person, paid_to_heirs
from chalicelib.engine.money.account import WITHHELD
from chalicelib.engine.money.adjustment import OTHERWISE
from chalicelib.engine.money.arrears import HEARD_FIRST
from chalicelib.engine.money.overpayment import NOT_DUE, NOTHING_ANY_MORE, TOO_MUCH
from chalicelib.engine.money.owed_to_heirs import SHOWN_BY
from chalicelib.engine.rules.benefits import Offset
from chalicelib.engine.suspicion import reversal, separation, two_numbers
from chalicelib.engine.suspicion.reckoning import TO_HEIRS
from chalicelib.model import (
    EntitlementStatus,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Route,
)

HEADER: Final = (
    "待遇编号",
    "待遇项目",
    "指令",
    "执行月份",
    "金额（元）",
    "涉及月份",
    "原因",
    "指令状态",
    "下达日期",
    "待遇项目代码",
    "指令代码",
    "指令状态代码",
    "指令编号",
)

KINDS: Final = {
    InstructionKind.SUSPEND: "暂停发放",
    InstructionKind.RESUME: "恢复发放并补发",
    InstructionKind.PAUSE: "暂缓发放",
    InstructionKind.TERMINATE: "停止发放",
    InstructionKind.RECOVER: "追回多发",
    InstructionKind.ADJUST: "调整发放金额",
    InstructionKind.PAY_IN_PERSON: "改为本人凭证件当面领取",
    InstructionKind.PAY_HEIRS: "发给继承人",
}
STATES: Final = {
    InstructionState.ISSUED: "已下达",
    InstructionState.ACKNOWLEDGED: "已签收",
    InstructionState.SEEN: "发放数据已见",
    InstructionState.CANCELLED: "已撤销，不再执行",
    InstructionState.LISTED: "两个发放期未见，请人工核对",
}
ANNOUNCED: Final = "已批准，生效前再核一次；收到当日指令文件后方可执行"
ANNOUNCED_CODE: Final = "approved"
STATUSES: Final = {
    EntitlementStatus.ACTIVE: "正常发放",
    EntitlementStatus.EXPIRED_STILL_PAID: "认证到期，仍在发放",
    EntitlementStatus.SUSPENDED: "未认证，已暂停",
    EntitlementStatus.PAUSED: "暂缓发放",
    EntitlementStatus.TERMINATED: "已停止发放",
}
ROUTES: Final = {
    Route.SILENT: "静默认证",
    Route.SELF: "自助认证",
    Route.ASSISTED: "社区联网认证",
    Route.COUNTER: "窗口人工认证",
    Route.VISIT: "上门认证",
    Route.REMOTE: "异地协助认证",
}

_OFFSETS: Final = {Offset.FUNERAL_GRANT: "丧葬补助金", Offset.ACCOUNT_BALANCE: "个人账户余额"}
_PARTS: Final = {
    **dict.fromkeys(
        (
            "not certified, after data, reminders, self-service and three visits",
            "not certified, after data, reminders, self-service and two visits",  # of before
        ),
        "经数据比对、提醒、自助和上门均未能认证",
    ),
    "certified again": "已重新认证",
    two_numbers.JOINED: "经核实两个号码为同一人，已合并",
    separation.SEPARATED: "两个号码曾误并为一人，经核实为两人，已拆开",
    paid_in_person.REASON: "未认证，本月由本人到发放点核验证件后当面领取；领取时请办理窗口认证",
    reversal.REASON: "所依据的数据已由报送部门撤销",
    reversal.REVERSED: "经复核，原认定有误",
    "deceased, confirmed": "本人去世，已核实",
    "may not be drawn beside another benefit, confirmed": "不得与其他待遇同时领取，已核实",
    "a condition does not hold, confirmed": "不再符合领取条件，已核实",
    "not entitled, as its authority doubted, confirmed": "主管单位质疑，经核实不应领取",
    "the person asked for it, confirmed": "本人申请停发，已核实",
    "no longer on its authority's roster, confirmed": "主管单位名册不再列有，已核实",
    "in custody, confirmed": "服刑，已核实",
    "awaiting judgment, confirmed": "羁押待判，已核实",
    TO_HEIRS: "应付款项归继承人",
    NOT_DUE: "不应发放的月份已发放",
    paid_to_heirs.WHY: "本人健在，误认去世期间发给继承人的款项",
    TOO_MUCH: "发放金额多于应发",
    NOTHING_ANY_MORE: "现已无多发",
    OTHERWISE: "实发与应发不符",
    WITHHELD: "停发以前因未认证暂停的月份，现已见到本人；只补发这些月份，不恢复发放",
    "too little ": "少发",
    "too much ": "多发",
    "due a month ": "每月应发",
    "arrears 0": "无须补发",
    "arrears ": "补发",
    SHOWN_BY[HeirProof.NOTARISED]: "已凭公证书核对继承人，不得再发入逝者账户",
    SHOWN_BY[HeirProof.COURT]: "已凭法院文书核对继承人，不得再发入逝者账户",
    SHOWN_BY[HeirProof.KINSHIP]: "已凭亲属关系证明核对继承人，不得再发入逝者账户",
    HEARD_FIRST: "先听取当事人意见，再作决定",
    "first offset against ": "先抵扣",
    ", then ": "，再抵扣",
    "what is left is asked back within ": "余额在",
    " working days": "个工作日内退回",
    **{offset.value: zh for offset, zh in _OFFSETS.items()},
}
_IN_TURN: Final = tuple(sorted(_PARTS.items(), key=lambda part: -len(part[0])))
_SEVERAL: Final = re.compile(r"(\d{4}-\d\d)…(\d{4}-\d\d) (\d+) × (\d+\.\d\d)")
_ONE: Final = re.compile(r"(\d{4}-\d\d) (\d+\.\d\d)")
_AGAIN: Final = re.compile(r"started again from (\d{4}-\d\d): what had ended it is over")
_ALONE: Final = re.compile(r"(?<=每月应发)(\d+\.\d\d)")


def reason(told: Instruction) -> str:
    """Why, in Chinese."""
    text = _AGAIN.sub(lambda m: f"停发的原因已消除，自{_month(m[1])}起恢复", told.reason)
    for en, zh in _IN_TURN:
        text = text.replace(en, zh)
    text = _SEVERAL.sub(lambda m: f"{_month(m[1])}至{_month(m[2])}{m[3]}个月每月{m[4]}元", text)
    text = _ONE.sub(lambda m: f"{_month(m[1])}{m[2]}元", text)
    return _ALONE.sub(r"\1元", text).replace(": ", "：").replace("; ", "；")


def _month(text: str) -> str:
    return zh_month(Month(text))


def months(of: Iterable[Month]) -> str:
    """Months as people read them, those that follow one another together.

    >>> months([Month("2025-04"), Month("2025-05"), Month("2025-07")])
    '2025年4月至2025年5月、2025年7月'
    """
    runs: list[list[Month]] = []
    for month in sorted(of):
        if runs and next_month(runs[-1][-1]) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    said = (zh_month(r[0]) if len(r) == 1 else f"{zh_month(r[0])}至{zh_month(r[-1])}" for r in runs)
    return "、".join(said)


def kind(told: Instruction) -> str:
    """What is to be done, in Chinese; of an adjustment also in which direction."""
    if told.kind is not InstructionKind.ADJUST or not told.fen:
        return KINDS[told.kind]
    return f"{KINDS[told.kind]}（{'少发，应补发' if told.fen > 0 else '多发，另行追回'}）"


def row(told: Instruction, payee: str, title: str) -> tuple[str, ...]:
    """What a list says of an instruction, under `HEADER`; `title`: the benefit's, in Chinese."""
    return (
        payee,
        title,
        kind(told),
        zh_month(told.month),
        yuan(abs(told.fen)),
        months(told.arrears),
        reason(told),
        STATES[told.state],
        told.issued.isoformat(),
        told.benefit,
        told.kind.value,
        told.state.value,
        told.name,
    )


def announced(row: tuple[str, ...]) -> tuple[str, ...]:
    """The same of what has been approved and is no instruction yet."""
    said = dict(zip(HEADER, row, strict=True))
    said |= {"原因": ANNOUNCED, "指令状态": "尚未下达", "指令状态代码": ANNOUNCED_CODE, "指令编号": ""}
    return tuple(said.values())
