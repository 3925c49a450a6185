"""A bot's commands, kept for each scope and language."""

import json
import re
from typing import Any

from sandbox.telegram import errors
from sandbox.telegram.call import Call
from sandbox.telegram.world import Json

COMMANDS_AT_MOST = 100


def set_my_commands(call: Call) -> bool:
    commands = call.listed("commands")
    if commands is None:
        raise errors.bad_request("can't parse commands: expected an Array")
    if len(commands) > COMMANDS_AT_MOST:
        raise errors.bad_request("BOT_COMMANDS_TOO_MUCH")
    _keep(call, [_checked(command) for command in commands])
    return True


def get_my_commands(call: Call) -> list[Json]:
    row = call.telegram.world.database.execute(
        "SELECT body FROM commands WHERE bot_id = ? AND scope = ? AND language = ?", _key(call)
    ).fetchone()
    found: list[Json] = json.loads(row[0]) if row else []
    return found


def delete_my_commands(call: Call) -> bool:
    _keep(call, [])
    return True


def _keep(call: Call, commands: list[Json]) -> None:
    values = [*_key(call), json.dumps(commands, ensure_ascii=False)]
    call.telegram.world.database.execute("INSERT OR REPLACE INTO commands VALUES (?,?,?,?)", values)


def _key(call: Call) -> list[Any]:
    scope = call.mapping("scope") or {"type": "default"}
    return [call.bot.id, json.dumps(scope, sort_keys=True), call.text("language_code")]


def _checked(command: Any) -> Json:
    if not isinstance(command, dict):
        raise errors.bad_request("can't parse BotCommand: Object expected")
    name, description = str(command.get("command", "")).removeprefix("/"), str(command.get("description", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise errors.bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise errors.bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


METHODS = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
