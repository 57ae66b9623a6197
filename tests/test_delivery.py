"""The room that hands messages over: real SMTP servers on loopback, real folders, real streams."""

from __future__ import annotations

import email
import email.charset
import ipaddress
import os
import pickle
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import default
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from responsibility.core.chain import Person
from responsibility.core.errors import ConfigError
from responsibility.delivery import (
    Attachment,
    ConsoleCourier,
    Courier,
    FileCourier,
    MailCourier,
    MemoryCourier,
    Parcel,
    Receipt,
    TransportError,
)
from responsibility.delivery.mime import mail_of, short
from responsibility.delivery.parcel import plausible

SECRET = "pa%41ss:w@rd/7"
BEIJING = timezone(timedelta(hours=8))
TEXT = "李明同志：\n\n您有 2 项工作临期：\n  1. L1-03 主题党日（9月30日）\n  2. L1-07 支部换届（第 2 次催办）"
PARCEL = Parcel(
    message_id="2023-09-26-Z01S",
    to=Person("R1", "李明", email="liming@example.gov.cn"),
    title="临期提醒：2 项",
    text=TEXT,
    created_at=datetime(2023, 9, 26, 9, 30, tzinfo=BEIJING),
)


def addressed(email: str) -> Person:
    """The recipient with another address."""
    return replace(PARCEL.to, email=email)


def named(name: str) -> Person:
    """The recipient under another name."""
    return replace(PARCEL.to, name=name)


class Mailbox:
    """A mail server's mind: keeps what arrives; answers RCPT and DATA as told."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK", mail: str = "250 OK") -> None:
        self.rcpt, self.data, self.mail = rcpt, data, mail
        #: One for each connection that was greeted.
        self.greeted: list[str] = []
        self.arrived: list[tuple[str, list[str], EmailMessage]] = []
        self.logins: list[tuple[str, str]] = []

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, answers: Any) -> Any:
        session.host_name = hostname
        self.greeted.append(hostname)
        return answers

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        said, self.mail = self.mail, "250 OK" if self.mail.startswith("421") else self.mail
        if said == "hang up":
            self.mail = "250 OK"
            server.transport.abort()
        elif said.startswith("250"):
            envelope.mail_from = address
        return said

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data == "hang up":
            server.transport.abort()
            return "451 never seen"
        if self.data.startswith("250"):
            message = email.message_from_bytes(envelope.content, policy=default)
            self.arrived.append((envelope.mail_from, envelope.rcpt_tos, message))  # type: ignore[arg-type]
        return self.data

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        login = data.login.decode(), data.password.decode()
        self.logins.append(login)
        return AuthResult(success=login == ("office", SECRET), handled=False)


class LoopbackServer(Controller):
    """An SMTP server on whatever port is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    server = LoopbackServer(
        mailbox, hostname="127.0.0.1", port=0, authenticator=mailbox, auth_require_tls=False, **options
    )
    server.start()
    try:
        yield server.port
    finally:
        hang_up()
        server.stop()


_OPENED: list[MailCourier] = []


def hang_up() -> None:
    """Close what the couriers of a test keep open."""
    while _OPENED:
        _OPENED.pop().close()


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """A server that says its piece and closes the line, or (None) takes the call and stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer_once() -> None:
            with suppress(OSError):
                line, _ = door.accept()
                with line:
                    line.sendall(answer or b"")

        if answer is not None:
            threading.Thread(target=answer_once, daemon=True).start()
        yield door.getsockname()[1]


def courier(port: int, **changes: Any) -> MailCourier:
    plain = MailCourier(
        host="127.0.0.1",
        port=port,
        secure="none",
        user="",
        secret="",
        from_address="office@example.gov.cn",
        from_name="县委办：督查室",
        timeout=10,
    )
    _OPENED.append(made := replace(plain, **changes))
    return made


def refusal(mailer: Courier, parcel: Parcel = PARCEL) -> TransportError:
    with pytest.raises(TransportError) as caught:
        mailer.deliver(parcel)
    return caught.value


def parsed(raw: bytes) -> Any:
    return email.message_from_bytes(raw, policy=default)


def content(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n").rstrip("\n")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server context for 127.0.0.1 and the certificate that vouches for it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + secret)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context, file


# Mail that arrives


def test_chinese_title_text_and_names_arrive_intact() -> None:
    """What the recipient reads is what was rendered, and only the recipient gets it."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        receipt = courier(port).deliver(PARCEL)
    assert receipt == Receipt(f"邮件服务器 127.0.0.1:{port} 已接收（250 OK）")
    [(sender, recipients, message)] = mailbox.arrived
    assert (sender, recipients) == ("office@example.gov.cn", ["liming@example.gov.cn"])
    assert message["Subject"] == "临期提醒：2 项"
    assert message["From"].addresses[0].display_name == "县委办：督查室"
    assert message["To"].addresses[0].display_name == "李明"
    assert message["X-Zeren-Message"] == "2023-09-26-Z01S"
    assert (message.get_content_type(), message["Cc"], message["Bcc"]) == ("text/plain", None, None)
    assert content(message) == TEXT


