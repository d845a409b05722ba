"""各类数据的字段 · Which fields each kind of feed must have, which it may leave out, and how each is read."""

from __future__ import annotations

from typing import Final

from chalicelib.sources.values.cells import Reader

# Which fields a kind of feed must have, and how each is read. Whatever else an evidence feed names
# is a fact: a further word that a rule may need.
FIELDS: Final[dict[str, dict[str, tuple[Reader, ...]]]] = {
    "evidence": {"number": (Reader.IDENTITY_NUMBER,), "day": (Reader.DATE,), "event": (Reader.CODE,)},
    "roster": {
        "number": (Reader.IDENTITY_NUMBER,),
        "name": (Reader.TEXT,),
        "phone": (Reader.PHONE,),
        "area": (Reader.AREA_CODE,),
        "grid": (Reader.TEXT,),
        "benefit": (Reader.CODE,),
        "fen": (Reader.MONEY,),
        "since": (Reader.DATE, Reader.DATE_AHEAD, Reader.DATE_FROM),
        "certified_until": (Reader.DATE_AHEAD,),
        "payee": (Reader.TEXT,),
        "key_groups": (Reader.KEY_GROUPS,),
        "related": (Reader.IDENTITY_NUMBER,),
        "relation": (Reader.CODE,),
        "document": (Reader.CODE,),
        "born": (Reader.DATE,),
        "address": (Reader.TEXT,),
        "helper_name": (Reader.TEXT,),
        "helper_phone": (Reader.PHONE,),
    },
    "payments": {
        "number": (Reader.IDENTITY_NUMBER,),
        "benefit": (Reader.CODE,),
        "month": (Reader.MONTH,),
        "fen": (Reader.MONEY,),
        "paid": (Reader.DATE,),
    },
    "query": {},
    "api": {},
}
RELATIVES: Final = frozenset({"related", "relation"})  # whom a roster may name beside the recipient
_OF_OTHERS: Final = frozenset({"document", "born"})  # what a roster says of whoever bears another document
# Where they live, and who helps them: to bring a notice to, and to send a message to where theirs fails.
_CONTACT: Final = frozenset({"address", "helper_name", "helper_phone"})
MAY_BE_ABSENT: Final = RELATIVES | _OF_OTHERS | _CONTACT
MAY_BE_EMPTY: Final = frozenset({"phone", "grid", "key_groups", "certified_until"}) | MAY_BE_ABSENT
