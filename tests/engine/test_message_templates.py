"""Messages: at most 70 characters whatever fills them, no link, and what rule 9 asks of a reminder."""

import itertools
import re
import string

import pytest

from chalicelib.engine.rules.policy import MessagePolicy, Policy
from chalicelib.engine.texts import message_templates
from chalicelib.engine.texts.channels import DECISIONS
from chalicelib.engine.texts.message_templates import (
    NOTICES,
    SMS,
    check_code,
    document,
    may_tell_certified,
    render,
    signed,
    text,
    too_long,
    words_of_policy,
)
from chalicelib.engine.texts.recovery_notices import (
    WRITTEN,
    Line,
    bereaved,
    in_instalments,
    set_off,
)
from chalicelib.model import (
    BY_PHONE,
    REMINDERS,
    Booking,
    Channel,
    Instalment,
    Month,
    PersonId,
    Template,
    Way,
)
from chalicelib.storage.dynamodb.worklist_rows import PRIORITY
from tests.events import ALL_RULES, RULES
from tests.people import a_message, a_person, day

WHOLE = {pack: rules.policy for pack, rules in ALL_RULES.items()}
POLICIES = {pack: policy.messages for pack, policy in WHOLE.items()}
BOZHOU = POLICIES["bozhou"]
LONGEST = {
    "deadline": "2026-12-31",
    "until": "2026-12-31",
    "month": "2026-12",
    "office": "幸福社区党群服务站点"[: message_templates.LONGEST_OFFICE],
    "code": "900731",
    "yuan": "999999.99",
    "answer": "维持原处理",
    "asked": "2025年3月3日",
    "reason": "两次上门均未见到本人",
    "what": "城乡居民基本养老保险、高龄津贴",
    "measure": "暂停发放",
    "objection_days": "15",
    "benefit": "城乡居民基本养老保险",
    "months": "2025年2月至2025年4月",
    "offset": "还有200.00元，如何退还会另行书面告知。",
    "instalments": "",
    "refund": "",
    "ended": "一、停止发放的待遇：城乡居民基本养老保险，自2025年2月起。",
    "owed": "二、生前应发的待遇已经发清，没有需要家属领取的款项。",
    "overpaid": "三、没有多发的款项，不需要您退还任何款项。",
    "waiting": "",
}
# The place is the priority, and keys of messages that wait bear it: a new one comes last.
ORDER = (
    "suspended terminated resumed restored remind remind_again self_certify certified answered "
    "objected_again corrected restarted death_to_confirm bereaved recovery_hearing recovery_decided "
    "recovery_demanded recovery_corrected recovery_settled paused pay_in_person stop_asked"
)
TAKES_AWAY = (
    Template.SUSPENDED,
    Template.TERMINATED,
    Template.BEREAVED,
    Template.RECOVERY_DECIDED,
    Template.RECOVERY_DEMANDED,
)
THREATS = "逾期|法律责任|强制|追究|追缴|滞纳|责令|否则|必须|不得|骗取|违法|起诉您|失信|处罚|后果|死者|死亡"
every_pack = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
every_template = pytest.mark.parametrize("template", list(Template))
every_text = pytest.mark.parametrize("template", [t for t in Template if t not in WRITTEN])
every_said = pytest.mark.parametrize(
    ("template", "channel"),
    [(t, c) for t in Template for c in Channel if c is Channel.NOTICE or t not in WRITTEN],
)


def test_the_order_of_messages_that_wait_stays() -> None:
    known = ORDER.split()
    assert [template.value for template in Template][: len(known)] == known


@every_pack
def test_what_does_not_fit_is_told_by_how_much(policy: MessagePolicy) -> None:
    assert list(too_long(policy)) == []
    over = dict(too_long(policy.model_copy(update={"most_characters": 20})))
    for template in SMS:
        words = {**signed(policy), **LONGEST}
        longest = max(len(render(template, channel, words)) for channel in (Channel.SMS, Channel.HELPER))
        assert over[template] == longest - 20, template


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
@every_said
def test_every_message_is_signed_by_its_own_pack(whole: Policy, template: Template, channel: Channel) -> None:
    """Composed now, or by a program that did not keep who signs: the pack's own signature and number."""
    policy = whole.messages
    others = {other for each in POLICIES.values() for other in signed(each).values()} - {
        *signed(policy).values()
    }
    for words in ({**signed(policy), **LONGEST}, LONGEST):
        said = text(a_message(template=template, channel=channel, words=words), whole)
        assert said.count(policy.signature) == 1
        assert policy.hotline in said
        assert not [other for other in others if other in said]
        if channel in BY_PHONE:
            assert said.startswith(policy.signature)
            assert len(said) <= policy.most_characters, said
        else:
            assert said.splitlines()[-1] == policy.signature