def test_many_mails_go_over_one_connection() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailer = courier(port)
        for number in range(10):
            mailer.deliver(replace(PARCEL, message_id=str(number)))
    assert [message["X-Zeren-Message"] for _, _, message in mailbox.arrived] == [str(n) for n in range(10)]
    assert len(mailbox.greeted) == 1


@pytest.mark.parametrize("mood", ["hang up", "421 too long idle"])
def test_a_line_the_server_left_between_two_mails_is_opened_again(mood: str) -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        mailer = courier(port)
        mailer.deliver(PARCEL)
        mailbox.mail = mood
        mailer.deliver(replace(PARCEL, message_id="2"))
    assert (len(mailbox.arrived), len(mailbox.greeted)) == (2, 2)


@pytest.mark.parametrize(
    ("refused", "connections"),
    [
        (Mailbox(rcpt="550 no such user"), 1),
        (Mailbox(data="554 spam"), 1),
        (Mailbox(rcpt="421 closing"), 2),  # it said so itself
        (Mailbox(data="hang up"), 2),
    ],
)
def test_after_a_refusal_the_next_mail_goes_out(refused: Mailbox, connections: int) -> None:
    """On the same line where the server keeps it; and nothing of the one before goes with it."""
    with serving(refused) as port:
        mailer = courier(port)
        refusal(mailer)
        refused.rcpt = refused.data = "250 OK"
        mailer.deliver(replace(PARCEL, message_id="2", to=Person("R2", "王芳", email="wang@example.gov.cn")))
    [(_, recipients, message)] = refused.arrived
    assert (recipients, message["X-Zeren-Message"]) == (["wang@example.gov.cn"], "2")
    assert len(refused.greeted) == connections


def test_a_refused_sender_is_the_channels_trouble() -> None:
    with serving(Mailbox(mail="553 not yours")) as port:
        error = refusal(courier(port))
    assert error.reason == f"邮件服务器 127.0.0.1:{port} 不接受发件地址（553 not yours）"
    assert (error.permanent, error.uncertain, error.whole) == (False, False, True)


