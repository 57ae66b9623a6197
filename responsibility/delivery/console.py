"""Messages shown on a terminal."""

from __future__ import annotations

from textwrap import indent
from typing import TextIO

from responsibility.delivery.pace import Pace
from responsibility.delivery.parcel import Parcel, Receipt, TransportError, one_line, plain


class ConsoleCourier:
    """Prints each message as one block of plain text to the stream it is given."""

    pace: Pace | None = None

    def __init__(self, stream: TextIO, id: str = "console") -> None:
        self.id = id
        self._stream = stream

    def deliver(self, parcel: Parcel) -> Receipt:
        """Print and flush; a reader who has gone away is a TransportError, to be tried again."""
        try:
            self._stream.write(self._encodable(block(parcel)))
            self._stream.flush()
        except BrokenPipeError as error:
            raise TransportError("终端已关闭，消息没有显示") from error
        except (OSError, ValueError) as error:
            raise TransportError("消息无法写到终端") from error
        return Receipt("已显示在终端")

    def close(self) -> None:
        """Nothing is kept open: the stream belongs to who gave it."""

    def _encodable(self, text: str) -> str:
        """What the stream's encoding can show; anything else becomes a question mark."""
        encoding = self._stream.encoding or "utf-8"
        return text.encode(encoding, "replace").decode(encoding)


def block(parcel: Parcel) -> str:
    """A title line with the recipient, the text indented under it, a blank line."""
    address = one_line(parcel.to.email)
    to = one_line(parcel.to.name) + (f" <{address}>" if address else "")
    text = indent(plain(parcel.text).strip("\n"), "    ")
    return f"■ {one_line(parcel.title)} → {to}\n{text}\n\n"
