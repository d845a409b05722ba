"""Adding a message: a word at the end, what is sent, and what is printed."""

from __future__ import annotations

from typing import Any

from chalicelib import model
from tests.engine import test_message_templates as guards
from tests.recipes.walking import Part, Project, complaining, recipe

WORD, TEXTS = recipe("Adding a message")
FILES = ("chalicelib/engine/texts/message_templates.py", "chalicelib/engine/texts/written_notices.py")


def complaints(project: Project, name: str = "APPOINTED") -> set[str]:
    """What the guards say of the copy's new message."""
    words: Any = project.load("chalicelib/model/messages.py").Template
    project.monkeypatch.setattr(model, "Template", words)
    project.monkeypatch.setattr(guards, "Template", words)
    texts, notices = map(project.load, FILES)
    project.monkeypatch.setattr(texts, "NOTICES", notices.NOTICES)
    for function in ("SMS", "NOTICES", "render", "text", "words_of_policy"):
        project.monkeypatch.setattr(guards, function, getattr(texts, function))

    def is_signed_in_every_pack() -> None:
        for policy in guards.WHOLE.values():
            for channel in model.Channel:
                guards.test_every_message_is_signed_by_its_own_pack(policy, words[name], channel)

    def has_a_message_and_a_notice() -> None:
        guards.test_every_template_has_a_message_and_a_notice(words[name])

    def is_short() -> None:
        guards.test_no_message_is_longer_than_one_or_has_a_link(words[name])

    return complaining(
        guards.test_the_order_of_messages_that_wait_stays,
        has_a_message_and_a_notice,
        is_short,
        is_signed_in_every_pack,
        guards.test_only_known_words_are_asked_for,
    )


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    project.has(*FILES)
    project.do(WORD)
    assert complaints(project) == {"has_a_message_and_a_notice", "is_short", "is_signed_in_every_pack"}

    by_phone, on_paper = TEXTS
    project.do([by_phone])
    assert complaints(project) == {"has_a_message_and_a_notice", "is_signed_in_every_pack"}

    project.do([on_paper])
    assert complaints(project) == set()


def test_a_word_between_others_would_move_what_waits(project: Project) -> None:
    [word] = WORD
    [hunk] = word.hunks
    kept, added = hunk.splitlines(keepends=True)
    project.has(*FILES)
    project.do([Part(word.file, (added + kept,))])
    assert "test_the_order_of_messages_that_wait_stays" in complaints(project)


def test_a_message_that_is_too_long_or_bears_a_link_is_found(project: Project) -> None:
    project.do(WORD)
    project.do(TEXTS)
    file = project.folder / FILES[0]
    said = file.read_text(encoding="utf-8")
    for more in ("www.example.com", "请带身份证、银行卡、户口簿和两张照片，并提前一天打电话确认时间地点"):
        file.write_text(said.replace("如需改期，请拨", f"{more}如需改期，请拨"), encoding="utf-8")
        assert "is_short" in complaints(project)