def test_a_page_and_a_calendar_travel_with_the_text() -> None:
    calendar = Attachment(
        "任务时限.ics", "BEGIN:VCALENDAR\r\nSUMMARY:督办\r\nEND:VCALENDAR\r\n".encode(), "text/calendar"
    )
    form = Attachment(
        "督办单.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    )
    mailbox = Mailbox()
    with serving(mailbox) as port:
        courier(port).deliver(replace(PARCEL, html="<p>督办</p>", attachments=(calendar, form)))
    message = mailbox.arrived[0][2]
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert (content(text), content(page)) == (TEXT, "<p>督办</p>")  # type: ignore[arg-type]
    first, second = message.iter_attachments()
    assert (first.get_filename(), first.get_content_type()) == ("任务时限.ics", "text/calendar")
    assert (first["Content-Type"].params["method"], "督办" in first.get_content()) == ("PUBLISH", True)
    assert (second.get_filename(), second.get_content()) == ("督办单.docx", b"PK\x03\x04")


def test_a_retry_bears_the_same_number_and_another_workspace_another() -> None:
    """Mail servers drop a second mail with a Message-ID they know."""
    mails = [parsed(courier(25, office=office).content(PARCEL)) for office in ("f00d", "f00d", "beef")]
    ids = [mail["Message-ID"] for mail in mails]
    assert ids[0] == ids[1] == "<2023-09-26-Z01S.f00d@example.gov.cn>" != ids[2]
    assert {mail["X-Zeren-Message"] for mail in mails} == {"2023-09-26-Z01S"}
    assert {(mail["Auto-Submitted"], mail["Date"].datetime) for mail in mails} == {
        ("auto-generated", PARCEL.created_at)
    }


def test_no_line_of_a_mail_is_too_long_or_needs_eight_bits() -> None:
    raw = courier(25, from_name="办公室" * 60).content(
        replace(PARCEL, title="督办" * 99, to=named("😀" * 99), text="长" * 2000, message_id="编号" * 99)
    )
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 100
    mail = parsed(raw)
    assert mail["Subject"] == short("督办" * 99)
    # The parser leaves a blank between the words of a name that the standard takes away.
    assert mail["From"].addresses[0].display_name.replace(" ", "") == short("办公室" * 60)
    assert mail["To"].addresses[0].addr_spec == "liming@example.gov.cn"
    assert mail["X-Zeren-Message"] == short("编号" * 99)


def test_a_mail_is_the_same_once_apprise_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its mail plugin changes how all of the program's UTF-8 mails are written."""
    before = mail_of(PARCEL, "县委办：督查室", "office@example.gov.cn", "")
    monkeypatch.setitem(email.charset.CHARSETS, "utf-8", (email.charset.QP, email.charset.QP, "utf-8"))
    assert mail_of(PARCEL, "县委办：督查室", "office@example.gov.cn", "") == before


def test_line_breaks_in_titles_and_names_make_no_headers() -> None:
    hostile = replace(
        PARCEL, title="临期\r\nBcc: spy@example.com", to=named("Li\r\nCc: spy@example.com"), message_id="7\nX: y"
    )
    mailbox = Mailbox()
    with serving(mailbox) as port:
        courier(port).deliver(hostile)
    [(_, recipients, message)] = mailbox.arrived
    assert recipients == ["liming@example.gov.cn"]
    assert message["Subject"] == "临期 Bcc: spy@example.com"
    assert (message["Bcc"], message["Cc"], message["X"]) == (None, None, None)


def test_a_message_without_text_sends_its_title() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        courier(port).deliver(replace(PARCEL, text=" \n"))
    assert mailbox.arrived[0][2].get_content().strip() == PARCEL.title


def test_a_long_title_is_cut_in_the_subject_and_whole_in_the_text() -> None:
    """Servers refuse header lines over 998 bytes, and a Chinese character takes nine of them."""
    mailbox = Mailbox()
    title = "督办" * 100
    with serving(mailbox) as port:
        courier(port).deliver(replace(PARCEL, title=title, to=named("😀" * 300), message_id="编号" * 300))
    message = mailbox.arrived[0][2]
    assert message["Subject"] == "督办" * 39 + "督…"
    assert content(message) == f"{title}\n\n{TEXT}"


def test_login_uses_the_password_as_it_is() -> None:
    """Percent signs, colons and slashes are characters, not an encoding."""
    mailbox = Mailbox()
    with serving(mailbox) as port:
        courier(port, user="office", secret=SECRET).deliver(PARCEL)
    assert mailbox.logins == [("office", SECRET)]
    assert len(mailbox.arrived) == 1


def test_starttls_and_ssl_reach_a_server_with_a_trusted_certificate(
    tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, certificate = tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mailbox = Mailbox()
    with serving(mailbox, tls_context=context, require_starttls=True) as port:
        courier(port, secure="starttls", user="office", secret=SECRET).deliver(PARCEL)
    with serving(mailbox, ssl_context=context) as port:
        courier(port, secure="ssl", user="office", secret=SECRET).deliver(PARCEL)
    assert len(mailbox.arrived) == 2


# Mail that does not


@pytest.mark.parametrize(
    ("mailbox", "permanent", "reason"),
    [
        # Nobody of that name: trying again cannot help.
        (Mailbox(rcpt="550 5.1.1 no such user"), True, "收件人被邮件服务器拒绝（550 5.1.1 no such user）"),
        # Greylisting, full for now.
        (Mailbox(rcpt="451 4.7.1 try later"), False, "收件人被邮件服务器暂时拒绝（451 4.7.1 try later）"),
        # About our login, not about the recipient.
        (Mailbox(rcpt="530 login first"), False, "收件人被邮件服务器暂时拒绝（530 login first）"),
        # The server is going away: it is not about the recipient.
        (Mailbox(rcpt="421 4.3.2 closing"), False, "{server} 正在关闭（421 4.3.2 closing）"),
        (Mailbox(data="421 4.3.2 closing"), False, "{server} 正在关闭（421 4.3.2 closing）"),
        # Busy before it heard of the recipient: not about the sender.
        (Mailbox(mail="452 4.3.1 no space"), False, "{server} 暂不受理（452 4.3.1 no space）"),
        # The message itself, for good and for now.
        (Mailbox(data="554 spam"), True, "邮件被邮件服务器拒绝（554 spam）"),
        (Mailbox(data="452 disk full"), False, "邮件被邮件服务器暂时拒绝（452 disk full）"),
    ],
)
def test_a_refusal_is_quoted_and_weighed(mailbox: Mailbox, permanent: bool, reason: str) -> None:
    with serving(mailbox) as port:
        error = refusal(courier(port))
    told = reason.format(server=f"邮件服务器 127.0.0.1:{port}")
    assert (error.reason, error.permanent, error.uncertain) == (told, permanent, False)
    assert error.whole == any(code in reason for code in ("421", "530", "4.3.1"))
    assert mailbox.arrived == []


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "没有登记邮箱地址"),
        ("李明", "邮箱地址不能用：李明"),
        ("a@b.cn, spy@example.com", "邮箱地址不能用：a@b.cn, spy@example.com"),
        ("a@b.cn\r\nRCPT TO:<spy@example.com>", "邮箱地址不能用：a@b.cn RCPT TO:<spy@example.com>"),
        ("Li <a@b.cn>", "邮箱地址不能用：Li <a@b.cn>"),
    ],
)
def test_an_unusable_address_fails_for_good_and_nobody_is_contacted(address: str, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        error = refusal(courier(door.getsockname()[1]), replace(PARCEL, to=addressed(address)))
        door.setblocking(False)
        with pytest.raises(BlockingIOError):
            door.accept()
    assert (error.reason, error.permanent) == (reason, True)


def test_plain_addresses_of_an_inner_network_are_usable() -> None:
    assert all(map(plausible, ["office@oa", "a+b+c@x.cn", "o'hara@10.example", "x_y@a-b.gov.cn"]))
    assert not any(map(plausible, ["a@", "@b.cn", "a..b@c.cn", "a@-b.cn", "a@b..cn", "a@b.cn\n", "a" * 250 + "@b.cn"]))


def test_a_wrong_password_can_be_mended_and_is_never_told(caplog: pytest.LogCaptureFixture) -> None:
    """Neither reason, repr nor log shows the password, at whatever level the program logs."""
    mailer = courier(0, user="office", secret="wrong-secret")
    mailbox = Mailbox()
    caplog.set_level(1)
    with serving(mailbox) as port:
        error = refusal(courier(port, user="office", secret="wrong-secret"))
    assert (error.reason, error.permanent) == (
        f"邮件服务器 127.0.0.1:{port} 不接受账号或口令（535 5.7.8 Authentication credentials invalid）",
        False,
    )
    assert error.whole
    ours = [record for record in caplog.records if record.name != "mail.log"]
    told = repr(mailer) + repr(error) + "".join(record.getMessage() for record in ours)
    assert not [record for record in ours if record.name == "apprise" and record.levelname == "WARNING"]
    assert mailbox.logins
    assert mailbox.arrived == []
    assert "wrong-secret" not in told


def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    with serving(Mailbox(rcpt=f"550 go away {SECRET}")) as port:
        error = refusal(courier(port, user="office", secret=SECRET))
    assert error.reason == "收件人被邮件服务器拒绝（550 go away ***）"


def test_a_password_mail_cannot_carry_is_a_trouble_of_the_configuration() -> None:
    with serving(Mailbox()) as port:
        error = refusal(courier(port, user="office", secret="口令一二三"))
    assert error.reason == f"邮件服务器 127.0.0.1:{port} 的名称、账号或口令中有发不出的字符"
    assert not error.permanent
    assert error.__cause__ is None


def test_nobody_listening_is_tried_again() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        error = refusal(courier(port))
    assert (error.reason, error.permanent, error.uncertain, error.whole) == (
        f"邮件服务器 127.0.0.1:{port} 没有开启（连接被拒绝）",
        False,
        False,
        True,
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (None, "没有按时应答（超时）"),
        (b"", "中途断开了连接"),
        (b"421 closing for the night\r\n", "正在关闭（421 closing for the night）"),
        (b"554 5.7.1 you are blocked\r\n", "不受理（554 5.7.1 you are blocked）"),
    ],
)
def test_a_server_that_will_not_talk_is_tried_again(answer: bytes | None, told: str) -> None:
    with listening(answer) as port:
        error = refusal(courier(port, timeout=0.3 if answer is None else 10))
    assert (error.reason, error.permanent, error.uncertain) == (f"邮件服务器 127.0.0.1:{port} {told}", False, False)
    assert error.whole


