"""What the gateway counts, in the text format of Prometheus.

One `Metrics` belongs to one application; nothing is registered for the whole process, so that two
gateways in one test do not mix their numbers.
"""

from __future__ import annotations

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series per counter, which nobody reads

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_CALL = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_WAIT = (0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)


class Metrics:
    """Counters, gauges and histograms of one gateway, all named `gateway_…`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._messages()
        self._doors()
        self._machinery()

    def render(self) -> bytes:
        """Return everything as the body of `/metrics`, whose type is `CONTENT_TYPE`."""
        return generate_latest(self._registry)

    def _messages(self) -> None:
        self.messages = self._counter("messages", "Messages that reached a status.", "direction", "status")
        self.uncertain = self._gauge("uncertain", "Messages whose outcome is not known now.")
        self.flow_errors = self._counter("flow_errors", "Steps of a flow that raised.", "flow")

    def _doors(self) -> None:
        self.inbound = self._counter("inbound", "Texts that a provider handed in.", "provider", "outcome")
        self.webhook_rejected = self._counter(
            "webhook_rejected", "Webhooks refused or not understood.", "provider", "reason"
        )
        self.receipts = self._counter("receipts", "Delivery reports, as reported.", "provider", "status")

    def _machinery(self) -> None:
        self.intake_seconds = self._histogram("intake_seconds", "From webhook to its answer.", _FAST)
        self.lane_queue = self._gauge("lane_queue", "Messages waiting for a sender.", "sender")
        self.lane_seconds = self._histogram("lane_seconds", "From queued to handed over.", _WAIT)
        self.provider_call_seconds = self._histogram(
            "provider_call_seconds", "One call to a provider.", _CALL, "provider", "outcome"
        )
        self.writer_depth = self._gauge("writer_depth", "Writes waiting for the database.")

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"gateway_{name}", meaning, labels, registry=self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"gateway_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"gateway_{name}", meaning, labels, registry=self._registry, buckets=buckets)
