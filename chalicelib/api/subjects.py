"""主体标识 · What an issuer may call somebody: opaque, never a number."""

import re
from typing import Final

SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}", re.ASCII)
