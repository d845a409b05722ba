"""单元格 · How one cell is read: a closed list of readers, each one function from text to a value or a Fault.

The text of a cell comes decoded: which encoding a file has is found in `formats.encodings`, and
`formats.csv_rows` decodes the cells that are asked for (`formats.xlsx` has text already). Readers are
called by `field_reading`, once per distinct value of a column, never per row. `on` is the day on which the
file is read: nothing that has happened lies after it.

>>> read_day("2023年5月1日", date(2025, 1, 1))
datetime.date(2023, 5, 1)
>>> read_day("2023-02-30", date(2025, 1, 1))
<Fault.DAY_IMPOSSIBLE: 'day_impossible'>
>>> read_money("1,234.50", date(2025, 1, 1))
123450
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from chalicelib.model import AreaCode, Month
from chalicelib.sources.values.row_faults import Fault

LONGEST_TEXT: Final = 200
EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2199, 12, 31)
NO_YEAR: Final = 2999  # from here on a year says that there is no end

# Full-width ASCII to ASCII, the ideographic blank to a blank; not NFKC, which would also turn ① into 1.
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# Zero-width characters, soft hyphen, direction marks, byte-order mark: seen in pasted cells.
_INVISIBLE: Final = dict.fromkeys(
    [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_INVISIBLE_ONE: Final = re.compile(f"[{''.join(map(chr, _INVISIBLE))}]")
_FORCED_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)  # how some programs force a cell to be text
APOSTROPHES: Final = "'`‘’"
_DOTS: Final = str.maketrans(
    dict.fromkeys("•．‧・･∙⋅․·ᐧ⸱ㆍ", "·")
)  # the middle dot of names (domain section 6)

_DAY: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]*(\d.*))?", re.ASCII
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*(\d{6}))?", re.ASCII)
_TIME: Final = re.compile(
    r"(?:[01]?\d|2[0-4])(?::?[0-5]\d){1,2}(?:[.,]\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?"
    r"|(?:[01]?\d|2[0-4])[时点](?:[0-5]?\d分(?:[0-5]?\d秒)?)?",
    re.ASCII,
)
_SERIAL: Final = re.compile(
    r"([1-9]\d{4})(?:\.\d+)?", re.ASCII
)  # 1927-05-18 to 2173; fewer digits are a year
_SERIAL_ZERO: Final = date(1899, 12, 30)
_MONTH: Final = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*(?:月份?)?", re.ASCII)
_TENTH: Final = re.compile(r"\d{4}\s*\.\s*1", re.ASCII)  # a spreadsheet writes 2025.10 so, and people January
_MONEY: Final = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d{1,10})(\.\d+)?", re.ASCII)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_WHOLE: Final = re.compile(
    r"(1\d{10})\.0+|1\.(\d{10})e\+?10", re.ASCII | re.IGNORECASE
)  # a figure, with all its digits
_BETWEEN_PHONES: Final = re.compile(r"[、,;/|和或\s]+")
_AREA: Final = re.compile(r"[1-9]\d{11}", re.ASCII)
# Words by which programs and people say "nothing", without the marks around them (\N, #N/A, <null>, 不详。).
_NOTHING_SAID: Final = (
    "null nul nil none nan na n/a n.a nat undefined void empty blank unknown "
    "div/0 ref value num name? "
    "无 没有 无数据 无记录 无信息 无内容 无资料 空 空白 空值 为空 暂无 暂无数据 暂缺 缺 缺失 缺省 略 从略 "
    "未知 不知 不知道 不详 未详 不明 不清 不清楚 待定 待查 待补 待补充 待核 待核实 待完善 "
    "未填 未填写 未提供 未采集 未登记 未录入 未报 不适用"
)
NOTHING: Final = frozenset(_NOTHING_SAID.split())
_NAMELESS: Final = frozenset({"无名", "无名氏", "佚名", "无姓名", "姓名不详", "姓名未知", "不知名"})
_AT_ITS_ENDS: Final = re.compile(r"^[\W_]+|[\W_]+$")
_ZEROS: Final = re.compile(r"[0\s:./年月日TZ-]*0[0\s:./年月日TZ-]*", re.ASCII)
# Days by which programs and people say that there is none, beside all of the first year and from 2999 on.
_PLACEHOLDERS: Final = frozenset(
    [(1111, 11, 11), (1753, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0), (1900, 1, 1), (1900, 1, 2)]
)
_LAST_SERIAL: Final = "2958465"  # 9999-12-31 as a spreadsheet counts
_REGION: Final = re.compile(r"[1-9]\d{5}(?:\d{3}|\d{6})?", re.ASCII)
_CHINA: Final = timezone(timedelta(hours=8))
LONGEST: Final = 200
"""Characters: no day, month, word of nothing or header is longer. Patterns that try every place of a cell
take the square of its length: one of a megabyte would keep its reader for hours."""


class Reader(StrEnum):
    """The words that `read:` may say in a feed's YAML."""

    IDENTITY_NUMBER = "identity_number"
    DATE = "date"  # has happened: never after the day of reading
    DATE_AHEAD = "date_ahead"  # may lie in the future: the end of a period; a month alone is its last day
    DATE_FROM = "date_from"  # the same of its beginning: a month alone is its first day
    MONTH = "month"
    TEXT = "text"
    CODE = "code"
    MONEY = "money"
    AREA_CODE = "area_code"
    REGION = "region"
    PHONE = "phone"
    KEY_GROUPS = "key_groups"


