"""Messages: at most 70 characters whatever fills them, no link, and what rule 9 asks of a reminder."""

import itertools
import re
import string

import pytest

from chalicelib.engine.rules.policy import MessagePolicy, Policy
from chalicelib.engine.texts import message_templates
from chalicelib.engine.texts.message_templates import (
    NOTICES,
    SMS,
    check_code,
    may_tell_certified,
    render,
    signed,
    text,
    too_long,
    words_of_policy,
)
from chalicelib.model import BY_PHONE, REMINDERS, Channel, PersonId, Template
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
    "reason": "两次上门均未见到本人",
    "objection_days": "15",
}
# The place is the priority, and keys of messages that wait bear it: a new one comes last.
ORDER = (
    "suspended terminated resumed restored remind remind_again self_certify certified answered "
    "objected_again corrected"
)
every_pack = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
every_template = pytest.mark.parametrize("template", list(Template))
every_channel = pytest.mark.parametrize("channel", list(Channel))


def test_the_order_of_messages_that_wait_stays() -> None:
    known = ORDER.split()
    assert [template.value for template in Template][: len(known)] == known


@every_pack
def test_what_does_not_fit_is_told_by_how_much(policy: MessagePolicy) -> None:
    assert list(too_long(policy)) == []
    over = dict(too_long(policy.model_copy(update={"most_characters": 20})))
    for template in Template:
        words = {**signed(policy), **LONGEST}
        longest = max(len(render(template, channel, words)) for channel in (Channel.SMS, Channel.HELPER))
        assert over[template] == longest - 20, template


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
@every_template
@every_channel
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


@every_template
@every_channel
def test_nobody_signs_for_a_place_that_is_not_told(template: Template, channel: Channel) -> None:
    for word in signed(BOZHOU):
        with pytest.raises(KeyError, match=word):
            render(template, channel, {w: v for w, v in {**signed(BOZHOU), **LONGEST}.items() if w != word})


@pytest.mark.parametrize("template", [Template.SUSPENDED, Template.TERMINATED])
def test_a_notice_names_the_term_of_its_policy(template: Template) -> None:
    """And keeps the one that it was composed with, whatever the policy says later."""
    policy = WHOLE["bozhou"].model_copy(update={"objection_working_days": 20})
    told = a_message(template=template, channel=Channel.NOTICE, words=LONGEST | {"objection_days": "10"})
    assert "在10个工作日内答复" in text(told, policy)
    words = {word: said for word, said in LONGEST.items() if word != "objection_days"}
    before = a_message(template=template, channel=Channel.NOTICE, words=words)
    assert "在20个工作日内答复" in text(before, policy)


@every_template
def test_no_message_is_longer_than_one_or_has_a_link(template: Template) -> None:
    offices = (LONGEST["office"], "谯城区薛阁街道幸福社区综合服务中心")
    for office, channel in itertools.product(offices, BY_PHONE):
        said = render(template, channel, {**signed(BOZHOU), **LONGEST, "office": office})
        assert len(said) <= BOZHOU.most_characters, said
        assert "http" not in said
        assert not re.search(r"www|\.c(n|om)|[a-z]/", said)


@every_template
def test_every_template_has_a_message_and_a_notice(template: Template) -> None:
    assert template in SMS
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
    for said in (sms(template, words), notice(template, words)):
        assert "{" not in said
        assert "None" not in said


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
