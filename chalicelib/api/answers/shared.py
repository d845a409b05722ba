"""答复基础 · What answers have in common: the base of all, both languages, pages of lists, reasons."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Something that is answered: these fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Answer):
    """A sentence or a title in both languages."""

    zh: str
    en: str


class Why(Words):
    """A reason: a stable code, and the decisive line of the rule book, where one decided."""

    code: str
    rule: str | None


class Titled(Answer):
    """A benefit by its code and its title."""

    benefit: str
    title: Words


Next = Annotated[str | None, Field(description="The cursor of the next page; null: the last.")]
