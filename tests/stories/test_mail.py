"""The whole way by mail: a sweep, a digest, a real SMTP server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from responsibility.core.errors import ConfigError
from responsibility.usecases.couriers import opened
from responsibility.usecases.deliver import deliver
from responsibility.usecases.remind import sweep
from responsibility.usecases.workspace import open_workspace
from tests.test_delivery import Mailbox, serving
from tests.world import World


class Office(Mailbox):
    """Refuses the one recipient who has left."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.rcpt = "550 no such user" if address.startswith("b1@") else "250 OK"
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.fixture
def mailbox(world: World) -> Iterator[Mailbox]:
    """The server the world's office sends its mail through."""
    box = Office()
    with serving(box) as port:
        for old, new in (
            ("use: [console]", "use: [mail]"),
            ("host: smtp.example.com ", "host: 127.0.0.1 "),
            ("port: 465 ", f"port: {port} "),
            ("secure: ssl ", "secure: none "),
            ("    user: office@example.com ", "    # user: "),
            ("    password: ", "    # password: "),
        ):
            path = world.root / "config" / "channels.yaml"
            assert old in path.read_text("utf-8")
            path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
        world.configure("schedule.yaml", "14:30", "14:31")
        yield box


def test_digests_arrive_by_mail_and_a_refused_address_fails_for_good(
    world: World, mailbox: Mailbox, capsys: Any
) -> None:
    world.given(lead="甲支部、乙支部", by="9月30日前")
    world.to("2023-09-14")
    swept = sweep(world.workspace, world.now)
    with opened(world.workspace, capsys) as by:
        done = deliver(world.workspace, by, world.now)
        again = deliver(world.workspace, by, world.now)
    assert (swept.messages, done["sent"], done["failed"]) == (2, 1, 1)
    [(_, recipients, mail)] = mailbox.arrived
    assert recipients == ["a1@example.invalid"]
    assert mail["Subject"] == "【责任链】L1-01"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "编号 L1-01.A" in body.get_content()
    assert world.rows("SELECT status FROM message WHERE person = 'RB1'") == [("failed",)]
    assert again.counts == {}
    assert len(mailbox.arrived) == 1


def test_without_its_password_only_sending_is_refused(world: World) -> None:
    world.environ.pop("ZEREN_MAIL_PASSWORD", None)
    path = world.root / "config" / "channels.yaml"
    path.write_text(path.read_text("utf-8").replace("use: [console]", "use: [mail]"), "utf-8")
    open_workspace(world.root, world.environ).engine.dispose()
    with pytest.raises(ConfigError, match="ZEREN_MAIL_PASSWORD"):
        open_workspace(world.root, world.environ, sending=True)
