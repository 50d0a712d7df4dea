"""What load balancers and Prometheus are told."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from tests.web.house import OURS, House, house


async def test_a_running_gateway_is_ready(at_home: House) -> None:
    """Once the lanes hold their leases, every check is good and the answer is 200."""
    assert await at_home.text("HELP")
    await at_home.settled()
    async with at_home.http.get(f"{at_home.url}/health/ready") as response:
        said = await response.json()
        assert (response.status, said["status"]) == (200, "ready")
    assert set(said["checks"]) == {"database", "migrations", "supervisor", "lanes", "zones"}
    async with at_home.http.get(f"{at_home.url}/health/live") as response:
        assert response.status == 200


async def test_a_stopped_lane_is_named(at_home: House) -> None:
    """A number whose provider refuses our credentials is named; texts that come in are still taken."""
    assert at_home.gateway.lanes
    assert await at_home.text("HELP")
    await at_home.settled()
    at_home.gateway.lanes.all[OURS].stopped_because = "auth"
    async with at_home.http.get(f"{at_home.url}/health/ready") as response:
        said = await response.json()
        assert response.status == 200
    assert said["checks"]["lanes"]["stopped"] == {OURS: "auth"}
    assert said["checks"]["database"]["ok"]


async def test_a_database_that_is_behind_is_not_ready(at_home: House) -> None:
    """When a migration is missing the gateway says so instead of taking texts."""
    async with at_home.gateway.database.writing() as tx:
        await tx.execute("DELETE FROM migration")
    async with at_home.http.get(f"{at_home.url}/health/ready") as response:
        said = await response.json()
        assert response.status == 503
    assert said["checks"]["database"]["ok"]
    assert not said["checks"]["migrations"]["ok"]


async def test_metrics_are_for_this_machine(at_home: House) -> None:
    """This machine reads the counters; who comes through a proxy does not."""
    assert await at_home.text("HELP")
    await at_home.settled()
    async with at_home.http.get(f"{at_home.url}/metrics") as response:
        assert response.status == 200
        text = await response.text()
    assert f'gateway_lane_queue{{sender="{OURS}"}} 0.0' in text
    assert "gateway_writer_depth 0.0" in text
    assert 'gateway_inbound_total{outcome="answered",provider="demo"} 1.0' in text
    assert 'gateway_messages_total{direction="in",status="received"} 1.0' in text
    for status in ("queued", "accepted", "delivered"):
        assert f'gateway_messages_total{{direction="out",status="{status}"}} 1.0' in text
    headers = {"X-Forwarded-For": "203.0.113.9"}
    async with at_home.http.get(f"{at_home.url}/metrics", headers=headers) as response:
        assert response.status == 403


async def test_a_token_opens_the_metrics_to_others(tmp_path: Path) -> None:
    """With metrics_token set, whoever shows it reads the counters from anywhere; a wrong one does not."""
    async with house(tmp_path, metrics_token=SecretStr("prometheus-token")) as at_home:
        for token, status in (("prometheus-token", 200), ("guessed", 403), ("", 403)):
            headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {token}"}
            async with at_home.http.get(f"{at_home.url}/metrics", headers=headers) as response:
                assert response.status == status