def test_a_message_reads_later_as_it_was_sent() -> None:
    words = {**LONGEST, "signature": "【从前】", "hotline": "12300"}
    for channel in Channel:
        said = text(a_message(channel=channel, words=words), WHOLE["bozhou"])
        assert "【从前】" in said
        assert "12300" in said
        assert BOZHOU.signature not in said


@every_said
def test_nobody_signs_for_a_place_that_is_not_told(template: Template, channel: Channel) -> None:
    for word in signed(BOZHOU):
        with pytest.raises(KeyError, match=word):
            render(template, channel, {w: v for w, v in {**signed(BOZHOU), **LONGEST}.items() if w != word})


@pytest.mark.parametrize("template", TAKES_AWAY)
def test_whatever_takes_something_away_says_how_to_contest_it(template: Template) -> None:
    printed = notice(template, LONGEST)
    for way in (BOZHOU.hotline, "在15个工作日内答复", "60日内依法申请行政复议", "6个月内依法提起行政诉讼"):
        assert way in printed


@pytest.mark.parametrize("template", sorted(WRITTEN))
def test_a_letter_to_a_grieving_family_never_threatens(template: Template) -> None:
    for printed in (notice(template, LONGEST), notice(template, LONGEST | bereavement())):
        assert re.findall(THREATS, printed) == []


def bereavement() -> dict[str, str]:
    line = Line("高龄津贴", Month("2025-02"), {Month("2025-01"): 5_000}, {Month("2025-02"): 5_000})
    return bereaved([line], ["退役人员生活补助"], day("2025-03-14"))


def test_one_letter_says_all() -> None:
    said = notice(Template.BEREAVED, LONGEST | bereavement())
    for word in (
        "高龄津贴，自2025年2月起",
        "应当交给家属的款项：高龄津贴（2025年1月）50.00元",
        "亲属关系证明",
        "仍发放到账的款项：高龄津贴（2025年2月）50.00元。这不是退款通知：我们先听取您的意见，请在2025年3月14日前",
        "退役人员生活补助还在由主管部门办理",
        BOZHOU.hotline,
    ):
        assert word in said
    quiet = bereaved([Line("高龄津贴", Month("2025-02"), {}, {})], [], day("2025-03-14"))
    said = notice(Template.BEREAVED, LONGEST | quiet)
    assert "没有需要家属领取的款项" in said
    assert "不需要您退还任何款项" in said
    assert "还在由主管部门办理" not in said


def test_what_is_written_never_goes_to_a_phone() -> None:
    assert WRITTEN.isdisjoint(SMS)
    assert set(SMS) | WRITTEN == set(Template)


def test_what_was_set_off_and_what_is_left() -> None:
    booked = [Booking(way, 5_000, day("2025-03-01"), "d", "li") for way in (Way.FUNERAL_GRANT, Way.REPAID)]
    assert set_off(booked, 0) == "已先从丧葬补助金50.00元中抵扣。抵扣后不需要您再退还任何款项。"
    assert "还有10.00元" in set_off((), 1_000)
    assert in_instalments(()) == ""
    plan = (Instalment(day("2025-08-01"), 100), Instalment(day("2025-09-01"), 99))
    assert "2025年8月1日前1.00元；2025年9月1日前0.99元" in in_instalments(plan)


@pytest.mark.parametrize("template", [Template.SUSPENDED, Template.TERMINATED])
def test_a_notice_names_the_term_of_its_policy(template: Template) -> None:
    """And keeps the one that it was composed with, whatever the policy says later."""
    policy = WHOLE["bozhou"].model_copy(update={"objection_working_days": 20})
    told = a_message(template=template, channel=Channel.NOTICE, words=LONGEST | {"objection_days": "10"})
    assert "在10个工作日内答复" in text(told, policy)
    words = {word: said for word, said in LONGEST.items() if word != "objection_days"}
    before = a_message(template=template, channel=Channel.NOTICE, words=words)
    assert "在20个工作日内答复" in text(before, policy)


@every_text
def test_no_message_is_longer_than_one_or_has_a_link(template: Template) -> None:
    offices = (LONGEST["office"], "谯城区薛阁街道幸福社区综合服务中心")
    for office, channel in itertools.product(offices, BY_PHONE):
        said = render(template, channel, {**signed(BOZHOU), **LONGEST, "office": office})
        assert len(said) <= BOZHOU.most_characters, said
        assert "http" not in said
        assert not re.search(r"www|\.c(n|om)|[a-z]/", said)


@every_template
def test_every_template_has_a_message_and_a_notice(template: Template) -> None:
    assert (template in SMS) is (template not in WRITTEN)
    printed = notice(template, LONGEST)
    assert printed.splitlines()[0].endswith("告知书")
    assert BOZHOU.hotline in printed, "how to object"
    assert len(printed) > BOZHOU.most_characters


