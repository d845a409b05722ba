"""The words of carriers, as SMPP, CMPP and gateways write them."""

import pytest

from chalicelib.engine.texts.carrier import WORDS, Report, read

SAID = {
    Report.UNDER_WAY: [
        *("accepted", "ACCEPTD", "Accepted", "sent", "sending", "SENT", "buffered", "enroute", "ENROUTE"),
        *(
            "en-route",
            "EN_ROUTE",
            "en route",
            "queued",
            "pending",
            "scheduled",
            "submitted",
            " sent\n",
            "ｓｅｎｔ",
        ),
    ],
    Report.DELIVERED: ["delivered", "Delivered", "DELIVERED", "DELIVRD", "delivrd", " delivered ", "read"],
    Report.FAILED: [
        *(
            "failed",
            "FAILED",
            "UNDELIV",
            "undelivered",
            "REJECTD",
            "rejected",
            "EXPIRED",
            "DELETED",
            "SKIPPED",
        ),
        *("permanent-failure", "temporary_failure", "technical failure", "Delivery Failed", "blocked"),
        *("MA:0001", "MB:1042", "mb:1042", "CA:0053", "CB:0010", "ＭＢ：1042"),
    ],
    Report.OPTED_OUT: ["opted_out", "opted-out", "OPTED OUT", "optedout"],
}
WORDS_SAID = [(word, report) for report, words in SAID.items() for word in words]
NOT_DECLARED = [
    "",
    " ",
    "UNKNOWN",
    "success",
    "0",
    "200",
    "ok",
    "none",
    "deliver",
    "not delivered",
    "MB:",
    "XX:0001",
]


@pytest.mark.parametrize(("word", "report"), WORDS_SAID)
def test_a_word_means_the_same_however_it_is_written(word: str, report: Report) -> None:
    assert read(word) is report


@pytest.mark.parametrize("word", NOT_DECLARED)
def test_a_word_that_may_mean_anything_is_not_guessed(word: str) -> None:
    assert read(word) is None


def test_every_word_is_declared_once_and_as_it_is_compared() -> None:
    declared = [word for words in WORDS.values() for word in words]
    assert len(declared) == len(set(declared))
    assert all(read(word.upper()) is report for report, words in WORDS.items() for word in words)