Value = str | int | date
Read = Callable[[str, date], Value | Fault]


def has_invisible(text: str) -> bool:
    """Whether a cell has characters of which nothing shows."""
    return not text.isascii() and _INVISIBLE_ONE.search(text) is not None


def clean(text: str, *, inside: bool = False) -> str:
    """A cell without what does not show: full-width forms, zero-width characters, outer blanks, the
    apostrophe and the ="…" by which spreadsheets force text. `inside`: without inner blanks too.
    """
    visible = text.translate(_FULL_WIDTH).translate(_INVISIBLE).strip()
    forced = _FORCED_TEXT.fullmatch(visible)
    bare = (forced.group(1) if forced else visible).strip().lstrip(APOSTROPHES).strip()
    return "".join(bare.split()) if inside else bare


def read_day(text: str, on: date) -> date | Fault:
    """The day that a cell means; a timestamp's day, an instant with a zone in Chinese civil time."""
    day = _never_empty(day_in(text))
    return Fault.DAY_FUTURE if isinstance(day, date) and day > on else day


def read_day_ahead(text: str, on: date) -> date | Fault:
    """Like `read_day`, for the end of a period, which may lie ahead; a month alone ends on its last day."""
    return _never_empty(last_day_in(text))


def read_day_from(text: str, on: date) -> date | Fault:
    """Like `read_day`, for the beginning of a period; a month alone begins on its first day."""
    return _never_empty(first_day_in(text))


def _never_empty(day: date | Fault) -> date | Fault:
    return Fault.DAY_UNREADABLE if day is Fault.CELL_EMPTY else day


@lru_cache(maxsize=20_000)  # the same days stand in every block of a file
def day_in(text: str) -> date | Fault:
    """The day that a cell means, whether or not it lies ahead; CELL_EMPTY where nothing shows."""
    cell = clean(text)
    if 0 < len(cell) <= LONGEST:
        return _day_of(cell)
    return Fault.CELL_EMPTY if says_nothing(cell) else Fault.DAY_UNREADABLE


@lru_cache(maxsize=20_000)
def first_day_in(text: str) -> date | Fault:
    """The same, where a month alone stands for its first day.

    >>> first_day_in("202001"), first_day_in("2020年1月"), first_day_in("2020-01-15")
    (datetime.date(2020, 1, 1), datetime.date(2020, 1, 1), datetime.date(2020, 1, 15))
    """
    day = day_in(text)
    month = _month_in(text) if day is Fault.DAY_UNREADABLE else None
    return day if month is None else date(*month, 1)


@lru_cache(maxsize=20_000)
def last_day_in(text: str) -> date | Fault:
    """The same, where a month alone stands for its last day."""
    day = day_in(text)
    month = _month_in(text) if day is Fault.DAY_UNREADABLE else None
    return day if month is None else date(*month, monthrange(*month)[1])


