"""One POST to a service, and what its failure means: nothing sent, refused, or nobody can tell."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from responsibility.delivery.parcel import TransportError, masked, one_line

#: Bytes of an answer that are read, and characters of it that are told.
_READ, _TOLD = 65_536, 160
#: Statuses that are about the address, the key or the traffic as a whole, not about one message.
_WHOLE = frozenset({401, 403, 404, 405, 407, 408, 410, 425, 429})
#: A gateway gave up on the one behind it, which may have the message.
DOUBTFUL = frozenset({502, 504})
#: The service stumbled, perhaps over this very message.
STUMBLED = 500
#: Seconds a service may ask to wait at the most.
_DAY = 86_400.0

#: httpx logs every address it calls, and a robot's key is part of its address.
_ours: ContextVar[bool] = ContextVar("ours", default=False)
logging.getLogger("httpx").addFilter(lambda record: not _ours.get())


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said to a request it took."""

    status: int
    text: str

    def json(self) -> dict[str, Any] | None:
        """The answer as the JSON object it should be; None where it is none."""
        try:
            said = json.loads(self.text)
        except ValueError:
            return None
        return said if isinstance(said, dict) else None


@dataclass(slots=True)
class Line:
    """A connection to one service, kept open between messages; `name` is what reasons call it.

    Redirects are not followed: a message goes where the office said and nowhere else. Certificates are verified; an
    authority of the office's own is made known through `SSL_CERT_FILE`.
    """

    name: str
    timeout: float
    #: Never to be seen in a reason.
    secrets: Sequence[str] = field(repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)

    def post(self, url: str, body: bytes, headers: Mapping[str, str], at: datetime) -> Answer:
        """The answer to a request the service took (2xx); TransportError says what became of any other."""
        ours = _ours.set(True)
        try:
            status, text, heads = self._exchange(url, body, headers)
        except httpx.HTTPError as error:
            raise self._broken(error) from None
        except (httpx.InvalidURL, UnicodeError):
            raise TransportError(f"{self.name}的地址或密钥里有不能用的字符", whole=True) from None
        finally:
            _ours.reset(ours)
        if 200 <= status < 300:
            return Answer(status, text)
        raise self._refused(status, text, _retry_after(heads, at))

    def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def quoted(self, text: str) -> str:
        """What the service said, on one line, cut, and without our secrets."""
        return masked(one_line(text), self.secrets)[:_TOLD]

    def _exchange(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, httpx.Headers]:
        if self._client is None:
            self._client = httpx.Client(timeout=self.timeout, follow_redirects=False, verify=_context())
        began = time.monotonic()
        common = {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity"}
        with self._client.stream("POST", url, content=body, headers={**common, **headers}) as answer:
            read = b""
            for piece in answer.iter_bytes():
                read += piece
                if len(read) > _READ:
                    break
                if time.monotonic() - began > self.timeout:
                    raise httpx.ReadTimeout("drop by drop")
            return answer.status_code, read[:_READ].decode("utf-8", "replace"), answer.headers

    def _broken(self, error: httpx.HTTPError) -> TransportError:
        """Before anything was sent the service is out of reach; from then on it may have the message."""
        self.close()
        told = next((text for kind, text in _TROUBLES if isinstance(error, kind)), "中途断开了连接")
        if isinstance(error, httpx.ConnectError) and _is_about_certificates(error):
            told = "的证书未通过验证"
        unsent = isinstance(error, _UNSENT)
        return TransportError(f"{self.name}{told}", uncertain=not unsent, whole=unsent)

    def _refused(self, status: int, text: str, wait: float | None) -> TransportError:
        said = self.quoted(text)
        reason = f"{self.name}没有收下（HTTP {status}{' ' + said if said else ''}）"
        if status in DOUBTFUL:
            return TransportError(reason, uncertain=True)
        whole = status in _WHOLE or not 400 <= status <= STUMBLED
        return TransportError(reason, permanent=not whole and status != STUMBLED, whole=whole, wait=wait)


#: Raised before the service was sent a byte of the message.
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "没有按时应答（连接超时）"),
    (httpx.ConnectError, "连接不上"),
    (httpx.ProxyError, "的代理服务器不通"),
    (httpx.LocalProtocolError, "的地址或密钥里有不能用的字符"),
    (httpx.UnsupportedProtocol, "的地址应以 http:// 或 https:// 开头"),
    (httpx.TimeoutException, "没有按时应答（超时），不知道是否收下"),
    (httpx.HTTPError, "中途断开了连接，不知道是否收下"),
)


def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _is_about_certificates(error: BaseException) -> bool:
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return True
        inner = inner.__cause__ or inner.__context__
    return False


def _retry_after(headers: httpx.Headers, at: datetime) -> float | None:
    """Seconds the service asks to wait, named as such or as a date."""
    written = headers.get("Retry-After", "").strip()
    if written.isdecimal():
        return min(_DAY, float(written))
    try:
        return min(_DAY, max(0.0, (parsedate_to_datetime(written) - at).total_seconds()))
    except (ValueError, TypeError):
        return None


#: Tells the instant a request is signed at.
Clock = Callable[[], datetime]