@pytest.mark.parametrize("template", REMINDERS)
def test_a_reminder_says_deadline_office_hotline_free_and_code(template: Template) -> None:
    for channel in Channel:
        said = render(template, channel, {**words_of_policy(template, WHOLE["bozhou"]), **LONGEST})
        for word in ("2026年12月31日", LONGEST["office"], BOZHOU.hotline, "不收费", "900731"):
            assert word in said


def sms(template: Template, words: dict[str, str]) -> str:
    return render(template, Channel.SMS, {**signed(BOZHOU), **words})


def notice(template: Template, words: dict[str, str]) -> str:
    return render(template, Channel.NOTICE, {**words_of_policy(template, WHOLE["bozhou"]), **words})


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (Template.REMIND, {"deadline": "2025-06-30", "code": "000001"}),
        (Template.CERTIFIED, {"until": "2026-04-30"}),
        (Template.SUSPENDED, {"month": "2025-08"}),
        (Template.RESUMED, {"yuan": "450.00", "month": "2025-11"}),
        (Template.TERMINATED, {}),
    ],
)
def test_the_office_has_a_word_of_its_own(template: Template, words: dict[str, str]) -> None:
    told = {"what": "高龄津贴", "reason": "资格认证已于2025年6月30日到期", **words}
    for said in (sms(template, words), notice(template, told)):
        assert "{" not in said
        assert "None" not in said


@pytest.mark.parametrize("template", sorted(DECISIONS))
def test_the_notice_of_a_decision_names_every_way_to_contest_it(template: Template) -> None:
    """Objection within the policy's term, administrative review, a lawsuit; and the SMS says where it is."""
    told = notice(template, LONGEST)
    assert "行政复议" in told
    assert "60日内" in told
    assert "6个月内" in told
    assert "提起行政诉讼" in told
    if template is not Template.OBJECTED_AGAIN:  # which says on which day it is answered
        days = WHOLE["bozhou"].objection_working_days
        assert f"{days}个工作日内答复" in told
        assert LONGEST["what"] in told or LONGEST["measure"] in told
        assert LONGEST["reason"] in told
        for word in ("可取", LONGEST["office"]):
            assert word in sms(template, LONGEST), "where the notice is"


def test_paused_is_not_stopped_and_is_told_as_urgently() -> None:
    for said in (sms(Template.PAUSED, LONGEST), notice(Template.PAUSED, LONGEST)):
        assert "中止" in said
        assert "不是停止" in said
    assert "停止发放" not in notice(Template.PAUSED, LONGEST)
    assert PRIORITY[Template.SUSPENDED] < PRIORITY[Template.PAUSED] < PRIORITY[Template.RESUMED]


@pytest.mark.parametrize("template", sorted(DECISIONS - {Template.PAUSED}))
def test_what_was_composed_before_reasons_were_told_can_still_be_read(template: Template) -> None:
    kept = {word: LONGEST[word] for word in ("month", "yuan", "until", "answer")}
    if template is Template.ANSWERED:
        kept["reason"] = LONGEST["reason"]
    told = a_message(template=template, channel=Channel.NOTICE, words=kept)
    assert "{" not in text(told, WHOLE["bozhou"])
    by_phone = a_message(template=template, words=kept)
    assert document(by_phone, WHOLE["bozhou"]) == text(told, WHOLE["bozhou"])


def test_a_missing_word_is_named() -> None:
    with pytest.raises(KeyError, match="deadline"):
        sms(Template.REMIND, {"code": "1"})


def test_only_known_words_are_asked_for() -> None:
    for template in (*SMS.values(), *NOTICES.values()):
        asked = {name for _, name, _, _ in string.Formatter().parse(template) if name}
        assert asked <= {*LONGEST, "hotline"}


def test_an_office_that_is_too_long_is_called_the_village() -> None:
    words = {**LONGEST, "office": "幸" * (message_templates.LONGEST_OFFICE + 1)}
    assert message_templates.OFFICE in sms(Template.REMIND, words)


def test_check_codes_have_six_digits_and_differ() -> None:
    codes = {check_code(PersonId(f"{n:026d}"), day("2025-06-30")) for n in range(200)}
    assert len(codes) > 190
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    person = PersonId("A" * 26)
    assert check_code(person, day("2025-06-30")) == "790987"  # reminders under way carry it
    assert check_code(person, day("2025-06-30")) != check_code(person, day("2026-06-30"))


@pytest.mark.parametrize(
    ("told", "on", "may"),
    [
        (None, "2025-06-01", True),
        ("2024-06-01", "2025-05-31", False),
        ("2024-06-01", "2025-06-01", True),
    ],
)
def test_certified_is_said_once_a_year(told: str | None, on: str, may: bool) -> None:
    person = a_person(told_on=day(told) if told else None)
    assert may_tell_certified(person, day(on), RULES.policy) is may
