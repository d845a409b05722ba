"""标识与代码 · Ids and codes: text that may not be mixed up."""

from __future__ import annotations

from typing import NewType

PersonId = NewType("PersonId", str)  # 26 base32 characters, opaque
FeedId = NewType("FeedId", str)
BenefitCode = NewType("BenefitCode", str)
AreaCode = NewType("AreaCode", str)  # 12 digits for a village; a prefix of them for what contains it
FileId = NewType("FileId", str)
Month = NewType("Month", str)  # "2025-07": sorts as text
