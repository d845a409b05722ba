"""Invented people and fifty departments' files about them, the same for the same size, and the truth.

    python -m bench.data small build/bench/small

Everything follows from row numbers through one mixing function: no library's random numbers, so that
the files do not change with a version. Numbers carry real area codes and belong to nobody.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from bench.job import EPOCH, HEADER, ON, SIZES, Answer, Inputs, Size, Style, fingerprint, write_answers

CHUNK_ROWS: Final = 1_000_000  # bounds the generator's memory
RECIPIENTS_OF_100: Final = 25

AREAS: Final = (341602, 341621, 341622, 341623, 341600, 341281, 342126, 320102, 310104, 330106)
BORN_FROM: Final = date(1925, 1, 1)
BORN_DAYS: Final = 31_000  # through 2009
SEQUENCES: Final = 999
WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")

SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = ("伟", "芳", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "玉兰")
BUSINESS: Final = (
    "门诊结算",
    "待遇发放",
    "资格认证",
    "住院登记",
    "公积金提取",
    "乘车刷卡",
    "窗口办理",
    "换证",
)
OFFICES: Final = (
    "亳州市谯城区人民医院", "涡阳县社会保险事业管理中心", "蒙城县民政局婚姻登记处",
    "利辛县公安局交通管理大队", "亳州市住房公积金管理中心", "亳州市公共交通总公司",
    "谯城区政务服务中心综合窗口", "涡阳县医疗保障局",
)  # fmt: skip
QUOTED_OFFICES: Final = (*OFFICES[:6], "谯城区人民医院,东院区", '药都"安康"大药房')

FIRST_DAY: Final = date(2022, 1, 1)
DAYS: Final = (ON - FIRST_DAY).days + 1
SHAPES: Final = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%-m/%-d", "%Y年%-m月%-d日", "timestamp", "serial", "%Y.%m.%d",
)  # fmt: skip

# Dirt: what is done to a cell → the reason for which its row comes back ("": it must be mended).
NUMBER_DIRT: Final = {
    "fifteen": "", "full_width": "", "small_x": "", "leading_blank": "", "apostrophe": "",
    "zero_width": "", "inner_blanks": "",
    "no_number": "number_empty", "letter": "number_characters", "wrong_check": "number_check",
    "short": "number_length", "masked": "number_masked", "figure": "number_as_figure",
    "month_13": "number_birth", "born_ahead": "number_birth_future", "born_1885": "number_birth_too_old",
}  # fmt: skip
DAY_DIRT: Final = {
    "blank_after": "", "full_width_day": "",
    "30_february": "day_impossible", "in_words": "day_unreadable", "ahead": "day_future",
    "1890": "day_too_early", "no_day": "cell_empty",
}  # fmt: skip
DIRT: Final = {**NUMBER_DIRT, **DAY_DIRT}
KINDS: Final = tuple(DIRT)


def mixed(rows: pl.Expr, stream: int) -> pl.Expr:
    """64 well mixed bits for each row number: the finaliser of splitmix64."""

    def wide(value: int) -> pl.Expr:
        return pl.lit(value, dtype=pl.UInt64)

    bits = (rows.cast(pl.UInt64) + wide(stream << 40)) * wide(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits // wide(1 << 30))) * wide(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits // wide(1 << 27))) * wide(0x94D049BB133111EB)
    return bits ^ (bits // wide(1 << 31))


def with_check(bodies: pl.Series) -> pl.Series:
    """17-digit integers with the check character of GB 11643 after them."""
    body = pl.col("body")
    total = pl.sum_horizontal(
        body // 10 ** (16 - place) % 10 * weight for place, weight in enumerate(WEIGHTS)
    )
    checks = pl.Series(list("10X98765432"))
    frame = bodies.alias("body").to_frame().with_columns(total=total % 11)
    return frame.select(body.cast(pl.String) + pl.lit(checks).gather(pl.col("total"))).to_series()


def people(count: int) -> pl.DataFrame:
    """So many different people: number, and body without check character."""
    slots = len(AREAS) * BORN_DAYS * SEQUENCES
    slot = pl.int_range(count, eager=True) * 100_000_007 % slots  # a prime: no slot twice
    frame = pl.DataFrame({"slot": slot, "born": pl.Series([BORN_FROM]).extend_constant(BORN_FROM, count - 1)})
    place, rest = pl.col("slot") % len(AREAS), pl.col("slot") // len(AREAS)
    born = pl.col("born") + pl.duration(days=rest % BORN_DAYS)
    area = pl.lit(pl.Series(AREAS)).gather(place)
    bodies = frame.with_columns(day=born).select(
        area.cast(pl.Int64) * 10**11
        + (
            pl.col("day").dt.year().cast(pl.Int64) * 10_000
            + pl.col("day").dt.month().cast(pl.Int64) * 100
            + pl.col("day").dt.day()
        )
        * 1000
        + (rest // BORN_DAYS + 1)
    )
    return pl.DataFrame({"number": with_check(bodies.to_series())})


@dataclass(frozen=True, slots=True)
class Pools:
    """What rows are put together from."""

    size: Size
    numbers: pl.Series  # the recipients first
    days: pl.Series  # shape by shape, DAYS of each
    bad_births: dict[str, pl.Series]

    @classmethod
    def of(cls, size: Size) -> Pools:
        """The people of a size and all days in all shapes."""
        everybody = people(size.recipients + size.others)["number"]
        days = pl.select(pl.date_range(FIRST_DAY, ON)).to_series()
        texts = [_shaped(days, shape) for shape in SHAPES]
        return cls(size, everybody, pl.concat(texts), _bad_births())


def _shaped(days: pl.Series, shape: str) -> pl.Series:
    if shape == "serial":
        return ((days - date(1899, 12, 30)).dt.total_days()).cast(pl.String)
    return days.dt.strftime("%Y-%m-%d" if shape == "timestamp" else shape)


def _bad_births() -> dict[str, pl.Series]:
    births = {"month_13": 19501301, "born_ahead": 20250101, "born_1885": 18850101}
    sequence = pl.int_range(1, 500, eager=True)
    pools = {kind: with_check(sequence + 341602 * 10**11 + birth * 1000) for kind, birth in births.items()}
    return {kind: pool.filter(~pool.str.ends_with("000")) for kind, pool in pools.items()}


def chunk(first: int, count: int, style: Style, pools: Pools) -> pl.DataFrame:
    """Rows of one file: the cells, and what is true of each (pno or null, day, reason)."""
    rows = pl.int_range(first, first + count, eager=True).alias("row").to_frame()
    stream = 4 * style.index
    a, b, c = (mixed(pl.col("row"), stream + number) for number in (1, 2, 3))
    rows = rows.with_columns(a=a, b=b, c=c)
    who, when, what = pl.col("a"), pl.col("b"), pl.col("c")
    strangers = len(pools.numbers) - pools.size.recipients
    person = (
        pl.when(who % 100 < RECIPIENTS_OF_100)
        .then(who // 100 % pools.size.recipients)
        .otherwise(pools.size.recipients + who // 100 % strangers)
    )
    shape = pl.when(when % 100 < 90).then(style.main_shape).otherwise(when // 100 % len(SHAPES))
    rows = rows.with_columns(
        pno=person.cast(pl.Int64),
        shape=shape.cast(pl.Int64),
        day=(when // 10_000 % DAYS).cast(pl.Int64),
        kind=pl.when(what % 10_000 < pools.size.dirty).then((what // 10_000 % len(KINDS)).cast(pl.Int64)),
        torn=pl.lit(style.is_ragged) & (what // 2**40 % 10_000 < pools.size.torn),
    )
    rows = rows.with_columns(
        number=pools.numbers.gather(rows["pno"]),
        text=pools.days.gather(rows["shape"] * DAYS + rows["day"]),
    )
    timed = rows["shape"] == SHAPES.index("timestamp")
    clock = pl.concat_str(
        pl.lit(" "),
        *(
            part.cast(pl.String).str.zfill(2) + end
            for part, end in (
                (8 + when // 2**44 % 12, ":"),
                (when // 2**50 % 60, ":"),
                (when // 2**56 % 60, ""),
            )
        ),
    )
    if timed.any():
        times = rows.filter(timed).select("row", clock.alias("clock"))
        rows = rows.join(times, on="row", how="left", maintain_order="left").with_columns(
            text=pl.col("text") + pl.col("clock").fill_null("")
        )
    return _soiled(rows, pools)


def _soiled(rows: pl.DataFrame, pools: Pools) -> pl.DataFrame:
    """The dirty rows made dirty; `reason` says why a row must come back."""
    # Who was born after 1999 never had fifteen digits; what ends in 000 looks cut by a spreadsheet.
    late = (pl.col("kind") == KINDS.index("fifteen")) & (pl.col("number").str.slice(6, 2) != "19")
    cut = (pl.col("kind") == KINDS.index("wrong_check")) & pl.col("number").str.ends_with("090")
    rows = rows.with_columns(kind=pl.when(late | cut).then(None).otherwise(pl.col("kind")))
    pick = rows["row"] % 490
    dirty = rows.with_columns(**{name: pool.gather(pick) for name, pool in pools.bad_births.items()}).filter(
        pl.col("kind").is_not_null()
    )
    number = text = pl.lit(None, dtype=pl.String)
    for kind, changed in _changes().items():
        hit = pl.col("kind") == KINDS.index(kind)
        if kind in NUMBER_DIRT:
            number = pl.when(hit).then(changed).otherwise(number)
        else:
            text = pl.when(hit).then(changed).otherwise(text)
    dirty = dirty.select("row", dirty_number=number, dirty_text=text)
    rows = rows.join(dirty, on="row", how="left", maintain_order="left")
    reasons = pl.lit(pl.Series(list(DIRT.values()))).gather(pl.col("kind"))
    return rows.with_columns(
        number=pl.coalesce("dirty_number", "number"),
        text=pl.coalesce("dirty_text", "text"),
        reason=pl.when(pl.col("torn")).then(pl.lit("ragged_row")).otherwise(reasons),
        of_number=pl.col("torn") | (pl.col("kind") < len(NUMBER_DIRT)),
    )


def _changes() -> dict[str, pl.Expr]:
    n, d = pl.col("number"), pl.col("text")
    wide = ["０", "１", "２", "３", "４", "５", "６", "７", "８", "９"]
    digits = list("0123456789")
    next_digit = (n.str.slice(16, 1).cast(pl.Int64) + 1) % 10
    return {
        "fifteen": n.str.slice(0, 6) + n.str.slice(8, 9),
        "full_width": n.str.replace_many(digits, wide),
        "small_x": n.str.to_lowercase() + " ",
        "leading_blank": " " + n,
        "apostrophe": "'" + n,
        "zero_width": n + "\u200b",
        "inner_blanks": n.str.slice(0, 6) + " " + n.str.slice(6, 8) + " " + n.str.slice(14),
        "no_number": pl.lit(""),
        "letter": n.str.slice(0, 10) + "A" + n.str.slice(11),
        "wrong_check": n.str.slice(0, 16) + next_digit.cast(pl.String) + n.str.slice(17),
        "short": n.str.slice(0, 17),
        "masked": n.str.slice(0, 6) + "********" + n.str.slice(14),
        "figure": n.str.slice(0, 1) + "." + n.str.slice(1, 5) + "E+17",
        "month_13": pl.col("month_13"),
        "born_ahead": pl.col("born_ahead"),
        "born_1885": pl.col("born_1885"),
        "blank_after": d + " ",
        "full_width_day": d.str.replace_many(digits, wide),
        "30_february": pl.lit("2023-02-30"),
        "in_words": pl.lit("上月中旬"),
        "ahead": pl.lit("2033-05-01"),
        "1890": pl.lit("1890-01-01"),
        "no_day": pl.lit(""),
    }


def as_csv(rows: pl.DataFrame, style: Style) -> bytes:
    """The rows as the department writes them, without the header."""
    what, when = pl.col("c"), pl.col("b")

    def one_of(words: tuple[str, ...], bits: pl.Expr) -> pl.Expr:
        return pl.lit(pl.Series(words)).gather(bits % len(words))

    quoted = style.quoting != "never"
    names = tuple(surname + given for surname in SURNAMES for given in GIVEN)
    business = one_of(BUSINESS, what // 2**20)
    if quoted:  # somebody pressed Enter inside a cell
        business = pl.when(when // 2**30 % 2000 == 0).then(business + "\n复核").otherwise(business)
    fen = 100 + what // 2**26 % 99_900
    amount = (fen // 100).cast(pl.String) + "." + (fen % 100).cast(pl.String).str.zfill(2)
    office = one_of(QUOTED_OFFICES if quoted else OFFICES, what // 2**23)
    cells = [
        (pl.col("row") + 1).cast(pl.String).alias("0"), one_of(names, what // 2**30).alias("1"),
        pl.col("number").alias("2"), pl.col("text").alias("3"), business.alias("4"),
    ]  # fmt: skip
    if style.is_ragged:
        torn = office + "," + amount + ",备注"  # one that lacks its last cell, which nobody needs, is whole
        blank = pl.when(what // 2**50 % 2000 == 0).then(pl.lit("\n")).otherwise(pl.lit(""))
        cells.append((pl.when("torn").then(torn).otherwise(office + "," + amount) + blank).alias("5"))
    else:
        cells += [office.alias("5"), amount.alias("6")]
    text: str = rows.select(cells).write_csv(
        include_header=False, quote_style=style.quoting, line_terminator=style.line_end
    )
    return bytes(text, style.encoding)


@dataclass(slots=True)
class _Truth:
    """What the chunks of one file amount to."""

    newest: list[pl.DataFrame]
    sound: int
    strangers: int
    rejected: dict[str, int]

    def add(self, rows: pl.DataFrame, recipients: int) -> None:
        wrong = pl.col("reason").fill_null("") != ""
        known = pl.col("pno") < recipients
        rejected = wrong & (pl.col("of_number").fill_null(False) | known)
        for reason, count in rows.filter(rejected).group_by("reason").len().iter_rows():
            self.rejected[reason] = self.rejected.get(reason, 0) + count
        sound = rows.filter(~rejected & known)
        self.sound += sound.height
        self.strangers += rows.select((~rejected & ~known).sum()).item()
        self.newest.append(sound.group_by("pno").agg(pl.col("day").max()))

    def answer(self, file: int) -> Answer:
        newest = pl.concat(self.newest).group_by("pno").agg(pl.col("day").max())
        newest = newest.with_columns(pl.col("day") + (FIRST_DAY - EPOCH).days)
        rows = self.sound + self.strangers + sum(self.rejected.values())
        return Answer(file, rows, self.sound, self.strangers, *fingerprint(newest), self.rejected)


def volumes(size: Size) -> list[int]:
    """Rows per file: a few feeds are large, most are small."""
    weights = [1 / (index + 3) for index in range(size.files)]
    rows = [int(weight / sum(weights) * size.records) for weight in weights]
    rows[0] += size.records - sum(rows)
    return rows


def write_file(path: Path, rows: int, style: Style, pools: Pools) -> Answer:
    """One feed's file, and its answer."""
    truth = _Truth([], 0, 0, {})
    with path.open("wb") as file:
        mark = "\ufeff" if style.has_mark else ""
        quote = '"' if style.quoting == "always" else ""
        header = ",".join(f"{quote}{name}{quote}" for name in HEADER)
        file.write((mark + header + style.line_end).encode(style.encoding))
        for first in range(0, rows, CHUNK_ROWS):
            part = chunk(first, min(CHUNK_ROWS, rows - first), style, pools)
            file.write(as_csv(part, style))
            truth.add(part, pools.size.recipients)
    return truth.answer(style.index)


