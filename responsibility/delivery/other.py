"""Any other service, through an Apprise URL; Apprise says only yes or no, so its log is listened to for the reason."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, masked, one_line, plain
from responsibility.delivery.web import DOUBTFUL, STUMBLED

_STATUS = re.compile(r"error\s*=\s*(\d{3})|\b(\d{3})\s*\(?(?:error|Unauthorized|Forbidden)")


class AppriseCourier:
    """Sends plain text to the one place the URL names, without throttling; who is meant is said in the text."""

    pace: Pace | None = None

    def __init__(self, url: str, id: str = "apprise", timeout: float = 15.0) -> None:
        self.id = id
        self._url, self._timeout = url, timeout
        self._plugin: Any = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    def deliver(self, parcel: Parcel) -> Receipt:
        """Send; the receipt means Apprise was not refused."""
        plugin = self._plugin = self._plugin or self._made()
        witness = Witness()
        plugin.logger = witness.logger()
        try:
            sent = bool(plugin.notify(title=one_line(parcel.title), body=text_of(parcel), body_format="text"))
        except Exception as error:  # plugins of all kinds, each with its own failures
            sent, witness.seen = False, error
        if not sent:
            raise self._refusal(witness)
        return Receipt(f"{plugin.service_name} 已接收")

    def close(self) -> None:
        """Nothing is kept open: each message has a connection of its own."""

    def _made(self) -> Any:
        apprise = _apprise()
        asset = apprise.AppriseAsset(
            app_id="zeren", app_desc="责任链", app_url="", image_url_mask="", image_url_logo=""
        )
        logger, level = logging.getLogger("apprise"), logging.getLogger("apprise").level
        logger.setLevel(logging.CRITICAL + 1)  # it quotes the URL it cannot read
        try:
            plugin = apprise.Apprise.instantiate(self._url, asset=asset)
        finally:
            logger.setLevel(level)
        if plugin is None:
            raise TransportError("Apprise 不认识这个 url；写法见 Apprise 的说明", whole=True)
        plugin.request_rate_per_sec = 0
        plugin.socket_connect_timeout = plugin.socket_read_timeout = self._timeout
        return plugin

    def _refusal(self, witness: Witness) -> TransportError:
        """What its log said, weighed by the exception behind it or the status named in it."""
        said = masked(one_line(witness.said), self._secrets())[:200] or "原因不明"
        reason = f"{self._plugin.service_name} 没有收下（{said}）"
        names = {kind.__name__ for kind in type(witness.seen).__mro__} if witness.seen else set()
        if names & {"ConnectTimeout", "ProxyError", "SSLError", "ConnectionRefusedError"} or _never_reached(witness):
            return TransportError(f"{self._plugin.service_name} 连接不上（{said}）", whole=True)
        if names & {"Timeout", "ConnectionError", "ChunkedEncodingError", "TimeoutError"}:
            return TransportError(
                f"{self._plugin.service_name} 中途断开或超时，不知道是否收下（{said}）", uncertain=True
            )
        status = next((int(a or b) for a, b in _STATUS.findall(witness.said)), 0)
        if status in DOUBTFUL:
            return TransportError(reason, uncertain=True)
        whole = status in (401, 403, 404, 429) or status > STUMBLED
        return TransportError(reason, permanent=400 <= status < 500 and not whole, whole=whole)

    def _secrets(self) -> tuple[str, ...]:
        """The URL, and whatever of it is long enough to be a secret."""
        parts = re.split(r"[/:@?&=]+", urlsplit(self._url)._replace(scheme="").geturl())
        host = urlsplit(self._url).hostname or ""
        return (
            self._url,
            *(form for part in parts if len(part) >= 6 and part != host for form in (part, unquote(part))),
        )


class Witness(logging.Handler):
    """Keeps what was logged, and the exception that was being handled then.

    The logger belongs to one delivery, so threads do not see each other's failures and nothing of it reaches the
    program's log.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: BaseException | None = None
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = sys.exc_info()[1] or self.seen
        self.said = record.getMessage()

    def logger(self) -> logging.Logger:
        """A logger without parents that tells only this witness."""
        logger = logging.Logger("zeren.apprise", logging.WARNING)
        logger.addHandler(self)
        return logger


def text_of(parcel: Parcel) -> str:
    """The text with who is meant and the message's key, where it does not say them; never empty."""
    text, name = plain(parcel.text).strip("\n"), one_line(parcel.to.name)
    to = "" if name in text else f"致 {name}："
    number = "" if parcel.message_id in text else f"编号 {one_line(parcel.message_id)}"
    return "\n".join(filter(None, (to, text, number)))


def _never_reached(witness: Witness) -> bool:
    """requests wraps a refused or unresolved connection into the error it also raises for a broken one."""
    return any(words in str(witness.seen) for words in ("NewConnectionError", "NameResolutionError", "ConnectTimeout"))


@cache
def _apprise() -> Any:
    """Apprise (untyped, hence Any) with its plugins, loaded at the first message: about a second."""
    with warnings.catch_warnings():
        # Its PGP support, unused here, tries a module that Python 3.11 is about to drop.
        warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
        import apprise

        apprise.Apprise.instantiate("json://localhost")
    return apprise
