"""短信模板 · The words of messages and notices: at most 70 characters, no link, nobody's name or number.

A text message fills one of `SMS`, or of `HELPER` where it goes to the phone of whoever helps the person (70
characters are one message, signature included). It cannot carry reason and remedy: for each there is a
written notice (告知书, `written_notices`) that does (rule 8). Every
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
from chalicelib.engine.texts.written_notices import NOTICES, OF_BEFORE, WHAT_OF_BEFORE
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
        "因未认证，您的待遇自{month}起暂停，认证后恢复补发。"
        "告知书在{office}、窗口、手机应用可取。异议拨{hotline}。"
    ),
    Template.TERMINATED: (
        "经工作人员核实，您有待遇停止发放，写明原因的告知书在{office}、窗口、手机应用可取。异议拨{hotline}。"
    ),
    Template.RESUMED: (
        "认证已完成，待遇自{month}起恢复，补发{yuan}元。告知书在{office}、手机应用可取。电话{hotline}。"
    ),
    Template.RESTORED: (
        "登记有误已更正，致歉！待遇自{month}起恢复，补发{yuan}元。告知书在{office}可取。电话{hotline}。"
    ),
    Template.ANSWERED: (
        "您的异议经未参与的人员核实：{answer}，书面答复在{office}、窗口、手机应用可取。不服可拨{hotline}。"
    ),
    Template.OBJECTED_AGAIN: (
        "您再次提出的异议由上一级复核，{until}前答复，期间照常办理。也可申请行政复议，电话{hotline}。"
    ),
    Template.CORRECTED: (
        "因有关部门更正数据，您的认证有效期改为至{until}，如需办理会另行提醒，不收费。致歉！电话{hotline}。"
    ),
    Template.PAY_IN_PERSON: (
        "因未认证，{month}待遇请持证件到发放点领取，领取即认证。告知书在{office}可取。不便请拨{hotline}。"
    ),
    Template.RESTARTED: (
        "经核对证明，待遇自{month}起重新发放，补发{yuan}元。告知书在{office}可取。电话{hotline}。"
    ),
    Template.SEPARATED: (
        "此前误将您与他人的号码并为一人，已更正，致歉！待遇按您本人情况办理。告知书在{office}可取。电话{hotline}。"
    ),
    Template.PAUSED: (
        "经核实，您有待遇暂时中止发放（不是停止），写明原因的告知书在{office}、窗口、手机应用可取。异议拨{hotline}。"
    ),
}

# To whoever is registered as helping somebody (协助人): named neither, the check code tells the hotline.
HELPER: Final[Mapping[Template, str]] = {
    Template.REMIND: (
        "请转告您协助的人：{deadline}前认证，到{office}、网上或上门，不收费。电话{hotline}，校验码{code}。"
    ),
    Template.REMIND_AGAIN: (
        "再请转告协助的人：{deadline}前认证，到{office}、网上或上门，不收费。电话{hotline}，校验码{code}。"
    ),
    Template.SELF_CERTIFY: (
        "请转告您协助的人：{deadline}前自助或到{office}认证，上门不收费。电话{hotline}，校验码{code}。"
    ),
    Template.CERTIFIED: "请转告您协助的人：待遇资格认证已完成，有效至{until}，无需办手续。疑问拨{hotline}。",
    Template.SUSPENDED: (
        "请转告您协助的人：因未认证，待遇自{month}起暂停，认证后补发。告知书在{office}可取。异议拨{hotline}。"
    ),
    Template.TERMINATED: (
        "请转告您协助的人：经核实，有待遇停止发放，原因见告知书，可到{office}领取。异议拨{hotline}。"
    ),
    Template.RESUMED: (
        "请转告您协助的人：资格认证已完成，待遇自{month}起恢复，补发{yuan}元。疑问拨{hotline}。"
    ),
    Template.RESTORED: (
        "请转告您协助的人：登记有误已更正，待遇自{month}起恢复，补发{yuan}元。致歉！电话{hotline}。"
    ),
    Template.ANSWERED: (
        "请转告您协助的人：异议已核实：{answer}，理由见书面答复，可到{office}领取。不服可拨{hotline}。"
    ),
    Template.OBJECTED_AGAIN: (
        "请转告您协助的人：再次异议由上一级复核，{until}前答复，期间照常办理。电话{hotline}。"
    ),
    Template.CORRECTED: (
        "请转告您协助的人：部门更正数据，认证有效期改为至{until}，如需办理另行提醒。致歉！电话{hotline}。"
    ),
    Template.PAY_IN_PERSON: (
        "请转告您协助的人：{month}待遇由本人持证件到发放点领取，领取即认证，不收费。不便前往拨{hotline}。"
    ),
    Template.RESTARTED: (
        "请转告您协助的人：经核对证明，待遇自{month}起重新发放，补发{yuan}元。疑问拨{hotline}。"
    ),
    Template.SEPARATED: (
        "请转告您协助的人：误将其与他人号码并为一人，已更正，待遇按本人情况办理。致歉！电话{hotline}。"
    ),
    Template.PAUSED: (
        "请转告您协助的人：有待遇暂时中止（不是停止），原因见告知书，可到{office}领取。异议拨{hotline}。"
    ),
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
        words = {**signed(policy), **_LONGEST}
        longest = max(len(render(template, channel, words)) for channel in (Channel.SMS, Channel.HELPER))
        if longest > policy.most_characters:
            yield template, longest - policy.most_characters


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
    return render(message.template, message.channel, _words(message, policy))


def document(message: Message, policy: Policy) -> str:
    """The written notice of a message, by whatever channel the message itself goes."""
    return render(message.template, Channel.NOTICE, _words(message, policy))


def _words(message: Message, policy: Policy) -> dict[str, str]:
    before = {"what": WHAT_OF_BEFORE, **OF_BEFORE.get(message.template, {})}
    return {**before, **words_of_policy(message.template, policy), **message.words}


def render(template: Template, channel: Channel, words: Mapping[str, str]) -> str:
    """A template filled in: a text message, signature first, or a notice (告知书), signed at its end.

    Days come as ISO days, months as "2025-07". The office has a word for when none is given; signature and
    hotline are told like any other word, for no place speaks for another.
    """
    spoken = _spoken(words)
    match channel:
        case Channel.SMS:
            return spoken["signature"] + SMS[template].format_map(spoken)
        case Channel.HELPER:
            return spoken["signature"] + HELPER[template].format_map(spoken)
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
