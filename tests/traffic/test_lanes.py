"""Lanes."""
from tests.traffic.conftest import OpenWorld
from tests.traffic.world import World, number_of, PHONE


async def test_smoke(here: World) -> None:
    """x"""
    sent = await here.send(PHONE)
    await here.pass_time(2)
    print(await here.message(sent[0]), await here.history(sent[0]))
    assert here.arrived()
