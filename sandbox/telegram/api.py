"""The Bot API's HTTP: `/bot<token>/<method>` by GET or POST, and files at `/file/bot<token>/<path>`."""

import inspect
import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.telegram import errors, files
from sandbox.telegram.call import Call, Telegram
from sandbox.telegram.errors import ApiError
from sandbox.telegram.files import LARGEST, Upload
from sandbox.telegram.methods import METHODS
from sandbox.telegram.world import Bot, Json

TOKEN = re.compile(r"([0-9]{1,16}):[A-Za-z0-9_-]{20,64}")


def routes(telegram: Telegram) -> list[web.RouteDef]:
    async def answer(request: web.Request) -> web.Response:
        try:
            bot = known(telegram, request.match_info["token"])
            return _answered(await _called(telegram, bot, request))
        except ApiError as problem:
            return _refused(problem)

    async def download(request: web.Request) -> web.StreamResponse:
        try:
            bot = known(telegram, request.match_info["token"])
            found = files.at_path(telegram.world, bot.id, request.match_info["path"])
        except ApiError as problem:
            return _refused(problem)
        if found is None:
            return _refused(errors.not_found())
        return web.FileResponse(files.place(telegram.world, found.path), headers={"Content-Type": found.type})

    return [
        web.route("*", "/bot{token}/{method}", answer),
        web.get("/file/bot{token}/{path:.+}", download),
    ]


def known(telegram: Telegram, token: str) -> Bot:
    """The bot with this token. The first token seen for a number is its right one; raise 401 for any other."""
    match = TOKEN.fullmatch(token)
    if match is None:
        raise errors.not_found()
    number = int(match[1])
    bot = telegram.world.bot(number)
    if bot is None:
        username = f"sendbote_{number}_bot" if telegram.world.bots() else "sendbote_sandbox_bot"
        return telegram.world.add_bot(number, token, "Sendbote", username)
    if bot.token != token:
        raise errors.unauthorized()
    return bot


async def _called(telegram: Telegram, bot: Bot, request: web.Request) -> Any:
    method = METHODS.get(request.match_info["method"].lower())
    if method is None:
        raise errors.no_such_method()
    parameters, uploads = await _read(request)
    result = method(Call(telegram, bot, parameters, uploads))
    return await result if inspect.isawaitable(result) else result


async def _read(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Parameters from the query and the body, and files."""
    parameters: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json" and request.can_read_body:
        try:
            given = await request.json()
        except ValueError:
            raise errors.bad_request("can't parse JSON object") from None
        parameters |= given if isinstance(given, dict) else {}
    elif request.content_type == "multipart/form-data":
        await _read_multipart(request, parameters, uploads)
    elif request.can_read_body:
        parameters |= dict(await request.post())
    return parameters, uploads


async def _read_multipart(request: web.Request, parameters: Json, uploads: dict[str, Upload]) -> None:
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read())
        if len(content) > LARGEST:
            raise ApiError(413, "Request Entity Too Large")
        if part.filename is None:
            parameters[part.name] = content.decode("utf-8", "replace")
        else:
            uploads[part.name] = Upload(part.filename, part.headers.get("Content-Type", ""), content)


def _answered(result: Any) -> web.Response:
    return web.Response(
        text=json.dumps({"ok": True, "result": result}, ensure_ascii=False), content_type="application/json"
    )


def _refused(problem: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": problem.code, "description": problem.description}
    if problem.parameters:
        body["parameters"] = problem.parameters
    return web.json_response(body, status=problem.code)
