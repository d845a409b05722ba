"""Receivers of events on this machine: the example of the documents, and how one is served."""

from __future__ import annotations

import runpy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any, Final

from infra.template import ROOT

EXAMPLE: Final[dict[str, Any]] = runpy.run_path(str(ROOT / "docs" / "examples" / "event_receiver.py"))


@contextmanager
def listening(server: ThreadingHTTPServer) -> Iterator[str]:
    """Serve until the end of the block; at which address."""
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
