"""How one column of a department becomes one field of ours, as a feed's YAML file says."""

from __future__ import annotations

from typing import Final, Self

from pydantic import model_validator

from chalicelib.declarations import Declaration, Said, Word
from chalicelib.model import KeyGroup
from chalicelib.sources.cells import Reader

# Fields of an evidence feed that only help to tell who is meant; they are never kept as facts.
IDENTIFYING: Final[dict[str, tuple[Reader, ...]]] = {"name": (Reader.TEXT,), "born": (Reader.DATE,)}
_CODED: Final = frozenset({Reader.CODE, Reader.KEY_GROUPS})


class Column(Declaration):
    """How one column of the department becomes one field of ours."""

    field: Word
    read: Reader
    also: list[Said] = []  # other headers under which departments send the same column
    codes: dict[str, Word] = {}
    empty_if: dict[Word, list[Word]] = {}  # other field → its words for which this cell may be empty
    optional: bool = False  # a file without the column is read all the same
    required: bool = False  # a fact without which the row goes back: who certified by hand (row B11)

    @model_validator(mode="after")
    def _codes_where_codes_are_read(self) -> Self:
        if bool(self.codes) != (self.read in _CODED):
            raise ValueError("codes belong to `read: code` and `read: key_groups`, and to them alone")
        if self.read is Reader.KEY_GROUPS and not set(self.codes.values()) <= set(KeyGroup):
            raise ValueError(f"key groups are {', '.join(KeyGroup)}")
        return self
