"""姓名比对 · Whether two names can be one: a lost character is a wildcard, not a difference (domain section
6).

Names are kept as they were sent, and compared by their compatibility form: radicals (⼈), compatibility
ideographs, full-width letters and variants are the characters that they look like.

>>> same_name("买买提•艾力", "买买提·艾力"), same_name("王□国", "王建国"), same_name("王建国", "王建")
(True, True, False)
>>> same_name("李⽂秀", "李文秀"), same_name("Ｌｉ Wen", "LI WEN")
(True, True)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from chalicelib.sources.values.cells import is_name, words_of
from chalicelib.sources.values.syllables import syllables_of

LONGEST: Final = 100
"""Characters: no name is longer, and comparing one of a megabyte would keep whoever does so for hours."""

# ?, the boxes that stand for what a font lacks, marks that cover a name, private use.
_LOST: Final = re.compile("[?？□▢■〓\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]+")
_VARIANTS: Final = re.compile("[\ufe00-\ufe0f\u180b-\u180d\U000e0100-\U000e01ef\u302a-\u302d]")
# Dots between the parts of a name, or what stands for them; whether one stands there tells nobody apart.
_BETWEEN: Final = re.compile(r"[·.。,，'’`\-‐-―_\s]+")
# Radicals that Unicode calls no compatibility characters, and what they look like; PDF and OCR write them.
_RADICALS: Final = str.maketrans(
    "⺁⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊"
    "⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂乙乙亻冂几刀刂卜卩小小兀尢尢尢巳幺彑彐忄心扌攵旡日月歹民氵水灬爪爫丬牛犭王疋目示礻竹糸纟罒罒网罓羊羊羊耂肀聿肉臼艹艹艹虎衤襾西见角角讠贝足"
    "车辶辶辶阝钅長镸长门阝阝雨青韦页风飞食飠飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟亀",
)
_PARTS: Final = re.compile(f"{_LOST.pattern}|.", re.DOTALL)
_TOKENS: Final = re.compile(f"[A-Z]+|{_LOST.pattern}|.", re.DOTALL)
_TELLING: Final = re.compile(f"[A-Z]+|{_LOST.pattern}|[\u3007\u3400-\u9fff\U00020000-\U000323af]")
_COVERS: Final = re.compile(r"某|[^\w?]|[\d_]")  # 李某, 王**, a figure: each stands for a character


def same_name(one: str, other: str) -> bool:
    """Whether two names can be the same, at least one character of each being the same for certain."""
    first, second = _plain(one), _plain(other)
    if not first or not second or max(len(first), len(second)) > LONGEST:
        return False
    if first == second:
        return bool(_LOST.sub("", first))
    return _fits(first, second) or _fits(second, first)


def is_whole(name: str) -> bool:
    """Whether no character of a name has been lost.

    >>> is_whole("王建国"), is_whole("王□国")
    (True, False)
    """
    return _LOST.search(name) is None


@lru_cache(maxsize=20_000)  # one person's name stands in many files
def is_another(one: str, other: str) -> bool:
    """Whether a name is certainly another than one: whole, and no way of writing the same.

    Lost characters, homophones, and pinyin for a character or for all of them are no difference; where
    scripts or rare characters cannot be held against each other, nothing is certain.

    >>> is_another("王建国", "李秀英"), is_another("王建国", "王建军"), is_another("王建国", "王健国")
    (True, True, False)
    >>> is_another("Wang Jianguo", "王建国"), is_another("王jian国", "王建国"), is_another("NULL", "王建国")
    (False, False, False)
    """
    if max(len(one), len(other)) > LONGEST or not (is_name(one) and is_name(other)) or same_name(one, other):
        return False
    covered = (_COVERS.sub("?", _without_tones(_plain(name))) for name in (one, other))
    first, second = (_TOKENS.findall(name) for name in covered)
    told = (*first, *second)
    if min(len(first[0]) + len(first), len(second[0]) + len(second)) < 3:  # one character is no whole name
        return False
    if not all(_TELLING.match(each) for each in told):
        return False
    # Pinyin may begin with either part of a name.
    if _is_pinyin(first):
        first, second = second, first
    turned = [first[n:] + first[:n] for n in range(len(first))] if _is_pinyin(second) else [first]
    if _is_pinyin(first):
        turned += [[word[n:] + word[:n]] for word in first for n in range(1, len(word))]
    return not any(_agrees(tokens, second) for tokens in turned)


def _agrees(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether two names, character by character, may be ways of writing one."""
    reached, waiting = {(0, 0)}, [(0, 0)]
    while waiting:
        one, other = waiting.pop()
        for more, many in _steps(first[one:], second[other:]):
            if (further := (one + more, other + many)) not in reached:
                reached.add(further)
                waiting.append(further)
    return (len(first), len(second)) in reached


def _steps(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[int, int]]:
    """How many characters at the beginning of each may be the same ones."""
    if not first or not second:
        return
    yield from ((1, many) for many in _covered(first[0], second))
    yield from ((more, 1) for more in _covered(second[0], first))
    if _may_be_one(first[0], second[0]):
        yield 1, 1


def _covered(head: str, tokens: Sequence[str]) -> Iterable[int]:
    """How many tokens a run of lost characters, or pinyin, may stand for; none for any other character."""
    if _LOST.match(head):
        return range(1, min(len(head), len(tokens)) + 1)
    return _spelled(head, tokens) if _is_pinyin([head]) else ()


def _may_be_one(character: str, other: str) -> bool:
    """Whether two characters are the same or read the same; where a reading is not known, they may be."""
    if character == other:
        return True
    if any(_LOST.match(each) or _is_pinyin([each]) for each in (character, other)):
        return False  # these are told by what they cover
    known, said = syllables_of(character), syllables_of(other)
    return not known or not said or bool(known & said)


def _is_pinyin(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 and tokens[0].isascii() and tokens[0].isalpha()


def _spelled(pinyin: str, tokens: Sequence[str]) -> Iterator[int]:
    """How many of these characters pinyin may be that of; or the same pinyin."""
    said, ends = pinyin.lower(), {0}
    for many, token in enumerate(tokens, 1):
        ends = {end for start in ends for end in _read(token, said, start)}
        if len(said) in ends:
            yield many
        if not ends:
            return


def _read(token: str, pinyin: str, start: int) -> Iterable[int]:
    """Where the reading of a character may end in pinyin; that of a lost or a rare one, anywhere."""
    words = [token.lower()] if _is_pinyin([token]) else [] if _LOST.match(token) else syllables_of(token)
    if not words:
        return range(start + 1, len(pinyin) + 1)
    spelt = (word.replace("v", sound) for word in words for sound in ("v", "u", "yu"))
    return {start + len(word) for word in spelt if pinyin.startswith(word, start)}


def _plain(name: str) -> str:
    seen = _VARIANTS.sub("", unicodedata.normalize("NFKC", name.translate(_RADICALS)))
    return _BETWEEN.sub("", words_of(seen)).upper()


def _without_tones(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.replace("Ü", "V"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _fits(pattern: str, name: str) -> bool:
    """Whether a name is one of which characters are lost.

    A run of lost characters stands for as many, or fewer: some programs write two for one.
    """
    certain = _LOST.sub("", pattern)
    if not certain or certain == pattern:
        return False
    ends = {0}
    for part in _PARTS.findall(pattern):
        if _LOST.match(part):
            ends = {end + n for end in ends for n in range(1, len(part) + 1) if end + n <= len(name)}
        else:
            ends = {end + len(part) for end in ends if name.startswith(part, end)}
    return len(name) in ends
