import io
import json
import logging
from typing import Any

import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics
from chalice.app import SQSEvent

from chalicelib.errors import MaskedError
from chalicelib.observability import (
    MASK,
    NAMESPACE,
    count,
    logger,
    mask,
    masked,
    partial_batch,
    protect,
    say_nothing_of_anybody,
)

IDENTIFYING = [
    ("11010519491231002X", "18 characters"),
    ("11010519491231002x", "small x"),
    ("11010519491231002×", "a multiplication sign for X"),
    ("440524188001010014", "18 digits"),
    ("440524800101001", "15 digits"),
    ("１１０１０５１９４９１２３１００２Ｘ", "full width"),
    ("13800138000", "mobile"),
    ("１３８００１３８０００", "full-width mobile"),
    ("USA341619500307", "a foreigner's old permit"),
]
HARMLESS = [
    ("20250701", "a day"),
    ("341602100201", "a village"),
    ("12345678901234567890", "20 digits"),
    ("1950.25", "an amount"),
    ("a2b3c4d5e6f7g2h3i4j5k6l7m2", "a person id"),
    ("0558-5123456", "a public office"),
]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    for handler in logger.handlers:
        if type(handler) is logging.StreamHandler:  # pytest hangs its own handlers here as well
            monkeypatch.setattr(handler, "stream", stream)
    return stream


@pytest.mark.parametrize(("text", "why"), IDENTIFYING)
def test_identity_numbers_and_mobiles_are_masked(text: str, why: str) -> None:
    assert mask(f"row 7: «{text}»") == f"row 7: «{MASK}»", why


@pytest.mark.parametrize(("text", "why"), HARMLESS)
def test_everything_else_is_left_alone(text: str, why: str) -> None:
    assert mask(text) == text, why


def test_values_are_masked_at_any_depth() -> None:
    value = {
        "13800138000": [1, 2.5, None, True, 13800138000, 440524188001010014],
        "deep": {"a": ({"b": "call 13800138000"},)},
        "error": ValueError("11010519491231002X"),
    }
    assert masked(value) == {
        MASK: [1, 2.5, None, True, MASK, MASK],
        "deep": {"a": [{"b": f"call {MASK}"}]},
        "error": MASK,
    }


@pytest.mark.parametrize(("text", "why"), IDENTIFYING)
def test_no_log_record_lets_one_through(log: io.StringIO, text: str, why: str) -> None:
    logger.info(f"clear {text}", extra={"field": text, "deep": [{"x": text}]})
    logger.info("clear %s", text)
    logger.info({"message": text})
    try:
        raise ValueError(text)
    except ValueError:
        logger.exception("failed")
    assert text not in log.getvalue()
    assert log.getvalue().count(MASK) >= 6


def test_a_record_is_json_with_its_fields(log: io.StringIO) -> None:
    logger.info("file accepted", extra={"feed": "bus_rides", "rows": 12})
    record = json.loads(log.getvalue())
    assert (record["message"], record["feed"], record["rows"]) == ("file accepted", "bus_rides", 12)
    assert (record["level"], record["service"]) == ("INFO", "wugan")


def test_records_of_libraries_are_masked_too() -> None:
    stream = io.StringIO()
    library = logging.Logger("library")
    library.addHandler(logging.StreamHandler(stream))
    protect(library)
    protect(library)
    assert len(library.handlers[0].filters) == 1
    library.warning("no such key %s", "13800138000.csv")
    try:
        raise KeyError("11010519491231002X")
    except KeyError:
        library.exception("caught")
    assert "13800138000" not in stream.getvalue()
    assert "11010519491231002X" not in stream.getvalue()
    assert f"KeyError: '{MASK}'" in stream.getvalue()


# --- figures ---------------------------------------------------------------------------------------


def published(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The figures of each record that was published, in order."""
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for record in records:
        (told,) = record.pop("_aws")["CloudWatchMetrics"]
        assert told["Namespace"] == NAMESPACE
        assert record.pop("service") == "wugan"
    return records


def test_whoever_publishes_takes_nothing_of_others_and_nobody_is_left_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another function of the same process publishes between the adding and the publishing of the first."""
    publish = EphemeralMetrics.flush_metrics
    others = [{"RunsMissing": 0.0}]

    def interrupted(self: EphemeralMetrics, *args: Any, **named: Any) -> None:
        if others:
            count(**others.pop())
        publish(self, *args, **named)

    monkeypatch.setattr(EphemeralMetrics, "flush_metrics", interrupted)
    count(FeedsLate=1, FeedsMissing=2)  # a warning would be an error here
    assert published(capsys) == [{"RunsMissing": [0.0]}, {"FeedsLate": [1.0], "FeedsMissing": [2.0]}]


@pytest.mark.parametrize(("figures", "records"), [(0, 0), (99, 1), (100, 1), (101, 2)])
def test_as_many_figures_as_there_are(capsys: pytest.CaptureFixture[str], figures: int, records: int) -> None:
    count(**{f"Figure{n}": n for n in range(figures)})
    told = published(capsys)
    assert len(told) == records
    assert sum(map(len, told)) == figures


# --- partial batches -------------------------------------------------------------------------------


def batch(*bodies: str) -> SQSEvent:
    records: list[dict[str, Any]] = [
        {"messageId": f"m{n}", "body": body, "receiptHandle": "r", "eventSource": "aws:sqs"}
        for n, body in enumerate(bodies)
    ]
    return SQSEvent({"Records": records}, context=None)


def test_only_the_messages_that_failed_come_again(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def work(body: str) -> None:
        if body.startswith("bad"):
            raise ValueError(f"cannot read {body}")
        done.append(body)

    answer = partial_batch(batch("one", "bad 13800138000", "two"), work)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert done == ["one", "two"]
    record = json.loads(log.getvalue())
    assert (record["message"], record["message_id"]) == ("message failed", "m1")
    assert "13800138000" not in log.getvalue()
    published = json.loads(capsys.readouterr().out)
    assert published["MessagesFailed"] == [1.0]
    assert published["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Wugan"


def test_a_batch_that_fails_whole_comes_again_whole(log: io.StringIO) -> None:
    def work(body: str) -> None:
        raise ValueError(body)

    answer = partial_batch(batch("one", "two"), work)
    assert len(answer["batchItemFailures"]) == 2


def test_a_good_batch_is_silent(log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    assert partial_batch(batch("one"), len) == {"batchItemFailures": []}
    assert log.getvalue() == ""
    assert capsys.readouterr().out == ""


def test_what_a_function_raises_tells_lambda_of_nobody(log: io.StringIO) -> None:
    """Lambda writes it into its own log, and Step Functions into a history."""
    said = "cannot read 孟晓华 11010519491231002X"

    def fails(_: object) -> object:
        raise ValueError(said)

    with pytest.raises(MaskedError, match=r"^ValueError: cannot read \[masked\] \[masked\]$") as raised:
        say_nothing_of_anybody({}, fails)
    assert raised.value.__suppress_context__
    assert "孟晓华" not in log.getvalue()
    assert "function failed" in log.getvalue()


def test_what_tells_of_nobody_is_raised_as_it_is() -> None:
    def fails(_: object) -> object:
        raise KeyError("benefit")

    with pytest.raises(KeyError, match="benefit"):
        say_nothing_of_anybody({}, fails)
    assert say_nothing_of_anybody({"a": 1}, lambda event: event) == {"a": 1}