def _packed(numbers: pl.Series) -> Iterator[int]:
    for number in numbers:
        yield int(number[:17]) * 11 + "0123456789X".index(number[17])


def write_roster(inputs: Inputs, pools: Pools) -> None:
    """The recipients, in the forms in which programs want them."""
    numbers = pools.numbers.head(pools.size.recipients)
    frame = pl.DataFrame(
        {"number": numbers, "packed": pl.Series(_packed(numbers), dtype=pl.Int64)}
    ).with_row_index("pno")
    frame = frame.with_columns(
        pl.col("pno").cast(pl.Int64), person=pl.col("pno").cast(pl.String).str.zfill(26)
    )
    frame.write_parquet(inputs.roster)
    frame.select("number", "pno").write_csv(inputs.roster_csv, include_header=False)


def generate(size: Size, folder: Path) -> Inputs:
    """All files of a size in a folder, unless they are there already."""
    inputs = Inputs(folder)
    if inputs.truth.exists():
        return inputs
    folder.mkdir(parents=True, exist_ok=True)
    pools = Pools.of(size)
    write_roster(inputs, pools)
    answers = [
        write_file(folder / f"feed{index:02d}.csv", rows, Style(index), pools)
        for index, rows in enumerate(volumes(size))
    ]
    write_answers(inputs.truth, answers)
    return inputs


if __name__ == "__main__":
    made = generate(SIZES[sys.argv[1]], Path(sys.argv[2]))
    print(json.dumps({"files": len(made.files), "bytes": sum(path.stat().st_size for path in made.files)}))