def _month_in(text: str) -> tuple[int, int] | None:
    """The year and month of a cell that says no more than that."""
    cell = clean(text)
    parts = _MONTH.fullmatch(cell) if len(cell) <= LONGEST and not _TENTH.fullmatch(cell) else None
    if parts is None or len(cell) == 5:  # five figures are a spreadsheet's serial number of a day
        return None
    year, month = int(parts.group(1)), int(parts.group(2))
    return (year, month) if 1 <= month <= 12 and EARLIEST.year <= year <= LATEST.year else None


def _day_of(cell: str) -> date | Fault:
    if _ZEROS.fullmatch(cell) or cell == _LAST_SERIAL:
        return Fault.DAY_PLACEHOLDER
    if says_nothing(cell):
        return Fault.CELL_EMPTY
    serial = _SERIAL.fullmatch(cell)
    if serial:
        return _SERIAL_ZERO + timedelta(days=int(serial.group(1)))
    parts = _DAY.fullmatch(cell) or _COMPACT.fullmatch(cell)
    if parts is None:
        return Fault.DAY_UNREADABLE
    time = _TIME.fullmatch(parts.group(4)) if parts.group(4) else None
    if parts.group(4) and time is None:
        return Fault.DAY_UNREADABLE
    year, month, number = (int(part) for part in parts.group(1, 2, 3))
    if year <= 1 or year >= NO_YEAR or (year, month, number) in _PLACEHOLDERS:
        return Fault.DAY_PLACEHOLDER
    try:
        day = date(year, month, number)
    except ValueError:
        return Fault.DAY_IMPOSSIBLE
    if time is not None and time.group(1):
        return _in_china(cell)
    if not EARLIEST <= day <= LATEST:
        return Fault.DAY_TOO_EARLY if day < EARLIEST else Fault.DAY_UNREADABLE
    return day


def _in_china(cell: str) -> date | Fault:
    """The Chinese civil day of an instant with a zone: 16:30Z is half past midnight of the next day."""
    try:
        instant = datetime.fromisoformat(cell)
        if not EARLIEST < instant.date() < LATEST:
            return Fault.DAY_UNREADABLE
        return instant.astimezone(UTC).astimezone(_CHINA).date()
    except ValueError:
        return Fault.DAY_UNREADABLE


def read_month(text: str, on: date) -> Month | Fault:
    """A calendar month up to that of `on`; a whole date stands for its month."""
    named = _month_in(text)
    if named is None:
        day = day_in(text)
        if isinstance(day, Fault):
            return Fault.MONTH_UNREADABLE
        named = day.year, day.month
    year, month = named
    if (year, month) > (on.year, on.month):
        return Fault.MONTH_FUTURE
    return Month(f"{year}-{month:02d}")


def read_money(text: str, on: date) -> int | Fault:
    """Yuan as written, to integer fen, exactly: never through a binary fraction."""
    cell = clean(text, inside=True).lstrip("¥￥").removesuffix("元")
    parts = _MONEY.fullmatch(cell)
    if parts is None:
        return Fault.MONEY_UNREADABLE
    fen = Decimal(parts.group(2).replace(",", "") + (parts.group(3) or "")) * 100
    if fen != int(fen):
        return Fault.MONEY_FRACTION
    if parts.group(1) and fen:
        return Fault.MONEY_NEGATIVE
    return int(fen)


def read_phone(text: str, on: date) -> str | Fault:
    """A mobile number of mainland China, 11 digits; landlines receive no SMS and are faults.

    Of several in one cell the first mobile one counts: whoever has one is not left without messages.

    >>> [read_phone(one, date(2025, 1, 1)) for one in ("0558-5120001 / 138-0558-0001", "13805580001.0")]
    ['13805580001', '13805580001']
    """
    whole = _phone_of(clean(text, inside=True))
    if whole is not Fault.PHONE_UNREADABLE:
        return whole
    several = (_phone_of(part) for part in _BETWEEN_PHONES.split(clean(text)[:LONGEST]))
    return next((one for one in several if not isinstance(one, Fault)), Fault.PHONE_UNREADABLE)


def _phone_of(word: str) -> str | Fault:
    figure = _WHOLE.fullmatch(word)
    if figure:
        word = figure.group(1) or f"1{figure.group(2)}"
    digits = re.sub(r"^(?:\+?86|0086)(?=1\d{10}$)", "", re.sub(r"[-()]", "", word))
    if not digits.strip("0"):
        return Fault.CELL_EMPTY
    return digits if _MOBILE.fullmatch(digits) else Fault.PHONE_UNREADABLE


