"""退行原因 · Why a row is sent back: the closed list of error codes, with the sentence a department reads.

A sentence says what is wrong and what to do; it never repeats what stood in the cell, because
receipts and logs may carry it and a cell may hold an identity number.

>>> reject(7, "身份证号码", Fault.NUMBER_CHECK).en
'The check character does not fit the number: a digit is wrong. Compare with the document.'
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from chalicelib.model import Rejection


class Fault(StrEnum):
    """What is wrong with one cell or one row."""

    RAGGED_ROW = "ragged_row"
    NOT_AN_OBJECT = "not_an_object"
    HALF_CHARACTER = "half_character"
    CELL_EMPTY = "cell_empty"
    CODE_UNKNOWN = "code_unknown"
    BOXES_SEVERAL = "boxes_several"
    TEXT_TOO_LONG = "text_too_long"
    NUMBER_EMPTY = "number_empty"
    NUMBER_AS_FIGURE = "number_as_figure"
    NUMBER_CUT = "number_cut"
    NUMBER_OF_ANOTHER = "number_of_another"
    NUMBER_KNOWN_OTHERWISE = "number_known_otherwise"
    NUMBER_OF_ANOTHER_DOCUMENT = "number_of_another_document"  # the row is kept all the same
    NUMBER_MASKED = "number_masked"
    NUMBER_LENGTH = "number_length"
    NUMBER_CHARACTERS = "number_characters"
    NUMBER_CHECK = "number_check"
    NUMBER_BIRTH = "number_birth"
    NUMBER_BIRTH_FUTURE = "number_birth_future"
    NUMBER_BIRTH_TOO_OLD = "number_birth_too_old"
    DAY_UNREADABLE = "day_unreadable"
    DAY_IMPOSSIBLE = "day_impossible"
    DAY_FUTURE = "day_future"
    DAY_TOO_EARLY = "day_too_early"
    DAY_PLACEHOLDER = "day_placeholder"
    DAY_BEFORE_BIRTH = "day_before_birth"
    DAY_BEYOND_LIFE = "day_beyond_life"
    DAY_TOO_FAR = "day_too_far"
    UNTIL_TOO_FAR = "until_too_far"
    NAME_MISSING = "name_missing"
    NAME_OF_ANOTHER = "name_of_another"
    MONTH_UNREADABLE = "month_unreadable"
    MONTH_FUTURE = "month_future"
    MONEY_UNREADABLE = "money_unreadable"
    MONEY_FRACTION = "money_fraction"
    MONEY_NEGATIVE = "money_negative"
    AREA_UNREADABLE = "area_unreadable"
    REGION_UNREADABLE = "region_unreadable"
    PHONE_UNREADABLE = "phone_unreadable"
    TOO_MANY_ROWS = "too_many_rows"
    COLUMN_NOT_SENT = "column_not_sent"
    COLUMN_HIDDEN = "column_hidden"
    SHEET_ASIDE = "sheet_aside"
    CELLS_LEFT_OUT = "cells_left_out"
    ROWS_NOT_FILLED_IN = "rows_not_filled_in"


SENTENCES: Final[dict[Fault, tuple[str, str]]] = {
    Fault.RAGGED_ROW: (
        "本行的列数与表头不一致。请检查是否多了或少了逗号、用了别的分隔符，单元格内含逗号的应加英文双引号。",
        "The row has more or fewer cells than the header. Look for a comma too many or too few; "
        "put a cell that contains a comma in double quotes.",
    ),
    Fault.NOT_AN_OBJECT: (
        "本行不是一个不嵌套的JSON对象，或含有未约定的项，或同一项写了两次。"
        "请每行一条记录，逐项写成文字或数字。",
        "The line is no flat JSON object, holds something that was not agreed, or names something twice. "
        "Write one record a line, each item a text or a figure.",
    ),
    Fault.HALF_CHARACTER: (
        "此项含有残缺的字符，可能按字节截断所致。请从原系统重新导出此行，不要截断文字。",
        "The cell holds half a character: it may have been cut to a number of bytes. "
        "Export the row again without cutting.",
    ),
    Fault.CELL_EMPTY: ("此项不能为空，请补填。", "This cell must not be empty. Please fill it in."),
    Fault.CODE_UNKNOWN: (
        "此项的内容不在约定的代码范围内。请按数据说明填写；如有新代码请先告知我们。",
        "This word is not among the agreed codes. Use an agreed one, or tell us about a new code first.",
    ),
    Fault.BOXES_SEVERAL: (
        "同一行勾选了不止一个方框。请只勾一项，其余留空。",
        "More than one box of the row is ticked. Tick one, and leave the others open.",
    ),
    Fault.TEXT_TOO_LONG: (
        "此项超过200个字。请检查是否串列。",
        "The cell is longer than 200 characters. Check whether columns have slipped.",
    ),
    Fault.NUMBER_EMPTY: ("身份证号码为空，请补填。", "The identity number is missing. Please fill it in."),
    Fault.NUMBER_AS_FIGURE: (
        "身份证号码被保存为数值，后几位可能已丢失。请将该列设为文本格式后，从原系统重新导出。",
        "The identity number was stored as a figure and may have lost its last digits. "
        "Set the column to text and export again from the original system.",
    ),
    Fault.NUMBER_CUT: (
        "身份证号码后三位被表格软件改成000，且无法凭前15位和姓名确定是谁。请从原系统重新导出此行。",
        "A spreadsheet has made the last three digits 000, and the first 15 with the name "
        "fit nobody for certain. Export the row again from the original system.",
    ),
    Fault.NUMBER_OF_ANOTHER: (
        "同一身份证号码在本文件中已属于另一个姓名。请核对两人的证件后更正。",
        "The same identity number stands in this file with another name. Check both people's documents.",
    ),
    Fault.NUMBER_KNOWN_OTHERWISE: (
        "此身份证号码在先前的名册中属于另一个姓名。请核对证件：号码或姓名有误的请更正；"
        "确系同一人（更名或原姓名有误）的，请将退回的行原样再次投放，经工作人员核对放行后以新姓名为准。",
        "An earlier roster gives this identity number to another name. Check the documents and correct what "
        "is wrong. If it is one person whose name has changed or was misspelt, drop the row that came back "
        "once more as it is: the new name counts once an officer has released it.",
    ),
    Fault.NUMBER_OF_ANOTHER_DOCUMENT: (
        "此行填写的不是18位身份证号码，而是其他证件（护照、旧版永久居留证、通行证等）的号码，已按原样登记。"
        "其他部门的数据只有同时报送同一证件号码和姓名才能比对，通常由人工认证。"
        "有18位居住证或新版永久居留身份证的请改报；请填写出生日期列。",
        "This row bears the number of another document (a passport, an old residence permit, a travel "
        "permit) and is kept as said. Data find the person only where they give the same document and name, "
        "so that people certify by hand. Send the 18 characters of a residence permit or a new permanent one "
        "where there is one; state the birth date in its column.",
    ),
    Fault.NUMBER_MASKED: (
        "身份证号码已被遮盖，无法比对。请提供完整号码。",
        "The identity number is masked and cannot be matched. Send it in full.",
    ),
    Fault.NUMBER_LENGTH: (
        "身份证号码应为18位（旧号码15位）。请核对证件。护照、旧版永久居留证、港澳台通行证等："
        "请改报居住证或新版永久居留身份证的18位号码；没有的，请在名册的证件类型列注明，"
        "按原样登记，由人工认证。",
        "An identity number has 18 characters (old ones 15). Compare with the document. Instead of a "
        "passport, an old residence permit or a travel permit send the 18 characters of the residence "
        "permit or of the new permanent one; for whoever has none, name the document in the roster's column "
        "for its kind: it is kept as said, and people certify by hand.",
    ),
    Fault.NUMBER_CHARACTERS: (
        "身份证号码含有不允许的字符，前17位应为数字，末位为数字或X。请核对证件。",
        "The identity number holds characters that cannot be in it: 17 digits, then a digit or X.",
    ),
    Fault.NUMBER_CHECK: (
        "身份证号码校验位不符，号码中有一位录错。请核对证件。",
        "The check character does not fit the number: a digit is wrong. Compare with the document.",
    ),
    Fault.NUMBER_BIRTH: (
        "身份证号码中的出生日期不存在。请核对证件。",
        "The birth date inside the identity number does not exist. Compare with the document.",
    ),
    Fault.NUMBER_BIRTH_FUTURE: (
        "身份证号码中的出生日期晚于今天。请核对证件。",
        "The birth date inside the identity number lies in the future. Compare with the document.",
    ),
    Fault.NUMBER_BIRTH_TOO_OLD: (
        "按身份证号码计算年龄超过130岁。请核对证件。",
        "By the identity number the person would be over 130. Compare with the document.",
    ),
    Fault.DAY_UNREADABLE: (
        "日期无法识别。请写成2023-05-01的形式。",
        "The date cannot be read. Write it like 2023-05-01.",
    ),
    Fault.DAY_IMPOSSIBLE: (
        "日期不存在（如2月30日）。请核对。",
        "There is no such day (like 30 February). Please check it.",
    ),
    Fault.DAY_FUTURE: (
        "日期晚于今天，尚未发生的事不能作为依据。请核对。",
        "The date lies in the future: what has not happened proves nothing. Please check it.",
    ),
    Fault.DAY_TOO_EARLY: (
        "日期过早，不可能属实。请核对。",
        "The date is too early to be true. Please check it.",
    ),
    Fault.DAY_PLACEHOLDER: (
        "此处填的是占位日期（如1900-01-01、9999-12-31、0000-00-00），不是真实日期。请填写真实日期。",
        "A placeholder stands here (like 1900-01-01, 9999-12-31 or 0000-00-00). Write the true date.",
    ),
    Fault.DAY_BEFORE_BIRTH: (
        "日期早于身份证号码中的出生日期。请核对日期和号码，更正后重新报送此行。",
        "The date lies before the birth date in the identity number. Check both and send the row again.",
    ),
    Fault.DAY_BEYOND_LIFE: (
        "按身份证号码中的出生日期，当日本人已超过120岁。请核对日期和号码，更正后重新报送此行。",
        "By the birth date in the number, over 120 that day. Check both and send the row again.",
    ),
    Fault.DAY_TOO_FAR: (
        "日期在一年以后。请核对年份，更正后重新报送此行。",
        "The date lies more than a year ahead. Check the year and send the row again.",
    ),
    Fault.UNTIL_TOO_FAR: (
        "认证有效期超过名册日期后12个月（最长免认证期限），按未填写处理，不作为依据。请核对年份并更正。",
        "The certificate would end more than 12 months (the longest period) after the roster's day: it "
        "counts as not stated. Check the year and correct it.",
    ),
    Fault.NAME_MISSING: (
        "姓名为空或不是姓名（如NULL、无、？）。此行已照常入库但没有姓名，请补报真实姓名。",
        "The name is missing or is none (like NULL or ?). The row was loaded without one: "
        "send the true name.",
    ),
    Fault.NAME_OF_ANOTHER: (
        "姓名与名册上此身份证号码的姓名完全不同。此行不能单独作为认证依据；反向信息仍会核实。"
        "请核对证件：号码或姓名有误的请更正后重新报送。",
        "The name is another than the roster gives to this identity number. The row certifies nobody by "
        "itself; what it reports against somebody is verified all the same. Check the document, correct the "
        "number or the name, and send the row again.",
    ),
    Fault.MONTH_UNREADABLE: (
        "月份无法识别。请写成2023-05的形式。",
        "The month cannot be read. Write it like 2023-05.",
    ),
    Fault.MONTH_FUTURE: ("月份晚于本月。请核对。", "The month lies in the future. Please check it."),
    Fault.MONEY_UNREADABLE: (
        "金额无法识别。请以元为单位填写，如1234.50。",
        "The amount cannot be read. Write yuan, like 1234.50.",
    ),
    Fault.MONEY_FRACTION: (
        "金额精确到分以下。请按分填写，不要自行四舍五入后再合计。",
        "The amount is finer than a fen. Write it to the fen.",
    ),
    Fault.MONEY_NEGATIVE: (
        "金额为负数。冲销、退回请另行说明，不要放在发放名单里。",
        "The amount is negative. Report reversals separately, not in this list.",
    ),
    Fault.AREA_UNREADABLE: (
        "区划代码应为12位数字（到村、社区）。请核对。",
        "An area code has 12 digits (down to the village). Please check it.",
    ),
    Fault.REGION_UNREADABLE: (
        "地区代码应为6位数字（到县、区）。请核对。",
        "The code of a region has 6 digits (down to the county). Please check it.",
    ),
    Fault.PHONE_UNREADABLE: (
        "手机号码无法识别，此人将收到纸质告知书。请补正。",
        "The mobile number cannot be read; the person will get printed notices. Please correct it.",
    ),
    Fault.TOO_MANY_ROWS: (
        "行数超过预期上限。文件已照常处理，请确认是否为全量数据。",
        "More rows than expected. The file was processed; please confirm that it was meant so.",
    ),
    Fault.COLUMN_NOT_SENT: (
        "此列未报送，文件已照常处理。若列名有变更请告知我们；缺少姓名时，号码损坏的行无法找回。",
        "This column was not sent, and the file was processed all the same. Tell us if a name changed; "
        "without names, rows whose numbers are damaged cannot be recovered.",
    ),
    Fault.CELLS_LEFT_OUT: (
        "有些行末尾缺少可以为空的列，已按空白处理。请在导出时保留行末的分隔符。",
        "Some rows lack cells at their end; these may be empty and were read as empty. "
        "Keep the separators at the end of rows when you export.",
    ),
    Fault.COLUMN_HIDDEN: (
        "此列在工作表中是隐藏的，已照常读入。请核对其内容；不再使用的列请删去。",
        "This column is hidden in the sheet and was read all the same. Check what stands in it; "
        "delete a column that is no longer used.",
    ),
    Fault.SHEET_ASIDE: (
        "此工作表没有身份证号码，未读入。如其中有应报送的人员，请放入要报送的工作表后重新投放。",
        "This sheet bears no identity numbers and was not read. If it names people who are to be sent, "
        "put them into the sheet with the others and drop the file again.",
    ),
    Fault.ROWS_NOT_FILLED_IN: (
        "表中有些行尚未填写，未作处理，也不退回。填好后再投放此表即可，已填的行不必删去。",
        "Some rows of the sheet are not filled in yet: they were left alone and do not come back. "
        "Fill them in later and drop the sheet again; the rows that are filled in may stay on it.",
    ),
}


def reject(line: int, column: str, fault: Fault) -> Rejection:
    """The rejection of one row: line as in the file (header = 1), column by the department's name."""
    zh, en = SENTENCES[fault]
    return Rejection(line=line, field=column, code=fault.value, zh=zh, en=en)
