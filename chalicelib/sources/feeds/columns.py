"""字段列 · How one column of a department becomes one field of ours, as a feed's YAML file says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from chalicelib.declarations import Declaration, Identifier, NonEmptyText
from chalicelib.model import KeyGroup
from chalicelib.sources.values.cells import LONGEST, Reader, clean
from chalicelib.sources.values.identity_documents import Document

# Fields of an evidence feed that only help to tell who is meant; they are never kept as facts.
IDENTIFYING: Final[dict[str, tuple[Reader, ...]]] = {
    "name": (Reader.TEXT,),
    "born": (Reader.DATE,),
    "region": (Reader.REGION,),  # that pays a guest of another region (row A12)
}
# What everybody calls the number, whatever was agreed; not 证件号码, which may be that of another document.
NUMBERS: Final = (
    "身份证号", "身份证号码", "居民身份证号", "居民身份证号码", "公民身份证号", "公民身份证号码",
)  # fmt: skip
# Marks of a template: a star, required or not, the unit in which everybody writes, how to write a cell.
_MARK: Final = (
    r"(?:[*★☆※﹡∗]|(?:非|不)?必[填选录输须](?:项|字段)?|[选可]填(?:项)?|可选|可空|可不填|文本(?:格式|型)?"
    r"|(?:单位:?)?(?:人民币)?元(?:/月)?|\d{1,2}位(?:数字)?|日期(?:格式|型)?"
    r"|(?:格式|形如|例如|如|例)?:?(?:[ymd]{2,4}|\d{2,4})[-/.年]?(?:[ymd]{1,2}|\d{1,2})[-/.月]?(?:[ymd]{1,2}|\d{1,2})日?)"
)
_BRACKETED: Final = rf"[(\[【〔<{{]{_MARK}[)\]】〕>}}]"
_MARKS: Final = re.compile(
    rf"^(?:[*★☆※﹡∗]|\d{{1,2}}[.、]|{_BRACKETED})+|(?:[*★☆※﹡∗:]|[-_]?(?:必填|选填)|{_BRACKETED})+$",
    re.IGNORECASE,
)
Region = Annotated[str, Field(pattern=r"^[1-9]\d{1,5}$")]  # the first digits of all its area codes
_CODED: Final = frozenset({Reader.CODE, Reader.KEY_GROUPS})


class Column(Declaration):
    """How one column of the department becomes one field of ours."""

    field: Identifier
    read: Reader
    also: list[NonEmptyText] = []  # other headers under which departments send the same column
    codes: dict[str, Identifier] = {}
    boxes: bool = False  # a sheet may have one column per code instead, of which one is ticked
    empty_if: dict[
        Identifier, list[Identifier]
    ] = {}  # other field → its words for which this cell may be empty
    optional: bool = False  # a file without the column is read all the same
    documents: tuple[Document, ...] = ()  # that a roster's number column may hold beside residents' numbers
    required: bool = False  # a fact without which the row goes back: who certified by hand (row B11)

    @model_validator(mode="after")
    def _codes_where_codes_are_read(self) -> Self:
        if bool(self.codes) != (self.read in _CODED):
            raise ValueError("codes belong to `read: code` and `read: key_groups`, and to them alone")
        if self.boxes and (self.read is not Reader.CODE or self.field != "event"):
            raise ValueError("boxes are ticked for the event, read by code")
        if self.documents and self.field != "number":
            raise ValueError("documents may stand in the column of the number alone")
        if self.read is Reader.KEY_GROUPS and not set(self.codes.values()) <= set(KeyGroup):
            raise ValueError(f"key groups are {', '.join(KeyGroup)}")
        return self


@lru_cache(maxsize=1_000)
def name_of(column: str) -> str:
    """A header as it is compared: without blanks, in half width, without the marks of a template.

    >>> name_of("*发生日期 （必填）："), name_of("月标准（元）"), name_of("月标准（万元）"), name_of("*")
    ('发生日期', '月标准', '月标准(万元)', '*')
    """
    name = clean(column, inside=True)
    return name if len(name) > LONGEST else _MARKS.sub("", name) or name


def headers_of(columns: Mapping[str, Column]) -> Iterator[tuple[str, str]]:
    """Every header by which a file may name a column or one of its boxes, and the column as declared."""
    for name, column in columns.items():
        for header in (name, *column.also, *(column.codes if column.boxes else ())):
            yield header, name
