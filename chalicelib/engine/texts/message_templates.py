"""短信模板 · The words of messages and notices: at most 70 characters, no link, nobody's name or number.

A text message fills one of `SMS` (70 characters are one message, signature included). It cannot
carry reason and remedy: for each there is a printed notice (告知书) that does (rule 8). Every
reminder says the deadline, the office, the hotline, that a visit costs nothing, and a check code
by which the hotline can tell it from a forgery (rule 9).

What is sent, printed and shown comes from one function, `text`. Who signs and which number is called stands
in the pack's policy.yaml; a message keeps them as they were when it was composed, so that it reads later as
it was sent.

>>> words = {"until": "2026-04-30", "signature": "【某市】", "hotline": "12345"}
>>> render(Template.CERTIFIED, Channel.SMS, words)
'【某市】您的待遇资格认证已完成，有效至2026年4月30日，无需再办手续。如有疑问请拨12345。'
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, assert_never

from chalicelib.engine.calendar.periods import add_months, zh_day, zh_month
from chalicelib.engine.rules.policy import MessagePolicy, Policy
from chalicelib.model import Channel, Message, Month, Person, PersonId, Template

OFFICE: Final = "村（社区）"
LONGEST_OFFICE: Final = 8  # a longer name would not fit beside the rest

SMS: Final[Mapping[Template, str]] = {
    Template.REMIND: (
        "您的资格认证{deadline}到期，可到{office}、网上办或约上门，均不收费。电话{hotline}，校验码{code}。"
    ),
    Template.REMIND_AGAIN: (
        "再次提醒：资格认证{deadline}到期，请到{office}或网上办，上门不收费。电话{hotline}，校验码{code}。"
    ),
    Template.SELF_CERTIFY: (
        "请于{deadline}前自助或到{office}认证，未办的将上门，不收费。电话{hotline}，校验码{code}。"
    ),
    Template.CERTIFIED: ("您的待遇资格认证已完成，有效至{until}，无需再办手续。如有疑问请拨{hotline}。"),
    Template.SUSPENDED: (
        "因未完成资格认证，您的待遇自{month}起暂停，认证后恢复并补发。"
        "可到{office}或约上门，免费。异议拨{hotline}。"
    ),
    Template.TERMINATED: (
        "经工作人员核实，相关待遇停止发放，原因见书面告知。如有异议，可到{office}或拨{hotline}提出。"
    ),
    Template.RESUMED: ("您的资格认证已完成，待遇自{month}起恢复发放，补发{yuan}元。如有疑问请拨{hotline}。"),
    Template.RESTORED: (
        "有关部门的登记有误，现已更正，您的待遇自{month}起恢复发放，补发{yuan}元。致歉！电话{hotline}。"
    ),
    Template.ANSWERED: (
        "您的异议经未参与此事的人员核实：{answer}，理由见书面答复，可到{office}领取。不服可拨{hotline}。"
    ),
    Template.OBJECTED_AGAIN: (
        "您再次提出的异议由上一级复核，{until}前答复，期间照常办理。也可申请行政复议，电话{hotline}。"
    ),
    Template.CORRECTED: (
        "因有关部门更正数据，您的认证有效期改为至{until}，如需办理会另行提醒，不收费。致歉！电话{hotline}。"
    ),
    Template.RESTARTED: (
        "经核对证明，您的待遇自{month}起重新发放，补发{yuan}元。疑问可到{office}或拨{hotline}。"
    ),
}

_REMINDER_NOTICE: Final = """待遇资格认证告知书
您领取的待遇，资格认证将于{deadline}到期。我们在各部门的数据中暂未找到可以替您完成认证的记录，所以需要请您办理。
办理方式任选一种，均不收费：一、到{office}，由工作人员当面办理；二、用手机自助认证（不要求必须刷脸）；三、打电话预约，工作人员上门办理。
如果到期没有认证，经工作人员两次上门仍不能见到您，并经乡镇和主管部门两级审核，待遇才会从次月起暂停；以后任何时候认证，都会恢复并补发。
如果您不同意，可以拨打{hotline}，或向{office}、网格员当面提出异议；异议处理期间不暂停待遇。本单校验码：{code}。"""

NOTICES: Final[Mapping[Template, str]] = {
    Template.REMIND: _REMINDER_NOTICE,
    Template.REMIND_AGAIN: _REMINDER_NOTICE,
    Template.SELF_CERTIFY: _REMINDER_NOTICE,
    Template.CERTIFIED: """待遇资格认证结果告知书
