"""Messages sent by e-mail over SMTP, many on one connection."""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from responsibility.core.errors import ConfigError
from responsibility.delivery.mime import mail_of
from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, masked, one_line, plausible

Secure = Literal["none", "starttls", "ssl"]

#: Replies to a recipient that are about our login, not about the recipient.
_LOGIN_CODES = frozenset({530, 534, 535, 538})
#: The server closes the line: whatever it was asked, it is not about that.
_CLOSING = 421
#: What smtplib makes of an answer without a code.
_GARBAGE = -1

#: What can be mended without touching the message; the first kind that fits is told.
_TROUBLES: tuple[tuple[type[BaseException], str], ...] = (
    (smtplib.SMTPAuthenticationError, "不接受账号或口令"),
    (smtplib.SMTPSenderRefused, "不接受发件地址"),
    (smtplib.SMTPNotSupportedError, "不支持所设的加密或登录方式"),
    (smtplib.SMTPServerDisconnected, "中途断开了连接"),
    (smtplib.SMTPResponseException, "不受理"),
    (ssl.SSLCertVerificationError, "的证书未通过验证"),
    (ssl.SSLError, "未能建立加密连接"),
    (socket.gaierror, "的地址查不到"),
    (ConnectionRefusedError, "没有开启（连接被拒绝）"),
    (TimeoutError, "没有按时应答（超时）"),
    (UnicodeError, "的名称、账号或口令中有发不出的字符"),
    (smtplib.SMTPException, "没有可用的登录方式"),
    (OSError, "连接不上"),
)

_LEAVES = "正在关闭"


@dataclass(slots=True)
class MailCourier:
    """Sends each message to its one recipient over a connection that stays open for the next; for one thread.

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
    #: Tells workspaces apart, whose keys may be alike: mail servers drop a second mail with the same Message-ID.
    office: str = ""
    _line: smtplib.SMTP | None = field(default=None, init=False, repr=False)
    pace: ClassVar[Pace | None] = None

    def __post_init__(self) -> None:
        if not self.host or self.secure not in ("none", "starttls", "ssl"):
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
        content = self.content(parcel)
        try:
            line = self._announced()
            self._addressed(line, parcel.to.email)
        except (OSError, ValueError) as error:
            self._hang_up()
            raise TransportError(self._trouble(error), whole=True) from None
        return self._handed_over(line, content)

    def close(self) -> None:
        """Take leave of the server."""
        if self._line is not None:
            with suppress(OSError):
                self._line.quit()
        self._hang_up()

    def content(self, parcel: Parcel) -> bytes:
        """The whole mail as the server is handed it."""
        return mail_of(parcel, self.from_name, self.from_address, self.office)

    def _announced(self) -> smtplib.SMTP:
        """A line on which the server has taken our sender; opened anew, once, where it left us since the last mail."""
        if self._line is not None:
            with suppress(smtplib.SMTPServerDisconnected, ConnectionError):
                code, answer = self._line.mail(self.from_address)
                if code != _CLOSING:
                    return _accepted(self._line, code, answer, self.from_address)
            self._hang_up()
        self._line = self._opened()
        return _accepted(self._line, *self._line.mail(self.from_address), self.from_address)

    def _opened(self) -> smtplib.SMTP:
        context = None if self.secure == "none" else ssl.create_default_context()
        if self.secure == "ssl":
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            line = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.secure == "starttls":
                line.starttls(context=context)
            if self.user and self.secret:
                line.login(self.user, self.secret)
            line.ehlo_or_helo_if_needed()
        except BaseException:
            line.close()
            raise
        return line

    def _addressed(self, line: smtplib.SMTP, address: str) -> None:
        """The server has taken the recipient."""
        code, answer = line.rcpt(address)
        if code not in (250, 251):
            self._begin_anew(code)
            raise self._refused("收件人", code, answer)

    def _handed_over(self, line: smtplib.SMTP, content: bytes) -> Receipt:
        """The server has the mail; where the line breaks from the DATA command on, nobody can tell."""
        try:
            code, answer = line.data(content)
        except smtplib.SMTPDataError as error:  # before it was sent a byte
            self._begin_anew(error.smtp_code)
            raise self._refused("邮件", error.smtp_code, _bytes(error.smtp_error)) from None
        except (OSError, ValueError) as error:
            self._hang_up()
            raise TransportError(self._trouble(error), uncertain=True) from None
        quoted = self._quoted(code, answer)
        if 200 <= code < 300:
            return Receipt(f"邮件服务器 {self.host}:{self.port} 已接收（{quoted}）")
        if not 400 <= code < 600:
            self._hang_up()
            told = f"邮件服务器 {self.host}:{self.port} 的回答看不懂，不知道是否收下（{quoted}）"
            raise TransportError(told, uncertain=True)
        self._begin_anew(code)
        raise self._refused("邮件", code, answer)

    def _begin_anew(self, code: int) -> None:
        """Ready for the next mail after a refusal: on the same line, or without one."""
        assert self._line is not None
        try:
            usable = code not in (_CLOSING, _GARBAGE) and self._line.rset()[0] == 250
        except OSError:
            usable = False
        if not usable:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _refused(self, what: str, code: int, answer: bytes) -> TransportError:
        """The server's own no, quoted: 5xx is for good, 4xx and a missing login are for now."""
        quoted = self._quoted(code, answer)
        if code == _CLOSING:
            return TransportError(f"邮件服务器 {self.host}:{self.port} {_LEAVES}（{quoted}）", whole=True)
        permanent = 500 <= code < 600 and code not in _LOGIN_CODES
        reason = f"{what}被邮件服务器{'拒绝' if permanent else '暂时拒绝'}（{quoted}）"
        return TransportError(reason, permanent, whole=code in _LOGIN_CODES)

    def _trouble(self, error: BaseException) -> str:
        if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
            error = error.__context__
        told = next((text for kind, text in _TROUBLES if isinstance(error, kind)), "没有收下邮件，原因不明")
        said = ""
        if isinstance(error, smtplib.SMTPResponseException):
            code, said = error.smtp_code, f"（{self._quoted(error.smtp_code, _bytes(error.smtp_error))}）"
            if code < 500:  # whatever it was asked, it is not about that
                told = _LEAVES if code == _CLOSING else "暂不受理"
        return f"邮件服务器 {self.host}:{self.port} {told}{said}"

    def _quoted(self, code: int, answer: bytes) -> str:
        """The server's own words on one line, cut, without the password."""
        words = one_line(answer.decode("utf-8", "replace"))
        said = words if code == _GARBAGE else f"{code} {words}".strip()
        return masked(said, self._secrets())[:200]

    def _secrets(self) -> tuple[str, ...]:
        """The password in every form in which it goes over the line."""
        if not self.secret:
            return ()
        forms = (self.secret, f"\0{self.user}\0{self.secret}")
        return (self.secret, *(base64.b64encode(form.encode()).decode() for form in forms))


def _accepted(line: smtplib.SMTP, code: int, answer: bytes, sender: str) -> smtplib.SMTP:
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    return line


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode()
