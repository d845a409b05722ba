"""接收推送事件的示例 · Receives events as an app would: python docs/examples/event_receiver.py ID KEY [PORT]

ID and KEY are what `POST /v1/subscriptions` said, once. Four things matter: the signature is that of the
bytes as they came; the timestamp is of just now; an event of a person and kind whose sequence is not above
the last one is dropped; what is news is kept, then the answer comes at once (204): whatever is answered is
never told again, and two may come side by side. The API is asked for the status afterwards.
"""

import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

AGE = 300  # seconds that two clocks, and a slow line, may differ
LARGEST = 10_000  # bytes; an event has some 150


def event_of(body, headers, keys, now):
    """What was pushed, if whoever holds the subscription's key signed it just now; else None."""
    key = keys.get(headers.get("Wugan-Subscription"))
    if key is None:
        return None
    timestamp = headers.get("Wugan-Timestamp", "")
    signed = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(headers.get("Wugan-Signature", ""), "sha256=" + signed):
        return None
    return json.loads(body) if abs(now - int(timestamp)) <= AGE else None


def is_news(event, last):
    """Whether nothing later was told of that person; `last` (an app keeps it in its database) learns it."""
    if event["sequence"] <= last.get((event["person"], event["kind"]), 0):
        return False
    last[event["person"], event["kind"]] = event["sequence"]
    return True


def server(keys, port, tell=print, clock=time.time):  # noqa: TID251 - an app's own clock
    """A server that tells of each event, once; `keys` by subscription, two while one follows another."""
    last, one_by_one = {}, Lock()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST))
            event = event_of(body, self.headers, keys, clock())
            with one_by_one:
                if event and is_news(event, last):
                    tell(event)
            self.send_response(204 if event else 401)
            self.end_headers()

        def log_message(self, *said):
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Receiver)


if __name__ == "__main__":
    server({sys.argv[1]: sys.argv[2]}, int(sys.argv[3]) if len(sys.argv) > 3 else 8003).serve_forever()
