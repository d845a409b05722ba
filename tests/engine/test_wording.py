"""Messages: at most 70 characters whatever fills them, no link, and what rule 9 asks of a reminder."""

import re
import string

import pytest

from chalicelib.engine import wording
from chalicelib.engine.wording import (
    MOST_CHARACTERS,
    NOTICES,
    SIGNATURE,
    SMS,
    check_code,
    may_tell_certified,
    notice,
    render,
)
from chalicelib.model import PersonId, Template
from tests.events import RULES
from tests.people import a_person, day

LONGEST = {
    "deadline": "2026-12-31",
    "until": "2026-12-31",
    "month": "2026-12",
    "office": "幸福社区党群服务站点"[: wording.LONGEST_OFFICE],
    "hotline": "12333",
    "code": "123456",
    "yuan": "999999.99",
    "answer": "维持原处理",
    "reason": "两次上门均未见到本人",
}
REMINDERS = (Template.REMIND, Template.REMIND_AGAIN, Template.SELF_CERTIFY)


@pytest.mark.parametrize("template", list(Template))
def test_no_message_is_longer_than_one(template: Template) -> None:
    for words in (LONGEST, {**LONGEST, "office": "谯城区薛阁街道幸福社区综合服务中心"}):
        text = render(template, words)
        assert text.startswith(SIGNATURE)
        assert len(text) <= MOST_CHARACTERS, text
        assert "http" not in text
        assert not re.search(r"www|\.c(n|om)|[a-z]/", text)


@pytest.mark.parametrize("template", list(Template))
def test_every_template_has_a_message_and_a_notice(template: Template) -> None:
    assert template in SMS
    text = notice(template, LONGEST)
    assert text.splitlines()[0].endswith("告知书")
    assert "12333" in text, "how to object"
    assert len(text) > MOST_CHARACTERS


@pytest.mark.parametrize("template", REMINDERS)
def test_a_reminder_says_deadline_office_hotline_free_and_code(template: Template) -> None:
    for text in (render(template, LONGEST), notice(template, LONGEST)):
        for word in ("2026年12月31日", LONGEST["office"], "12333", "不收费", "123456"):
            assert word in text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (Template.REMIND, {"deadline": "2025-06-30", "hotline": "12333", "code": "000001"}),
        (Template.CERTIFIED, {"until": "2026-04-30"}),
        (Template.SUSPENDED, {"month": "2025-08", "hotline": "12333"}),
        (Template.RESUMED, {"yuan": "450.00", "month": "2025-11", "hotline": "12333"}),
        (Template.TERMINATED, {"hotline": "12333"}),
    ],
)
def test_office_and_hotline_have_words_of_their_own(template: Template, words: dict[str, str]) -> None:
    for text in (render(template, words), notice(template, words)):
        assert "{" not in text
        assert "None" not in text


def test_a_missing_word_is_named() -> None:
    with pytest.raises(KeyError, match="deadline"):
        render(Template.REMIND, {"code": "1"})


def test_only_known_words_are_asked_for() -> None:
    for text in (*SMS.values(), *NOTICES.values()):
        asked = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert asked <= set(LONGEST)


def test_an_office_that_is_too_long_is_called_the_village() -> None:
    words = {**LONGEST, "office": "幸" * (wording.LONGEST_OFFICE + 1)}
    assert wording.OFFICE in render(Template.REMIND, words)


def test_signature_and_length_are_the_policys() -> None:
    messages = RULES.policy.messages
    assert (messages.signature, messages.most_characters) == (SIGNATURE, MOST_CHARACTERS)
    assert render(Template.CERTIFIED, LONGEST, signature="【其他】").startswith("【其他】")


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
