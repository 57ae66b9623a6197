"""Handing messages over by mail against bare smtplib on one connection.

    python benchmarks/mail.py [messages …]          (1000 10000 by default)

For each size: messages per second of `usecases.deliver.deliver` on a workspace whose outbox holds so many digests (each
claimed, read, rendered, sent and recorded, one commit a message), of smtplib alone with as many mails of the same text
in the same run, the ratio of the two, and the peak memory of the deliverer. The office is as large as the largest size,
so that memory tells what more messages cost. The SMTP server runs on loopback in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import smtplib
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from measure import Taken, claim, line, taking
from office import ZONE, branch, open_office
from sqlalchemy import select, update

from responsibility.delivery import MailCourier
from responsibility.store import outbox
from responsibility.store.rows import message
from responsibility.usecases.assign import lay_tier, lists_to_assign, open_list
from responsibility.usecases.deliver import deliver
from responsibility.usecases.deliver.queue import read
from responsibility.usecases.lists import import_list
from responsibility.usecases.remind import sweep
from responsibility.usecases.rendering import Renderer
from responsibility.usecases.workspace import Workspace, open_workspace
from responsibility.views.texts import Digest

SIZES = (1_000, 10_000)
NOW = datetime(2023, 9, 11, 8, 30, tzinfo=ZONE)
SWEPT, LATER = NOW + timedelta(days=4), NOW + timedelta(days=4, hours=1)
SPAWN = multiprocessing.get_context("spawn")
HEADER = ("messages", "zeren/s", "smtplib/s", "ratio", "peak MB")
WIDTHS = (10, 9, 10, 7, 9)


def main(sizes: list[int]) -> None:
    """A line for each size, each in a process of its own, so that none inherits the memory of another."""
    line(HEADER, WIDTHS)
    found = {}
    for size in sizes:
        with ProcessPoolExecutor(1, mp_context=SPAWN) as apart:
            found[size] = taken, bare = apart.submit(run_case, size, max(sizes)).result()
        ratio = f"{bare.seconds / taken.seconds:.2f}"
        line((f"{size:,}", taken.per_second(size), bare.per_second(size), ratio, f"{taken.peak:.0f}"), WIDTHS)
    _claims(found, min(sizes), max(sizes))


def _claims(found: Mapping[int, tuple[Taken, Taken]], least: int, most: int) -> None:
    taken, bare = found[most]
    rate = bare.seconds / taken.seconds
    work = f"{most:,} digests by mail"
    measured = f"{rate:.2f} of the rate of bare smtplib, {taken.per_second(most)} a second"
    claim(work, measured, "at least half of it", rate >= 0.5)
    small = found[least][0].peak
    if least < most:
        measured = f"{taken.peak:.0f} MB, {small:.0f} MB for {least:,}"
        claim(f"{work}: peak memory", measured, "at most 10 MB apart", taken.peak - small <= 10)


def run_case(size: int, people: int) -> tuple[Taken, Taken]:
    """Fill an outbox of an office of so many people, hand it over, and send as many by hand; what both took."""
    with tempfile.TemporaryDirectory(prefix="zeren-mail-") as folder, _server() as port:
        workspace = _filled(Path(folder) / "office", size, people)
        text = _warm_up(workspace, port)
        courier = _courier(port)
        with taking() as taken:
            done = deliver(workspace, {"mail": courier}, LATER)
            courier.close()
        workspace.engine.dispose()
        if done.counts != {"sent": size}:
            raise SystemExit(f"not all of {size} were sent: {dict(done.counts)} {done.faults[:3]}")
        return taken, _bare(port, size, text)


def _courier(port: int) -> Any:
    return MailCourier("127.0.0.1", port, "none", "", "", "office@example.com", "办公室")


def _filled(root: Path, size: int, people: int) -> Workspace:
    """An office in which all members have something to sign, and the sweep has written it; `size` messages are kept."""
    branches = max(1, people // 50)
    workspace = open_office(root, NOW, branches=branches, members=50)
    text = root / "config" / "channels.yaml"
    text.write_text(text.read_text("utf-8").replace("use: [console]", "use: [mail]"), "utf-8")
    workspace.engine.dispose()
    workspace = open_workspace(root, {})
    names = "、".join(branch(at)[1] for at in range(1, branches + 1))
    path = root / "清单.csv"
    path.write_text(f"序号,重点工作,牵头单位,配合单位,完成时限\n1,全体学习,{names},全体党员,9月30日前\n", "utf-8")
    import_list(workspace, path, NOW, issued_on=NOW.date())
    for code in lists_to_assign(workspace):
        open_list(workspace, code, NOW)
        for tier in workspace.settings.chain.tiers:
            lay_tier(workspace, code, tier.id, NOW)
    sweep(workspace, SWEPT)
    with workspace.write(SWEPT) as connection:
        ids = connection.execute(
            select(message.c.id).where(message.c.kind == "digest").order_by(message.c.id)
        ).scalars()
        for id_ in list(ids)[size + 1 :]:
            outbox.mark(connection, id_, "dropped", SWEPT)
    return workspace


def _warm_up(workspace: Workspace, port: int) -> str:
    """Hand the first message over: imports are made, statements compiled; returns the text of the next one."""
    with workspace.write(SWEPT) as connection:
        first = connection.scalar(select(message.c.id).where(message.c.status == "pending").order_by(message.c.id))
        later = update(message).where(message.c.status == "pending", message.c.id != first)
        connection.execute(later.values(retry_at=LATER))
    courier = _courier(port)
    assert deliver(workspace, {"mail": courier}, SWEPT).counts == {"sent": 1}
    courier.close()
    with workspace.read() as connection:
        row = connection.execute(select(message).where(message.c.status == "pending").limit(1)).one()
    [one] = read(workspace, [row], LATER)
    assert isinstance(one.content, Digest)
    return Renderer(workspace).render(row.kind, one.content, workspace.settings.delivery.channels["mail"], "0").text


def _bare(port: int, size: int, text: str) -> Taken:
    """As many mails as plainly as can be: one connection, one message built for each."""
    with taking() as taken, smtplib.SMTP("127.0.0.1", port, timeout=60) as server:
        for at in range(size):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "office@example.com", f"r{at}@example.com", "提醒"
            mail.set_content(text)
            server.send_message(mail)
    return taken


@contextmanager
def _server() -> Iterator[int]:
    """An SMTP server that takes everything and keeps nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    ready = SPAWN.Event()
    process = SPAWN.Process(target=_serve, args=(port, ready), daemon=True)
    process.start()
    ready.wait(60)
    try:
        yield port
    finally:
        process.terminate()
        process.join()


def _serve(port: int, ready: Any) -> None:
    import asyncio

    from aiosmtpd.smtp import SMTP

    class Sink:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            return "250 OK"

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Sink()), "127.0.0.1", port)
        ready.set()
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(SIZES))
