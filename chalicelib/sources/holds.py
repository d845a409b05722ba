"""Why a whole file waits or goes back: a value, with what to do in Chinese and English.

HELD waits for a person, or for another file; REFUSED has to be sent again. In both cases the state
reached by earlier files stays as it is (rules 11 and 25).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chalicelib.model import FileState


class HoldCode(StrEnum):
    """What is wrong with a file as a whole."""

    NOT_A_FILE_FEED = "not_a_file_feed"
    EMPTY = "empty"
    NO_ROWS = "no_rows"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    OLD_EXCEL = "old_excel"
    UNSAFE_WORKBOOK = "unsafe_workbook"
    SEVERAL_SHEETS = "several_sheets"
    KIND_NOT_AGREED = "kind_not_agreed"
    UNCLOSED_QUOTE = "unclosed_quote"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_TWICE = "column_twice"
    NUMBERS_DAMAGED = "numbers_damaged"
    AS_OF_FUTURE = "as_of_future"
    NO_ROSTER_YET = "no_roster_yet"
    TOO_FEW_ROWS = "too_few_rows"
    TOO_MANY_REJECTED = "too_many_rejected"
    TOO_MANY_BLANK = "too_many_blank"


@dataclass(frozen=True, slots=True)
class Hold:
    """A file that is not loaded: `state` is HELD or REFUSED, the sentences say what to do."""

    state: FileState
    code: HoldCode
    zh: str
    en: str


_HELD: Final = frozenset(
    {
        HoldCode.NO_ROSTER_YET,
        HoldCode.TOO_FEW_ROWS,
        HoldCode.TOO_MANY_REJECTED,
        HoldCode.TOO_MANY_BLANK,
    }
)

_SENTENCES: Final[dict[HoldCode, tuple[str, str]]] = {
    HoldCode.NOT_A_FILE_FEED: (
        "此数据来源由平台自身产生, 不接收文件。请确认投放目录。",
        "This feed is written by the platform itself and takes no files. Check the folder.",
    ),
    HoldCode.EMPTY: (
        "文件是空的。请重新导出后再次投放。",
        "The file is empty. Export it again and drop it again.",
    ),
    HoldCode.NO_ROWS: (
        "文件只有表头, 没有数据。确无数据时不必投放; 否则请重新导出。",
        "The file has a header and no rows. If there is nothing to report, send no file; "
        "else export it again.",
    ),
    HoldCode.TOO_LARGE: (
        "文件过大。请分成几个较小的文件分别投放, 大文件请用CSV格式。",
        "The file is too large. Drop it in several smaller files; send large data as CSV.",
    ),
    HoldCode.UNREADABLE: (
        "文件无法读取, 可能已损坏或编码不对。请另存为CSV(UTF-8或GB18030)或xlsx后再次投放。",
        "The file cannot be read: damaged, or in another encoding. "
        "Save it as CSV (UTF-8 or GB 18030) or xlsx and drop it again.",
    ),
    HoldCode.OLD_EXCEL: (
        "文件是旧版Excel(xls)或设有密码。请去掉密码, 另存为xlsx后再次投放。",
        "The file is an old Excel workbook (xls) or has a password. Save it as xlsx without a password.",
    ),
    HoldCode.UNSAFE_WORKBOOK: (
        "工作簿结构异常(压缩比、单元格范围或内部文件超出限制)。请将数据复制到新建工作簿, 另存为xlsx或CSV。",
        "The workbook's structure is out of bounds (compression, cell range or parts). "
        "Copy the data into a new workbook and save it as xlsx or CSV.",
    ),
    HoldCode.SEVERAL_SHEETS: (
        "工作簿中有多个含数据的工作表, 无法判断应读哪一个。请每个文件只保留一个工作表。",
        "Several sheets hold data and we cannot tell which one counts. Keep one sheet per file.",
    ),
    HoldCode.KIND_NOT_AGREED: (
        "此数据来源约定的文件格式不是这一种。请按数据说明中的格式投放。",
        "This feed was agreed in another file format. Drop it in the agreed format.",
    ),
    HoldCode.UNCLOSED_QUOTE: (
        "英文双引号没有成对, 其后的行会被吞掉, 因此整份文件未读入。请检查第{what}行附近的双引号。",
        "A double quote is not closed and would swallow the rows after it, so nothing was read. "
        "Look at the quotes near line {what}.",
    ),
    HoldCode.COLUMN_MISSING: (
        "缺少约定的列: {what}。请补上后重新投放; 若列名有变更, 请先告知我们。",
        "Agreed columns are missing: {what}. Add them and drop the file again; "
        "tell us first if a name changed.",
    ),
    HoldCode.COLUMN_UNKNOWN: (
        "有未约定的列: {what}。请删去后重新投放; 若需新增, 请先告知我们。",
        "Columns that were not agreed: {what}. Remove them and drop the file again, "
        "or tell us about them first.",
    ),
    HoldCode.COLUMN_TWICE: (
        "列名重复: {what}。请只保留一列后重新投放。",
        "A column stands twice: {what}. Keep one and drop the file again.",
    ),
    HoldCode.NUMBERS_DAMAGED: (
        "大量身份证号码以000结尾, 应是被表格软件截断。请将该列设为文本格式, 从原系统重新导出。",
        "Many identity numbers end in 000: a spreadsheet has cut them. "
        "Set the column to text and export again from the original system.",
    ),
    HoldCode.AS_OF_FUTURE: (
        "名单日期(目录中的日期)晚于今天。请改正目录日期后重新投放。",
        "The list's day (the date in the folder) lies in the future. Correct it and drop the file again.",
    ),
    HoldCode.NO_ROSTER_YET: (
        "尚无领取人员名册, 文件已保留, 名册到达后会自动读取, 无需重新投放。",
        "There is no roster yet. The file is kept and read when the roster arrives; nothing to do.",
    ),
    HoldCode.TOO_FEW_ROWS: (
        "行数远低于预期({what})。若文件不完整, 请重新投放完整文件; 若确实如此, 请告知我们放行。",
        "The file is far below its expected rows ({what}). Drop the complete file, "
        "or tell us that it is right and we release it.",
    ),
    HoldCode.TOO_MANY_REJECTED: (
        "被退回的行过多({what})。请按退回清单改正后重新投放; 若无法改正, 请告知我们放行其余各行。",
        "Too many rows were rejected ({what}). Correct them by the list of rejects and drop the file again, "
        "or tell us to release the rest.",
    ),
    HoldCode.TOO_MANY_BLANK: (
        "列的空白过多: {what}。请补全后重新投放; 若确实如此, 请告知我们放行。",
        "Too many blank cells in: {what}. Fill them in and drop the file again, or tell us to release it.",
    ),
}


def hold(code: HoldCode, what: str | Sequence[str] = "") -> Hold:
    """The hold for a code; `what` fills its blank: column names, a line, or figures, never a cell."""
    filled = what if isinstance(what, str) else "、".join(what)
    zh, en = _SENTENCES[code]
    state = FileState.HELD if code in _HELD else FileState.REFUSED
    return Hold(state=state, code=code, zh=zh.replace("{what}", filled), en=en.replace("{what}", filled))