def test_a_line_that_breaks_after_the_text_leaves_a_doubt() -> None:
    """The server had everything and did not say yes: the mail may have gone out."""
    with serving(Mailbox(data="hang up")) as port:
        error = refusal(courier(port))
    assert (error.reason, error.permanent, error.uncertain, error.whole) == (
        f"邮件服务器 127.0.0.1:{port} 中途断开了连接",
        False,
        True,
        False,
    )


@contextmanager
def talking(*answers: bytes) -> Iterator[int]:
    """A server that says one line after the other, whatever it hears; the last after a whole mail."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def talk() -> None:
            with suppress(OSError), door.accept()[0] as line, line.makefile("rb") as heard:
                line.sendall(answers[0] + b"\r\n")
                for answer in answers[1:-1]:
                    heard.readline()
                    line.sendall(answer + b"\r\n")
                while answers[-1] and heard.readline() not in (b".\r\n", b""):
                    pass
                line.sendall(answers[-1] + b"\r\n")

        threading.Thread(target=talk, daemon=True).start()
        yield door.getsockname()[1]


_TALK = (b"220 hi", b"250 oa", b"250 sender", b"250 recipient")


@pytest.mark.parametrize(
    ("answers", "uncertain", "told"),
    [
        ((*_TALK, b"354 go on", b"<html>"), True, "的回答看不懂，不知道是否收下（l>）"),  # it may have the mail
        ((*_TALK, b"<html>", b""), False, "邮件被邮件服务器暂时拒绝（l>）"),  # it was not sent a byte
        ((*_TALK, b"250 what", b""), False, "邮件被邮件服务器暂时拒绝（250 what）"),  # this is no yes
    ],
)
def test_an_answer_without_sense_is_no_yes(answers: tuple[bytes, ...], uncertain: bool, told: str) -> None:
    with talking(*answers) as port:
        error = refusal(courier(port))
    assert error.reason.endswith(told)
    assert (error.permanent, error.uncertain) == (False, uncertain)


def test_a_server_that_cannot_look_at_the_login_now_says_nothing_of_the_account() -> None:
    with talking(b"220 hi", b"250-oa\r\n250 AUTH PLAIN", b"454 4.7.0 later", b"") as port:
        error = refusal(courier(port, user="office", secret=SECRET))
    assert (error.reason, error.whole) == (f"邮件服务器 127.0.0.1:{port} 暂不受理（454 4.7.0 later）", True)


def test_the_receipt_keeps_the_servers_own_number() -> None:
    with serving(Mailbox(data="250 2.0.0 queued as 4F1")) as port:
        receipt = courier(port).deliver(PARCEL)
    assert receipt.detail == f"邮件服务器 127.0.0.1:{port} 已接收（250 2.0.0 queued as 4F1）"


def test_a_server_without_encryption_never_sees_the_password() -> None:
    mailbox = Mailbox()
    with serving(mailbox) as port:
        error = refusal(courier(port, secure="starttls", user="office", secret=SECRET))
    assert error.reason == f"邮件服务器 127.0.0.1:{port} 不支持所设的加密或登录方式"
    assert (error.permanent, mailbox.logins) == (False, [])


def test_an_unknown_certificate_is_refused(tls: tuple[ssl.SSLContext, Path]) -> None:
    mailbox = Mailbox()
    with serving(mailbox, ssl_context=tls[0]) as port:
        error = refusal(courier(port, secure="ssl", user="office", secret=SECRET))
    assert error.reason == f"邮件服务器 127.0.0.1:{port} 的证书未通过验证"
    assert (error.permanent, mailbox.logins) == (False, [])


def test_failures_on_several_threads_keep_to_themselves() -> None:
    """Two couriers at once: each learns its own reason."""
    reasons: dict[str, str] = {}
    with serving(Mailbox(rcpt="550 no")) as refusing, serving(Mailbox(rcpt="451 later")) as busy:

        def send(name: str, port: int) -> None:
            for _ in range(5):
                reasons[name] = reasons.get(name, "") + refusal(courier(port)).reason[-9:]

        threads = [threading.Thread(target=send, args=pair) for pair in (("no", refusing), ("later", busy))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert reasons == {"no": "绝（550 no）" * 5, "later": "451 later）"[-9:] * 5}


@pytest.mark.parametrize(
    "wrong", [{"from_address": ""}, {"from_address": "督查室"}, {"secure": "tls"}, {"host": ""}], ids=str
)
def test_a_sender_nobody_could_answer_is_a_configuration_error(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        courier(25, **wrong)


def test_slow_libraries_are_loaded_only_when_something_is_sent() -> None:
    code = (
        "import sys; from responsibility import delivery; early = set(sys.modules);"
        "delivery.AppriseCourier('json://h'); delivery.MailCourier; delivery.FileCourier;"
        "print('smtplib' in early or 'httpx' in early, 'apprise' in sys.modules, hasattr(delivery, 'PigeonCourier'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False False\n"


# Files


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=default)  # type: ignore[return-value]


def test_an_eml_file_is_a_whole_message(tmp_path: Path) -> None:
    """Any mail program opens it: names, title, date, id and text are all there."""
    receipt = FileCourier(tmp_path / "out", "eml", "office@example.gov.cn", "县委办：督查室").deliver(PARCEL)
    assert receipt == Receipt("2023-09-26-Z01S.eml")
    message = read(tmp_path / "out" / receipt.detail)
    assert message.defects == []
    assert message["Subject"] == "临期提醒：2 项"
    assert str(message["From"].addresses[0]) == "县委办：督查室 <office@example.gov.cn>"
    assert str(message["To"]) == "李明 <liming@example.gov.cn>"
    assert message["Date"].datetime == PARCEL.created_at
    assert message["Message-ID"] == "<2023-09-26-Z01S@example.gov.cn>"
    assert content(message) == TEXT


@pytest.mark.parametrize(("address", "named"), [("", "李明"), ("李明@单位", "李明 李明@单位"), ("x", "李明 x")])
def test_a_recipient_without_an_address_is_still_named(tmp_path: Path, address: str, named: str) -> None:
    FileCourier(tmp_path, "eml").deliver(replace(PARCEL, to=addressed(address)))
    message = read(tmp_path / "2023-09-26-Z01S.eml")
    [to] = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (named, "undisclosed@zeren.invalid")
    assert str(message["From"]) == "undisclosed@zeren.invalid"
    assert message["To"].defects == message["From"].defects == ()
    assert message["Message-ID"] == "<2023-09-26-Z01S@zeren.invalid>"


def test_a_markdown_file_keeps_every_line(tmp_path: Path) -> None:
    FileCourier(tmp_path, "md").deliver(PARCEL)
    assert (tmp_path / "2023-09-26-Z01S.md").read_text("utf-8") == (
        "# 临期提醒：2 项\n\n"
        "- 收件人：李明 liming@example.gov.cn\n"
        "- 时间：2023-09-26T09:30:00+08:00\n"
        "- 编号：2023-09-26-Z01S\n\n"
        "李明同志：  \n\n"
        "您有 2 项工作临期：  \n"
        "  1. L1-03 主题党日（9月30日）  \n"
        "  2. L1-07 支部换届（第 2 次催办）  \n"
    )


def test_the_same_id_again_replaces_its_file(tmp_path: Path) -> None:
    writer = FileCourier(tmp_path, "eml")
    writer.deliver(PARCEL)
    writer.deliver(replace(PARCEL, title="到期催办：1 项"))
    assert [path.name for path in tmp_path.iterdir()] == ["2023-09-26-Z01S.eml"]
    assert read(tmp_path / "2023-09-26-Z01S.eml")["Subject"] == "到期催办：1 项"


@pytest.mark.parametrize(
    "hostile", ["../../x", "/etc/x", "..", ".", "", "a\0b", "a\nb", "-rf .", "消息/一", "x" * 5000, "\ud800"], ids=ascii
)
def test_no_id_leads_out_of_the_folder(tmp_path: Path, hostile: str) -> None:
    folder = tmp_path / "a" / "b" / "out"
    parcel = replace(
        PARCEL, message_id=hostile, to=named("../../李明\r\nBcc: spy@example.com"), title="甲\r\nBcc: z@z.cn"
    )
    name = FileCourier(folder, "eml").deliver(parcel).detail
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / name]
    message = read(folder / name)
    assert message["Bcc"] is None
    assert message["Message-ID"] == f"<{name.removesuffix('.eml')}@zeren.invalid>"


def test_ids_that_look_alike_once_cleaned_do_not_meet(tmp_path: Path) -> None:
    writer = FileCourier(tmp_path, "md")
    names = {writer.deliver(replace(PARCEL, message_id=id)).detail for id in ("a/b", "a_b", "a:b")}
    assert len(names) == len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = refusal(FileCourier(tmp_path / "file", "eml"))
    assert not error.permanent
    assert error.reason.startswith(f"消息文件 2023-09-26-Z01S.eml 写不进 {tmp_path / 'file'}：")


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    """The system lets the file grow to 100 bytes: the earlier message stays whole."""
    FileCourier(tmp_path, "eml").deliver(PARCEL)
    before = (tmp_path / "2023-09-26-Z01S.eml").read_bytes()
    code = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from responsibility.core.chain import Person
from responsibility.delivery import FileCourier, Parcel, TransportError
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    day = datetime(2023, 9, 27, tzinfo=UTC)
    FileCourier(Path(sys.argv[1]), "eml").deliver(Parcel("2023-09-26-Z01S", Person("", ""), "", "", day))
except TransportError as error:
    print(error.permanent, ascii(error.reason[-9:]))
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == f"False {'文件超过允许的大小'!a}\n"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


# Console


def test_the_console_shows_one_block_per_message() -> None:
    stream = StringIO()
    printer = ConsoleCourier(stream)
    assert printer.deliver(PARCEL) == Receipt("已显示在终端")
    printer.deliver(replace(PARCEL, to=addressed(""), title="到期\n催办\x1b[31m", text="一行\r\n\x1b[2J二行\n"))
    assert stream.getvalue() == (
        "■ 临期提醒：2 项 → 李明 <liming@example.gov.cn>\n"
        "    李明同志：\n"
        "\n"
        "    您有 2 项工作临期：\n"
        "      1. L1-03 主题党日（9月30日）\n"
        "      2. L1-07 支部换届（第 2 次催办）\n"
        "\n"
        "■ 到期 催办 [31m → 李明\n"
        "    一行\n"
        "    [2J二行\n"
        "\n"
    )


def test_a_terminal_that_knows_no_chinese_gets_question_marks(tmp_path: Path) -> None:
    with (tmp_path / "screen").open("w", encoding="ascii") as stream:
        ConsoleCourier(stream).deliver(replace(PARCEL, title="a", text="第 2 次", to=Person("R2", "Li")))
    assert (tmp_path / "screen").read_text("ascii") == "? a ? Li\n    ? 2 ?\n\n"


def broken_pipe() -> TextIOWrapper:
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w", encoding="utf-8")


def test_a_reader_who_left_is_tried_again() -> None:
    stream = broken_pipe()
    error = refusal(ConsoleCourier(stream))
    with suppress(BrokenPipeError):
        stream.close()
    assert (error.reason, error.permanent) == ("终端已关闭，消息没有显示", False)
    assert refusal(ConsoleCourier(stream)).reason == "消息无法写到终端"


# Memory, and what all share


def test_memory_keeps_parcels_in_order_and_refuses_when_told() -> None:
    memory = MemoryCourier()
    memory.fail_next(permanent=True)
    memory.fail_next(uncertain=True, reason="断线")
    first, second = refusal(memory), refusal(memory)
    assert (first.permanent, first.uncertain) == (True, False)
    assert (second.permanent, second.uncertain, str(second)) == (False, True, "断线")
    memory.deliver(PARCEL)
    assert memory.deliver(replace(PARCEL, message_id="2")) == Receipt("已存入内存，第 2 封")
    assert [parcel.message_id for parcel in memory.parcels] == ["2023-09-26-Z01S", "2"]


def test_every_courier_bears_the_id_of_its_channel(tmp_path: Path) -> None:
    couriers: list[Courier] = [
        ConsoleCourier(StringIO()),
        FileCourier(tmp_path, "eml"),
        courier(25),
        MemoryCourier(),
        FileCourier(tmp_path, "md", id="print-room"),
    ]
    assert [each.id for each in couriers] == ["console", "file", "mail", "memory", "print-room"]


def test_a_failure_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(TransportError("断线", permanent=True, uncertain=True)))
    assert (error.reason, error.permanent, error.uncertain) == ("断线", True, True)
