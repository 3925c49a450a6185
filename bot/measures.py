"""What the bot counts for Prometheus."""

from prometheus_client import Counter

updates = Counter("sendbote_bot_updates", "Updates that were handled.", ["result"])
