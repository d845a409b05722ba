"""What AWS does is not traced: coverage and debuggers are about the code that calls it.

With a trace function Python interprets every instruction the slow way, those of botocore and moto too, of
which nobody wants to know anything: tests that ask AWS much took twice the time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def untraced(call: Callable[P, T]) -> Callable[P, T]:
    """The same call; whoever traces is asked to look away meanwhile."""

    @wraps(call)
    def away(*args: P.args, **named: P.kwargs) -> T:
        tracer = sys.gettrace()
        if tracer is None:
            return call(*args, **named)
        sys.settrace(None)
        try:
            return call(*args, **named)
        finally:
            sys.settrace(tracer)

    return away
