"""The queue that spreads work over machines: RQ on Redis, with JSON and fresh ids."""

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

NAME = "sendbote"
JOB_TIMEOUT_SECONDS = 3600
FAILURE_SECONDS = 24 * 3600


def connect(redis_url: str) -> "Redis":
    return Redis.from_url(redis_url, socket_connect_timeout=5, socket_timeout=60, health_check_interval=30)


def open_queue(connection: "Redis") -> Queue:
    return Queue(NAME, connection=connection, serializer=JSONSerializer)


class RedisBell:
    """A core.ports.Bell that enqueues `workers.jobs.<job>`; ids alone travel."""

    def __init__(self, connection: "Redis") -> None:
        self._queue = open_queue(connection)

    def ring(self, job: str, *arguments: int | str) -> None:
        self._queue.enqueue(
            f"workers.jobs.{job}",
            *arguments,
            job_timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_SECONDS,
        )
