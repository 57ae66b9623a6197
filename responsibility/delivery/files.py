"""Messages written as files: for offices without a mail server, and for whoever prints them."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Literal

from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, one_line, plain, plausible

Format = Literal["eml", "md"]

#: Ids that may stand in a file name and a Message-ID as they are.
_SAFE_ID = re.compile(r"(?=.{1,100}\Z)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")

_NOWHERE = "undisclosed@zeren.invalid"

_CAUSES = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件超过允许的大小",
    errno.EACCES: "没有写入权限",
    errno.EPERM: "没有写入权限",
    errno.EROFS: "磁盘是只读的",
}


class FileCourier:
    """Writes each message to `<message id>.<format>` in one folder; the same id again replaces its file."""

    pace: Pace | None = None

    def __init__(
        self, folder: Path, format: Format, from_address: str = "", from_name: str = "", id: str = "file"
    ) -> None:
        self.id = id
        self.folder = folder
        self.format = format
        self.from_address = from_address
        self.from_name = from_name

    def deliver(self, parcel: Parcel) -> Receipt:
        """Write the whole file or none; a full disk or a closed folder is a TransportError, to be tried again."""
        name = f"{safe_id(parcel.message_id)}.{self.format}"
        content = self._eml(parcel) if self.format == "eml" else _markdown(parcel)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _replace(self.folder / name, content)
        except OSError as error:
            cause = _CAUSES.get(error.errno or 0, f"系统错误 {error.errno}")
            raise TransportError(f"消息文件 {name} 写不进 {self.folder}：{cause}") from error
        return Receipt(name)

    def close(self) -> None:
        """Nothing is kept open: each file is whole when `deliver` returns."""

    def _eml(self, parcel: Parcel) -> bytes:
        domain = (self.from_address if plausible(self.from_address) else _NOWHERE).rpartition("@")[2]
        message = EmailMessage(policy=SMTP)
        message["Subject"] = one_line(parcel.title)
        message["From"] = _mailbox(self.from_name, self.from_address)
        message["To"] = _mailbox(parcel.to.name, parcel.to.email)
        message["Date"] = parcel.created_at
        message["Message-ID"] = f"<{safe_id(parcel.message_id)}@{domain}>"
        message.set_content(plain(parcel.text))
        return message.as_bytes()


def safe_id(message_id: str) -> str:
    """The id as part of a file name: itself if harmless, else what is harmless of it and a digest."""
    if _SAFE_ID.fullmatch(message_id):
        return message_id
    digest = hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", message_id).strip("_-")[:60]
    return f"{kept}-{digest}" if kept else digest


def _mailbox(name: str, address: str) -> Address:
    """Name and address; where mail could not be sent there, who is meant at an address that cannot exist (RFC 2606)."""
    if plausible(address):
        return Address(display_name=one_line(name), addr_spec=address)
    named = " ".join(filter(None, (one_line(name), one_line(address))))
    return Address(display_name=named, addr_spec=_NOWHERE)


def _markdown(parcel: Parcel) -> bytes:
    """Title, particulars and text; two spaces at a line's end keep it a line of its own."""
    to = " ".join(filter(None, (one_line(parcel.to.name), one_line(parcel.to.email))))
    head = f"# {one_line(parcel.title)}\n\n- 收件人：{to}\n- 时间：{parcel.created_at.isoformat()}\n"
    lines = plain(parcel.text).strip("\n").split("\n")
    body = "\n".join(f"{line}  " if line.strip() else "" for line in lines)
    return f"{head}- 编号：{one_line(parcel.message_id)}\n\n{body}\n".encode()


def _replace(path: Path, content: bytes) -> None:
    """Put the content at the path in one step, durable when this returns; nothing is left behind on failure."""
    draft = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.tmp")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        _sync_folder(path.parent)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Make the new name itself durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
