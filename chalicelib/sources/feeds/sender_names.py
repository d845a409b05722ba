"""报送单位 · Whose part of a feed a file is, as far as its name tells: an area's code, or words.

A feed belongs to one department, but its counties may each send their own file; the key says department,
feed and day only. So the name is asked. Departments call their files as they like: what changes from file to
file (days, months, times, running numbers, the ending) is left out, and what stays names the sender.
"""

from __future__ import annotations

import re
from typing import Final

# A county's, township's or village's code. None begins with 19 or 20, as years do.
_AREA: Final = re.compile(r"(?<!\d)(?!19|20)[1-8](?:\d{11}|\d{8}|\d{5})(?!\d)")
_CHANGES: Final = re.compile(r"[\W\d_年月日季度第批份号]+")


def sender_of(name: str) -> str:
    """What the name of a file tells of its sender; "" if it tells nothing. It is compared, never kept.

    >>> sender_of("341602_名册_20250101.csv")
    '341602'
    >>> sender_of("蒙城县名册2025年第1批.xlsx") == sender_of("蒙城县名册2025年第12批.xlsx")
    True
    >>> sender_of("20250101(2).csv")
    ''
    """
    stem = name.partition(".")[0]
    areas = sorted(set(_AREA.findall(stem)))
    return ",".join(areas) or " ".join(_CHANGES.sub(" ", stem.lower()).split())
