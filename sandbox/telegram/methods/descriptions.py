"""What a bot says of itself before a conversation begins, for each language."""

import json
from collections.abc import Callable

from sandbox.telegram.call import Call
from sandbox.telegram.errors import bad_request
from sandbox.telegram.world import Json


def setter(field: str, at_most: int) -> Callable[[Call], bool]:
    def set_it(call: Call) -> bool:
        words = call.text(field)
        if len(words) > at_most:
            raise bad_request(f"bot {field.replace('_', ' ')} is too long")
        values = [call.bot.id, field, call.text("language_code"), json.dumps(words, ensure_ascii=False)]
        call.telegram.world.database.execute("INSERT OR REPLACE INTO commands VALUES (?,?,?,?)", values)
        return True

    return set_it


def getter(field: str) -> Callable[[Call], Json]:
    """Kept beside the commands, whose scopes are JSON objects and never such a word."""

    def get_it(call: Call) -> Json:
        row = call.telegram.world.database.execute(
            "SELECT body FROM commands WHERE bot_id = ? AND scope = ? AND language = ?",
            [call.bot.id, field, call.text("language_code")],
        ).fetchone()
        return {field: json.loads(row[0]) if row else ""}

    return get_it


METHODS = {
    "setMyDescription": setter("description", 512),
    "getMyDescription": getter("description"),
    "setMyShortDescription": setter("short_description", 120),
    "getMyShortDescription": getter("short_description"),
}
