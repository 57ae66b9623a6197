"""Outgrown one machine: the same flows on a work pool, and the automations that bring back a run that vanished."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from prefect import get_client
from prefect.automations import Automation
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import StateType
from prefect.events import EventTrigger, Posture, ResourceSpecification
from prefect.events.actions import ChangeFlowRunState
from prefect.exceptions import ObjectNotFound

from flows.deployments import HEARTBEAT, deployments, register
from responsibility.settings import Settings

#: After three signs of life that did not come a run counts as lost.
LOST = timedelta(seconds=3 * HEARTBEAT)
#: What is heard of a run that some machine has in hand: the names of its states until it ends, and signs of life.
IN_HAND = ("Pending", "Submitting", "InfrastructurePending", "Running", "Retrying", "Rerunning", "heartbeat")


@dataclass(frozen=True, slots=True)
class Registered:
    """What stands on the Prefect server now."""

    pool: str
    deployments: tuple[str, ...]
    automations: tuple[str, ...]


async def deploy(settings: Settings, pool: str) -> Registered:
    """Register the catalogue on a work pool, made where it is not there yet; doing it again changes nothing."""
    async with get_client() as client:
        try:
            await client.read_work_pool(pool)
            await client.update_work_pool(pool, WorkPoolUpdate(is_paused=False))
        except ObjectNotFound:
            await client.create_work_pool(WorkPoolCreate(name=pool, type="process", description="zeren 责任链"))
    catalogue = await deployments(settings, pool)
    await register(catalogue)
    automations = bring_back([one.name for one in catalogue])
    for automation in automations:
        await _put(automation)
    return Registered(pool, tuple(one.name for one in catalogue), tuple(one.name for one in automations))


def bring_back(deployments: Sequence[str]) -> tuple[Automation, Automation]:
    """A run not heard of any more is crashed; a crashed run starts again, on whichever worker.

    It counts from when a worker took it: what dies at once has not given a sign of life yet. In two steps: the server
    refuses to crash what is completed, so that a false alarm starts nothing twice. Every flow of the catalogue goes on
    where it was, or finds nothing left to do.
    """
    ours = ResourceSpecification({"prefect.resource.role": "deployment", "prefect.resource.name": list(deployments)})
    runs = ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]})
    each = {"prefect.resource.id"}
    lost = EventTrigger(
        after={f"prefect.flow-run.{name}" for name in IN_HAND},
        expect={"prefect.flow-run.*"},
        match=runs,
        match_related=ours,
        for_each=each,
        posture=Posture.Proactive,
        threshold=1,
        within=LOST,
    )
    crashed = EventTrigger(
        expect={"prefect.flow-run.Crashed"},
        match=runs,
        match_related=ours,
        for_each=each,
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )
    crash = ChangeFlowRunState(state=StateType.CRASHED, message=f"{LOST.seconds} 秒没有声息，当作中断")
    again = ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry", message="中断以后重来")
    return (
        Automation(name="zeren 没有声息的运行算作中断", trigger=lost, actions=[crash]),
        Automation(name="zeren 中断的运行重来", trigger=crashed, actions=[again]),
    )


async def _put(automation: Automation) -> None:
    """Write it in place of the one of the same name."""
    async with get_client() as client:
        for old in await client.read_automations_by_name(automation.name):
            await client.delete_automation(old.id)
    await automation.acreate()
