"""Metrics: names and labels that dashboards are built on."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from gateway.metrics import Metrics

NAMES = {
    "gateway_messages_total": {"direction", "status"},
    "gateway_inbound_total": {"provider", "outcome"},
    "gateway_webhook_rejected_total": {"provider", "reason"},
    "gateway_receipts_total": {"provider", "status"},
    "gateway_flow_errors_total": {"flow"},
    "gateway_lane_queue": {"sender"},
    "gateway_provider_call_seconds_count": {"provider", "outcome"},
    "gateway_lane_seconds_count": set(),
    "gateway_intake_seconds_count": set(),
    "gateway_writer_depth": set(),
    "gateway_uncertain": set(),
}


def _observed() -> Metrics:
    metrics = Metrics()
    metrics.messages.labels("out", "uncertain").inc()
    metrics.inbound.labels("demo", "new").inc()
    metrics.webhook_rejected.labels("demo", "signature").inc()
    metrics.receipts.labels("demo", "delivered").inc()
    metrics.flow_errors.labels("info").inc()
    metrics.lane_queue.labels("51234").set(3)
    metrics.provider_call_seconds.labels("demo", "accepted").observe(0.1)
    return metrics


def _samples(metrics: Metrics) -> dict[str, set[str]]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def test_every_series_can_be_scraped() -> None:
    """A Prometheus parser reads each documented series under its name, with its labels."""
    samples = _samples(_observed())
    assert {name: samples.get(name) for name in NAMES} == NAMES


def test_two_gateways_do_not_mix() -> None:
    """A second gateway in the process starts counting at nothing."""
    _observed()
    assert b'status="uncertain"' not in Metrics().render()