您的待遇资格认证已经完成，有效至{until}。认证依据的是您日常办事留下的记录，您不需要再办任何手续。
如果您认为有误，可以拨打{hotline}，或向{office}、网格员当面提出，并可查询依据的是哪一条记录。""",
    Template.SUSPENDED: """待遇暂停发放告知书
您的待遇自{month}起暂停发放。原因：资格认证已经到期，各部门数据、自助认证和两次上门都未能确认您的情况，暂停已经乡镇确认、主管部门批准。
恢复办法：到{office}当面办理，或用手机自助认证，或打电话预约上门，均不收费。认证完成后，从下一个发放日恢复，暂停期间应发的待遇一并补发。
如果您不同意，可以拨打{hotline}，或向{office}、网格员当面提出异议，由未参与此事的人员在{objection_days}个工作日内答复；也可以依法申请行政复议。""",
    Template.TERMINATED: """待遇停止发放告知书
经工作人员核实，相关待遇不再符合领取条件，停止发放。核实依据可向{office}查询。
如停发前有应发未发的待遇，将依法发给本人或其继承人；如有多发，将另行书面说明，可以协商分期办理。
如有异议，可以拨打{hotline}，或向{office}当面提出，由未参与此事的人员在{objection_days}个工作日内答复；也可以依法申请行政复议。办理不收取任何费用。""",
    Template.RESTORED: """待遇恢复发放告知书
此前停止发放您的待遇，依据的是有关部门的一条登记。该部门已确认登记有误并予以更正，我们为此向您致歉。
您的待遇自{month}起恢复发放；停发期间应发的待遇共{yuan}元，随下一次发放一并补发，已被要求退还的不再退还。您不需要办理任何手续。
如果您对补发的月份或金额有疑问，可以拨打{hotline}，或向{office}、网格员当面提出。""",
    Template.RESTARTED: """待遇重新发放告知书
此前停止发放您的待遇的原因已经消除：工作人员已核对您的释放证明、新证件或批准文件。
您的待遇自{month}起按停发前的标准重新发放，此前应发未发的共{yuan}元一并补发；依规定不应发放的月份（如服刑期间）不予补发。
如果您对月份、金额有疑问或有异议，可以拨打{hotline}，或向{office}当面提出，由未参与此事的人员在{objection_days}个工作日内答复；也可以依法申请行政复议。""",
    Template.ANSWERED: """异议答复告知书
您对待遇处理提出的异议，经未参与此事的人员核实，答复为：{answer}。理由：{reason}
不论答复如何，您都可以随时到{office}当面办理资格认证，不收取任何费用。
如果您仍不同意，可以拨打{hotline}，或向{office}当面提出，也可以依法申请行政复议。""",
    Template.OBJECTED_AGAIN: """再次异议受理告知书
您对同一事项提出的异议此前已有答复。您再次提出的异议已经收下，转由上一级未参与此事的人员复核，{until}前答复。
同一事项的再次异议不停止办理：符合暂停条件的，待遇可能按期暂停。您随时可以到{office}当面办理资格认证，或用手机、约上门认证，均不收费；认证后恢复发放并补发。
如果您不同意此前的答复，也可以依法申请行政复议或提起行政诉讼；如何办理，可拨打{hotline}或向{office}询问。""",
    Template.CORRECTED: """待遇资格认证有效期更正告知书
