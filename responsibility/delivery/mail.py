"""Messages sent by e-mail, through Apprise's `mailto://` (plain) and `mailtos://` (STARTTLS, SSL)."""

from __future__ import annotations

import logging
import smtplib
import socket
import ssl
import sys
import warnings
from dataclasses import dataclass, field
from functools import cache
from traceback import walk_tb
from typing import Any, Literal

from responsibility.core.errors import ConfigError
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, one_line, plain, plausible

Secure = Literal["none", "starttls", "ssl"]

_MODES = {"none": "insecure", "starttls": "starttls", "ssl": "ssl"}

#: A character becomes up to 12 bytes in a header.
_HEADER_CHARACTERS = 80

#: Replies to a recipient that are about our login, not about the recipient.
_LOGIN_CODES = frozenset({530, 534, 535, 538})

#: What can be mended without touching the message; the first kind that fits is told.
_TROUBLES: tuple[tuple[type[BaseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "不接受账号或口令"),
    (smtplib.SMTPSenderRefused, "不接受发件地址"),
    (smtplib.SMTPNotSupportedError, "不支持所设的加密或登录方式"),
    (smtplib.SMTPServerDisconnected, "中途断开了连接"),
    (smtplib.SMTPResponseException, "暂不受理"),
    (ssl.SSLCertVerificationError, "的证书未通过验证"),
    (ssl.SSLError, "未能建立加密连接"),
    (socket.gaierror, "的地址查不到"),
    (ConnectionRefusedError, "没有开启（连接被拒绝）"),
    (TimeoutError, "没有按时应答（超时）"),
    (UnicodeError, "的名称、账号或口令中有发不出的字符"),
    (OSError, "连接不上"),
)


@dataclass(frozen=True, slots=True)
class MailCourier:
    """Sends each message to its one recipient over a connection of its own, without throttling.

    An empty `user` or `secret` means no login. Certificates are verified; an authority of the office's own is made
    known through `SSL_CERT_FILE`. Raises ConfigError for a sender nobody could answer.
    """

    host: str
    port: int
    secure: Secure
    user: str
    secret: str = field(repr=False)
    from_address: str
    from_name: str
    #: Seconds to wait for each answer of the server.
    timeout: float = 15.0
    id: str = "mail"

    def __post_init__(self) -> None:
        if not self.host or self.secure not in _MODES:
            raise ConfigError("邮件渠道的服务器或加密方式没有填对", "加密方式只有 none、starttls、ssl 三种")
        if not plausible(self.from_address):
            raise ConfigError(
                f"邮件渠道的发件地址不能用：{self.from_address or '（空）'}", "形如 office@example.gov.cn"
            )

    def deliver(self, parcel: Parcel) -> Receipt:
        """Send; the receipt means the server took the message, not that it was read."""
        if not plausible(parcel.to.email):
            written = one_line(parcel.to.email)
            raise TransportError(f"邮箱地址不能用：{written}" if written else "没有登记邮箱地址", permanent=True)
        witness = _Witness()
        plugin = self._plugin(parcel, witness)
        try:
            sent = bool(plugin.notify(title=_short(parcel.title), body=_body(parcel)))
        except (OSError, ValueError) as error:
            sent, witness.seen = False, error
        if not sent:
            raise self._refusal(witness.seen)
        return Receipt(f"邮件服务器 {self.host}:{self.port} 已接收")

    def close(self) -> None:
        """Nothing is kept open: each message has a connection of its own."""

    def _plugin(self, parcel: Parcel, witness: _Witness) -> Any:
        """Apprise's mailer for this one parcel.

        Sender, recipient and login are set past its parsers, which cut a name at a colon, undo percent signs in a
        password, and send to the sender where they find no recipient.
        """
        mailer, office = _apprise()
        plugin = mailer(
            host=self.host,
            smtp_host=self.host,
            port=self.port,
            secure=self.secure != "none",
            secure_mode=_MODES[self.secure],
            from_addr="office@localhost.invalid",
            format="text",
            headers={"X-Zeren-Message": _short(parcel.message_id)},
            asset=office,
        )
        plugin.from_addr = (_short(self.from_name), self.from_address)
        plugin.targets = [(_short(parcel.to.name), parcel.to.email)]
        plugin.user, plugin.password = self.user, self.secret
        plugin.socket_connect_timeout = self.timeout
        plugin.request_rate_per_sec = 0
        plugin.logger = witness.logger()
        return plugin

    def _refusal(self, error: BaseException | None) -> TransportError:
        """The failure in our words: permanent where the server refused for good the recipient or the message."""
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            code, answer = next(iter(error.recipients.values()))
            return self._refused("收件人", code, answer)
        if isinstance(error, smtplib.SMTPDataError):
            return self._refused("邮件", error.smtp_code, error.smtp_error)
        if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
            return TransportError(self._trouble(error.__context__), uncertain=_was_handed_over(error))
        return TransportError(self._trouble(error), uncertain=_was_handed_over(error))

    def _refused(self, what: str, code: int, answer: bytes | str) -> TransportError:
        """The server's own no, quoted: 5xx is for good, 4xx and a missing login are for now."""
        said = one_line(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
        quoted = self._without_secret(f"{code} {said}")[:200]
        permanent = 500 <= code < 600 and code not in _LOGIN_CODES
        return TransportError(f"{what}被邮件服务器{'拒绝' if permanent else '暂时拒绝'}（{quoted}）", permanent)

    def _trouble(self, error: BaseException | None) -> str:
        told = next((text for kind, text in _TROUBLES if isinstance(error, kind)), "没有收下邮件，原因不明")
        code = f"（{error.smtp_code}）" if isinstance(error, smtplib.SMTPResponseException) else ""
        return f"邮件服务器 {self.host}:{self.port} {told}{code}"

    def _without_secret(self, text: str) -> str:
        return text.replace(self.secret, "***") if self.secret else text


@cache
def _apprise() -> tuple[Any, Any]:
    """The mail plugin's class (untyped, hence Any) and our name in its mails; loaded at the first mail, 0.5 s."""
    with warnings.catch_warnings():
        # Its PGP support, unused here, tries a module that Python 3.11 is about to drop.
        warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
        from apprise import AppriseAsset
        from apprise.plugins.email import NotifyEmail
    return NotifyEmail, AppriseAsset(app_id="zeren")


class _Witness(logging.Handler):
    """Keeps the exception that was being handled when a warning was logged.

    Apprise answers only True or False and words its log for people; the exception behind the log entry is what can
    be told apart. The logger belongs to one delivery, so threads do not see each other's failures and nothing of it
    reaches the program's log.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.seen: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.seen = sys.exc_info()[1] or self.seen

    def logger(self) -> logging.Logger:
        """A logger without parents that tells only this witness."""
        logger = logging.Logger("zeren.mail", logging.WARNING)
        logger.addHandler(self)
        return logger


def _short(text: str) -> str:
    """The text cut to what one header line may hold: Apprise does not fold, and servers refuse over 998 bytes."""
    line = one_line(text)
    return line if len(line) <= _HEADER_CHARACTERS else line[: _HEADER_CHARACTERS - 1] + "…"


def _body(parcel: Parcel) -> str:
    """The text, under the whole title where the subject had to be cut; never empty, which Apprise would not send."""
    title, text = one_line(parcel.title), plain(parcel.text)
    if not text.strip():
        return title or "（无正文）"
    return text if title == _short(title) else f"{title}\n\n{text}"


def _was_handed_over(error: BaseException | None) -> bool:
    """Whether the line broke from the DATA command on: the server may hold the whole message."""
    frames = walk_tb(error.__traceback__) if error else ()
    return any(frame.f_code is smtplib.SMTP.data.__code__ for frame, _ in frames)
