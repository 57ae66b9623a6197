"""Documents (文书) that a sweep calls for, where the policy says so: written after it, before anybody is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from prefect.artifacts import acreate_table_artifact

from flows.progress import report
from responsibility.usecases.documents import write_due
from responsibility.usecases.remind import Sweep
from responsibility.usecases.workspace import Workspace


async def write_documents(workspace: Workspace, swept: Sweep) -> Sweep:
    """The sweep with the documents made of it; what could not be made is among its faults, and stops nothing."""
    report("正在写公文……")
    try:
        written = await asyncio.to_thread(write_due, workspace, swept.seq, swept.as_of)
    except Exception as error:  # whatever it is: the reminders still have to go out
        return replace(
            swept, document_faults=(f"公文没有写出（{type(error).__name__}），提醒照常送出；详见 zeren doctor",)
        )
    if written.made or written.faults:
        table = [{"文号": one.number, "事项": f"{one.item} {one.title}", "文件": one.path} for one in written.made]
        said = "；".join(written.faults) or f"{len(written.made)} 份"
        await acreate_table_artifact(key="documents", table=table, description=f"公文：{said}")
    return replace(swept, documents=written.made, document_faults=written.faults)