def read_area_code(text: str, on: date) -> AreaCode | Fault:
    """The 12-digit statistical code of a village or community."""
    code = clean(text, inside=True)
    return AreaCode(code) if _AREA.fullmatch(code) else Fault.AREA_UNREADABLE


def read_region(text: str, on: date) -> str | Fault:
    """The 6-digit code of a county, by itself or as the beginning of a longer area code."""
    code = clean(text, inside=True)
    return code[:6] if _REGION.fullmatch(code) else Fault.REGION_UNREADABLE


def words_of(text: str) -> str:
    """Words as sent, without what does not show, with one kind of middle dot."""
    return " ".join(text.translate(_INVISIBLE).split()).translate(_DOTS).lstrip(f"{APOSTROPHES} ")


def says_nothing(text: str) -> bool:
    """Whether a cell holds no word at all, or one of those that people write in order to leave it open.

    >>> says_nothing(" / "), says_nothing("不详。"), says_nothing("#N/A"), says_nothing("李四")
    (True, True, True, False)
    """
    cell = clean(text, inside=True).casefold()
    if cell.isdecimal():  # the commonest cell by far
        return False
    if len(cell) <= LONGEST and (cell == "\\n" or _AT_ITS_ENDS.sub("", cell) in NOTHING):
        return True
    return not any(map(str.isalnum, cell))


def is_name(text: str) -> bool:
    """Whether a cell names anybody: a letter or a Han character at least, and no word of nothing.

    >>> is_name("王□国"), is_name("NULL"), is_name("？"), is_name("无名氏")
    (True, False, False, False)
    """
    cell = clean(text, inside=True)
    return any(map(str.isalpha, cell)) and not says_nothing(cell) and cell not in _NAMELESS


def read_name(text: str, on: date) -> str | Fault:
    """A name as sent; one without a letter is none: a later file may bring the true one."""
    return read_text(text, on) if is_name(text) else Fault.NAME_MISSING


def read_text(text: str, on: date) -> str | Fault:
    """Words as sent; rare characters and wildcards (□, ?) stay."""
    cell = words_of(text)
    return cell if len(cell) <= LONGEST_TEXT else Fault.TEXT_TOO_LONG


def code_reader(codes: Mapping[str, str]) -> Read:
    """The reader for a declared list of codes; any other word is a fault, nothing falls to a default."""
    known = {clean(code, inside=True): word for code, word in codes.items()}

    def read_code(text: str, on: date) -> str | Fault:
        return known.get(clean(text, inside=True), Fault.CODE_UNKNOWN)

    return read_code


def key_groups_reader(codes: Mapping[str, str]) -> Read:
    """The reader for several groups in one cell, separated as people do (、 , ; / |): "disabled,very_old"."""
    read_code = code_reader(codes)
    known = {clean(code, inside=True) for code in codes}

    def read_key_groups(text: str, on: date) -> str | Fault:
        parts = re.split(r"[、,;/|\s]+", clean(text))
        words = {read_code(part, on) for part in parts if part in known or not says_nothing(part)}
        return Fault.CODE_UNKNOWN if Fault.CODE_UNKNOWN in words else ",".join(sorted(map(str, words)))

    return read_key_groups


_PLAIN: Final[dict[Reader, Read]] = {
    Reader.DATE: read_day,
    Reader.DATE_AHEAD: read_day_ahead,
    Reader.DATE_FROM: read_day_from,
    Reader.MONTH: read_month,
    Reader.TEXT: read_text,
    Reader.MONEY: read_money,
    Reader.AREA_CODE: read_area_code,
    Reader.REGION: read_region,
    Reader.PHONE: read_phone,
}


def reader_for(reader: Reader, codes: Mapping[str, str]) -> Read:
    """The function behind a `read:` word; identity numbers are read by column, in `identity_numbers`."""
    if reader is Reader.CODE:
        return code_reader(codes)
    if reader is Reader.KEY_GROUPS:
        return key_groups_reader(codes)
    return _PLAIN[reader]
