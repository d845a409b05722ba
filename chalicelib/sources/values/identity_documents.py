"""证件种类 · Documents other than the resident's number, by which a roster may name a recipient (domain
section 6).

Foreigners' permits of before 2023, travel permits of Hong Kong, Macao and Taiwan, and passports have numbers
without a check character, and none of them can be turned into one of 18 characters. They are kept as said: a
record finds their bearer only where it gives the very same document, and speaks for them only together with
the name. (Residence permits of the 8 series and the permanent permits that begin with 9 are 18 characters,
read like everybody's.)

>>> plain("ｕｓａ3416-1950-0307"), kind_of("USA341619500307"), kind_of("341602195003079429")
('USA341619500307', <Document.OLD_PERMIT: 'old_permit'>, None)
>>> unpacked_document(packed_document("E12345678"))
'E12345678'
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from chalicelib.sources.values.cells import clean


class Document(StrEnum):
    """Kinds of documents that a feed may declare beside the resident's number."""

    OLD_PERMIT = "old_permit"  # of foreigners, before 2023: three letters and twelve digits
    TRAVEL_PERMIT = "travel_permit"  # home-return permits: H or M and 8 or 10 digits; of Taiwan: digits alone
    PASSPORT = "passport"


IDENTITY_CARD: Final = "identity_card"  # what a column of kinds says of everybody else
KINDS: Final = frozenset({IDENTITY_CARD, *Document})

# What tells a document by itself, without a column that names its kind. A number that has only lost digits
# has no letter, or an X at its end alone.
_SHAPES: Final = {
    Document.OLD_PERMIT: re.compile(r"[A-Z]{3}[0-9]{12}"),
    Document.TRAVEL_PERMIT: re.compile(r"[HM](?:[0-9]{8}|[0-9]{10})"),
    Document.PASSPORT: re.compile(r"(?=[0-9]*[A-Z])(?![0-9]+X$)(?=(?:[A-Z]*[0-9]){4})[A-Z0-9]{7,9}"),
}
_ANY: Final = re.compile(r"[A-Z0-9]{6,12}|[A-Z]{3}[0-9]{12}")
_BETWEEN: Final = str.maketrans(dict.fromkeys("-()/._", ""))
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SIGNS: Final = f" 0123456789{_LETTERS}"  # the blank is no sign: it tells 0123 from 123
_RESIDENT: Final = 18
_LONGEST: Final = 12  # signs of a document that is no old permit

# Beyond every packed number of 18 characters, so that one int64 tells which of the two it is.
FIRST: Final = 2 * 10**18
_PERMITS: Final = FIRST + len(_SIGNS) ** _LONGEST


def plain(text: str) -> str:
    """A cell as a document is compared: half width, capital letters, nothing between them."""
    return clean(text, inside=True).translate(_BETWEEN).upper()


def kind_of(text: str) -> Document | None:
    """The kind of document that a cell shows by itself; None where it may be anything else."""
    number = plain(text)
    return next((kind for kind, shape in _SHAPES.items() if shape.fullmatch(number)), None)


def may_be(text: str) -> bool:
    """Whether a cell may be some document's number, once somebody says so."""
    return _ANY.fullmatch(plain(text)) is not None


def is_document(number: str) -> bool:
    """Whether a number by which somebody is known is another document's: a resident's has 18 characters."""
    return len(number) != _RESIDENT


def packed_document(number: str) -> int:
    """A `plain` document number as one integer, beyond those of 18 characters; ValueError if it is none."""
    if _SHAPES[Document.OLD_PERMIT].fullmatch(number):
        country = 0
        for letter in number[:3]:
            country = country * len(_LETTERS) + _LETTERS.index(letter)
        return _PERMITS + country * 10**12 + int(number[3:])
    if not _ANY.fullmatch(number):
        raise ValueError("no document has such a number")
    packed = 0
    for sign in number:
        packed = packed * len(_SIGNS) + _SIGNS.index(sign)
    return FIRST + packed


def unpacked_document(packed: int) -> str:
    """The number that `packed_document` made this integer of."""
    if packed >= _PERMITS:
        country, digits = divmod(packed - _PERMITS, 10**12)
        first, rest = divmod(country, len(_LETTERS) ** 2)
        second, third = divmod(rest, len(_LETTERS))
        return f"{_LETTERS[first]}{_LETTERS[second]}{_LETTERS[third]}{digits:012d}"
    rest, number = packed - FIRST, ""
    while rest:
        rest, sign = divmod(rest, len(_SIGNS))
        number = _SIGNS[sign] + number
    return number
