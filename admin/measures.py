"""What the panel counts for Prometheus: answers by class and how long they took."""

import time

from flask import Flask, Response, g
from prometheus_client import Counter, Histogram

answers = Counter("sendbote_panel_answers", "Answers of the panel.", ["status"])
seconds = Histogram("sendbote_panel_seconds", "How long the panel took to answer.", buckets=(0.05, 0.2, 0.5, 1, 2, 5))


def measure(app: Flask) -> None:
    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        answers.labels(f"{response.status_code // 100}xx").inc()
        seconds.observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return response

    app.before_request(begin)
    app.after_request(end)
