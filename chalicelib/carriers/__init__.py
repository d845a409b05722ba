"""短信通道 · Carriers: who takes text messages to phones, behind one port. Start reading at `port`.

port            what a carrier does: takes a message, and may be asked what became of messages
sns             through a topic to a gateway, or as an SNS SMS
pushed_reports  what a gateway pushes about messages, signed like a request to it
http_gateway    a gateway over https, as Chinese ones are: signed requests, codes, reports that are fetched
"""

from chalicelib.carriers import http_gateway
from chalicelib.carriers.port import Carrier, Handed
from chalicelib.carriers.sns import Sns
from chalicelib.settings import settings

__all__ = ["Carrier", "Handed", "in_use"]


def in_use() -> Carrier:
    """The carrier of this deployment, as its operator has chosen it."""
    return http_gateway.entered() if settings().sender == "http" else Sns()
