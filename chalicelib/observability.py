"""日志与指标 · One logger and one way to publish figures for everything; no identity number or mobile gets
past them.

`logger` writes JSON: an event name plus fields, never prose with values in it. Anything that looks like
an identity number (15 or 18 digits) or a mobile number is masked, also inside exceptions and in the
records of libraries that log through `protect`-ed handlers. Names cannot be recognised: do not log them. Of
what an exception says of itself nothing Chinese is written, for it may be a name.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType

from chalicelib.errors import MaskedError

MASK: Final = "[masked]"
NAMESPACE: Final = "Wugan"
SERVICE: Final = "wugan"

# \d takes full-width digits too, and X may be written x, X, Cyrillic or as a multiplication sign.
_IDENTIFYING: Final = re.compile(
    r"(?<!\d)(?:\d{17}[\dXxＸｘХх×]|\d{15}|(?:(?:00)?86)?[1１][3-9３-９]\d{9})(?!\d)"
    r"|(?<![A-Za-z0-9])[A-Z]{3}\d{12}(?!\d)"  # a foreigner's permit of before 2023
)
_HAN: Final = re.compile("[\u3007\u3400-\u9fff\U00020000-\U000323af]+")


def mask(text: str) -> str:
    """The text without what looks like an identity number or a mobile number.

    >>> mask("row 7: 11010519491231002X, phone +8613800138000, 20250701")
    'row 7: [masked], phone +[masked], 20250701'
    """
    return _IDENTIFYING.sub(MASK, text)


def mask_error(text: str) -> str:
    """What an exception says, without what may name somebody: libraries repeat what they stumbled over.

    >>> mask_error("ValueError: could not convert 孟晓华 13800138000 to a date")
    'ValueError: could not convert [masked] [masked] to a date'
    """
    return _HAN.sub(MASK, mask(text))


def masked(value: Any) -> Any:
    """The same value with every text and number inside it masked; other objects become masked text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if mask(str(value)) == str(value) else MASK
    if isinstance(value, Mapping):
        return {mask(str(key)): masked(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked(inner) for inner in value]
    return mask_error(str(value)) if isinstance(value, BaseException) else mask(str(value))


class _MaskingFormatter(LambdaPowertoolsFormatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's own name
        return mask_error(super().formatException(ei))

    def serialize(self, log: Any) -> str:
        return super().serialize(masked(log))


class MaskingFilter(logging.Filter):
    """Masks a record of any library, for handlers whose formatter is not ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask message, fields and traceback in place; never drops a record."""
        record.msg, record.args = mask(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = mask_error("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True


def protect(other: logging.Logger) -> None:
    """Mask whatever this logger's own handlers write (Chalice's and the runtime's root logger).

    Not our own logger: its formatter masks, and the filter would take the exception from it.
    """
    if other.name == logger.name:
        return
    for handler in other.handlers:
        if not any(isinstance(present, MaskingFilter) for present in handler.filters):
            handler.addFilter(MaskingFilter())


# `%(asctime)s` is the machine's time, on purpose: service timestamps decide no rule.
logger: Final = Logger(service=SERVICE, logger_formatter=_MaskingFormatter(utc=True))


def count(**figures: float) -> None:
    """Publish figures (name → value) at once, as one record of its own.

    Powertools' usual `Metrics` is one list for the whole process: whoever flushes first takes what others
    have added, and they, finding nothing, are warned (`No application metrics to publish`). Here nobody
    shares anything. A hundred figures are published as they are added: then nothing is left to publish.
    """
    record = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
    for name, value in figures.items():
        record.add_metric(name, MetricUnit.Count, value)
    if record.metric_set:
        record.flush_metrics()


def say_nothing_of_anybody(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Middleware of every function: what it raises, Lambda and Step Functions would write down unmasked."""
    try:
        return get_response(event)
    except Exception as error:
        said = mask_error(str(error))
        if said == str(error):
            raise
        logger.exception("function failed")  # with the traceback, which ends here
        raise MaskedError(f"{type(error).__name__}: {said}") from None


class _Event(Protocol):
    """An SQS event as Chalice hands it over."""

    def to_dict(self) -> dict[str, Any]: ...


class _Processor(BatchProcessor):
    """Logs each message that failed: Powertools would keep silent about it."""

    def failure_handler(self, record: Any, exception: Any) -> Any:
        logger.error("message failed", extra={"message_id": record.message_id}, exc_info=exception)
        return super().failure_handler(record, exception)


def partial_batch(event: _Event, work: Callable[[str], object]) -> dict[str, Any]:
    """Do the work for each message's body; the answer names the messages that must come again."""
    processor = _Processor(EventType.SQS, raise_on_entire_batch_failure=False)
    records = event.to_dict()["Records"]
    with processor(records, lambda record: work(record.body)):
        processor.process()
    if processor.fail_messages:
        count(MessagesFailed=len(processor.fail_messages))
    return dict(processor.response())
