"""What Prometheus is told."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

_SECONDS = (0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 5)
_JOB_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300)
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """One app's numbers.

    Args:
        waiting_images, waiting_jobs: called when the numbers are read.
    """

    def __init__(self, waiting_images: Callable[[], int], waiting_jobs: Callable[[], int]):
        self.registry = CollectorRegistry()
        name = "fauxtograph_"
        self.requests = Counter(
            name + "requests", "Answers by view and status", ("view", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            name + "request_seconds", "Time to answer", ("view",), buckets=_SECONDS, registry=self.registry
        )
        self.batches = Histogram(
            name + "batch_images", "Photographs a batch", buckets=(1, 2, 4, 8, 16, 32), registry=self.registry
        )
        self.jobs = Counter(name + "jobs", "Finished jobs by state", ("state",), registry=self.registry)
        self.job_seconds = Histogram(
            name + "job_seconds", "Time to draw a job", buckets=_JOB_SECONDS, registry=self.registry
        )
        self.swaps = Counter(name + "classifier_swaps", "Newer classifiers that took over", registry=self.registry)
        Gauge(name + "waiting_images", "Photographs that wait", registry=self.registry).set_function(waiting_images)
        Gauge(name + "waiting_jobs", "Jobs that wait", registry=self.registry).set_function(waiting_jobs)

    def text(self) -> bytes:
        """Return all numbers in Prometheus' text format."""
        return generate_latest(self.registry)
