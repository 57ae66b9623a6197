"""Which addresses of a person can be used."""

from __future__ import annotations

import re

#: Ids that name one person; `all` would call the whole group.
_USER_ID = re.compile(r"(?!@?all\Z)[A-Za-z0-9_.@-]{1,64}", re.IGNORECASE)
_MOBILE = re.compile(r"\+?[0-9]{5,20}")


def user_id(written: str) -> str:
    """An id as it can be called; empty for what is none."""
    return written.strip() if _USER_ID.fullmatch(written.strip()) else ""


def mobile(written: str) -> str:
    """A mobile number as it can be called; empty for what is none."""
    digits = re.sub(r"[\s-]", "", written)
    return digits if _MOBILE.fullmatch(digits) else ""
