"""对账文案 · What clerks read of a month's reconciliation: each kind of line, and what is done about it."""

from __future__ import annotations

from typing import Final

from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.money.reconciliation import LineKind

HEADER: Final = (
    "待遇编号",
    "待遇项目",
    "对账结果",
    "应发（元）",
    "补发到账（元）",
    "实发（元）",
    "差额（元）",
    "尚欠补发（元）",
    "区划代码",
    "有关指令",
    "处理",
    "待遇项目代码",
    "对账结果代码",
)
TOTALS: Final = (
    "对账结果",
    "笔数",
    "应发（元）",
    "补发到账（元）",
    "实发（元）",
    "差额（元）",
    "处理",
    "对账结果代码",
)
ALL_TOGETHER: Final = "合计"

KINDS: Final[dict[LineKind, Bilingual]] = {
    LineKind.NOT_PAID: ("未经指令停发", "not paid, and nobody was told to stop"),
    LineKind.ARREARS_MISSING: ("补发未到账", "arrears have not arrived"),
    LineKind.AFTER_DEATH: ("去世后仍发放", "paid after death"),
    LineKind.AFTER_END: ("停发后仍发放", "paid after the benefit ended"),
    LineKind.NOT_SEEN: ("指令已下达，尚未见执行", "told, and not seen yet"),
    LineKind.NOT_LISTED: ("发给未知人员", "paid to whom we do not know"),
    LineKind.UNEXPLAINED: ("差额未解释", "a difference that nothing explains"),
    LineKind.IN_QUESTION: ("金额待核实或调整", "the amount is being looked into or put right"),
    LineKind.ACCEPTED: ("金额不同，已有解释", "another amount, explained"),
    LineKind.NO_FILE: ("发放数据未到", "no payments file yet"),
    LineKind.AS_TOLD: ("已按指令执行", "told and seen"),
    LineKind.AS_DUE: ("按应发金额发放", "paid as due"),
}
TO_DO: Final[dict[LineKind, Bilingual]] = {
    LineKind.NOT_PAID: (
        "请发放单位核对并补发，或说明原因；平台未要求停发。",
        "The payer checks and pays it, or says why not: the platform has not asked for a stop.",
    ),
    LineKind.ARREARS_MISSING: ("请发放单位按补发指令发放。", "The payer pays the arrears as told."),
    LineKind.AFTER_DEATH: (
        "请停止发放；多发部分按追回指令办理，先听取家属意见。",
        "The payer stops; what was overpaid is recovered as told, after the family has been heard.",
    ),
    LineKind.AFTER_END: (
        "请停止发放；多发部分按追回指令办理。",
        "The payer stops; what was overpaid is recovered as told.",
    ),
    LineKind.NOT_SEEN: (
        "请发放单位核对指令；两个发放期仍未见执行的，由经办人员联系。",
        "The payer checks the instruction; after two pay runs an officer asks.",
    ),
    LineKind.NOT_LISTED: (
        "名册未列此人此项待遇：请主管单位核对发放名单和名册。",
        "No roster lists the person for this benefit: its authority checks both.",
    ),
    LineKind.UNEXPLAINED: (
        "请核对名册标准和发放金额；下一发放文件到后重新比对。",
        "Check the roster's amount and the payment; the next file is compared again.",
    ),
    LineKind.IN_QUESTION: (
        "工作人员正在核实或已下达调整指令；待遇照常发放。",
        "A person is verifying it, or an adjustment has been told; payment continues.",
    ),
    LineKind.ACCEPTED: ("无需处理。", "Nothing to do."),
    LineKind.NO_FILE: (
        "本县（市、区）该项待遇本月发放文件尚未收到，不作判断。",
        "No file shows this benefit of this county in this month: nothing follows from it.",
    ),
    LineKind.AS_TOLD: ("无需处理。", "Nothing to do."),
    LineKind.AS_DUE: ("无需处理。", "Nothing to do."),
}