此前告知您的资格认证有效期，依据的是有关部门的一条记录。该部门已更正这条记录，您的资格认证有效期改为至{until}，我们为此向您致歉。
您现在不需要办理任何手续：各部门数据会继续自动为您认证；如仍需您办理，会另行提醒。您也可以随时到{office}、用手机或约上门认证，均不收费。
如果您认为有误，可以拨打{hotline}，或向{office}、网格员当面提出，并可查询依据的是哪一条记录。""",
    Template.RESUMED: """待遇恢复发放告知书
您的资格认证已经完成，待遇自{month}起恢复发放。暂停期间应发的待遇共{yuan}元，随下一次发放一并补发。
如果您对补发的月份或金额有疑问，可以拨打{hotline}，或向{office}、网格员当面提出。""",
}


# The longest that each word of a text message can be once it is spoken.
_LONGEST: Final[Mapping[str, str]] = {
    "deadline": "2026-12-31",
    "until": "2026-12-31",
    "month": "2026-12",
    "office": "村" * LONGEST_OFFICE,
    "code": "000000",
    "yuan": "999999.99",
    "answer": "维持原处理",
}


def too_long(policy: MessagePolicy) -> Iterator[tuple[Template, int]]:
    """The text messages that would not fit under a pack's signature and number; by how many characters."""
    for template in SMS:
        over = len(render(template, Channel.SMS, {**signed(policy), **_LONGEST})) - policy.most_characters
        if over > 0:
            yield template, over


def signed(policy: MessagePolicy) -> dict[str, str]:
    """The words that every message bears: who signs, and the number to call."""
    return {"signature": policy.signature, "hotline": policy.hotline}


def words_of_policy(template: Template, policy: Policy) -> dict[str, str]:
    """The words that the policy has for a message: who signs, whom to call, and the terms that it names."""
    words = signed(policy.messages)
    if "{objection_days}" in NOTICES[template]:
        words["objection_days"] = str(policy.objection_working_days)
    return words


def text(message: Message, policy: Policy) -> str:
    """What a message says, as it is sent, printed or shown; KeyError names a word that is missing.

    The policy signs what was composed before messages kept its words.
    """
    words = {**words_of_policy(message.template, policy), **message.words}
    return render(message.template, message.channel, words)


def render(template: Template, channel: Channel, words: Mapping[str, str]) -> str:
    """A template filled in: a text message, signature first, or a notice (告知书), signed at its end.

    Days come as ISO days, months as "2025-07". The office has a word for when none is given; signature and
    hotline are told like any other word, for no place speaks for another.
    """
    spoken = _spoken(words)
    match channel:
        case Channel.SMS:
            return spoken["signature"] + SMS[template].format_map(spoken)
        case Channel.NOTICE:
            return f"{NOTICES[template].format_map(spoken)}\n{spoken['signature']}"
        case _ as never:
            assert_never(never)


def _spoken(words: Mapping[str, str]) -> dict[str, str]:
    office = words.get("office", OFFICE)
    spoken = {**words, "office": office if len(office) <= LONGEST_OFFICE else OFFICE}
    for name in ("deadline", "until"):
        if name in spoken:
            spoken[name] = zh_day(date.fromisoformat(spoken[name]))
    if "month" in spoken:
        spoken["month"] = zh_month(Month(spoken["month"]))
    return spoken


def check_code(person: PersonId, due: date) -> str:
    """Six digits by which the hotline recognises a genuine reminder of one person and period.

    >>> len(check_code(PersonId("A" * 26), date(2025, 6, 30)))
    6
    """
    digest = hashlib.sha256(f"{person}|{due.isoformat()}".encode()).digest()
    return f"{int.from_bytes(digest) % 1_000_000:06d}"


def may_tell_certified(person: Person, on: date, policy: Policy) -> bool:
    """Whether the one "you are certified" message of a person and year is still to be sent (rule 8)."""
    if person.told_on is None:
        return True
    return on >= add_months(person.told_on, policy.messages.certified_every_months)
