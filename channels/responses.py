"""What providers answer over HTTP."""

from typing import Any

import aiohttp


async def json_object(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON object of an answer; a gateway's error page is none, and comes back empty."""
    try:
        body = await answer.json(content_type=None)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
