"""外地人员 · People of other regions who were seen here: what their region is told (row A12).

Kept per file as it is loaded, in words that another region can read, and put together once a month
(`results.tell_other_regions`). A file that is read again writes the same once more; one that was corrected
tells nothing any longer.
"""

from __future__ import annotations

import polars as pl

from chalicelib.jurisdiction import current
from chalicelib.results import GUESTS
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_writing import csv_of


def guests_csv(guests: pl.DataFrame, feed: Feed) -> bytes:
    """The rows about guests: their region, who they are, when and how they were seen, and by whom."""
    by = current().rules.policy.jurisdiction
    codes = {word: code for code, word in feed.codes_of("certifier").items()}
    rows = []
    for row in guests.iter_rows(named=True):
        kind = row.get("certifier") or ""
        event = feed.events[row["event"]].zh
        who = (row["region"], row["number"], row["name"])
        rows.append((*who, str(row["day"]), event, codes.get(kind, kind), row["certified_by"], by))
    return csv_of(GUESTS, sorted(rows))
