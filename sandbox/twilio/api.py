"""The REST API: creating, fetching and listing messages, and the balance.

A number that ends in one of the known error codes gets that error: +4915121211 is no number, +4915130006 a landline.
One that ends in 20504 is taken and answered with 500; one that ends in 20599 is taken and never answered.
"""

import asyncio
import base64
import re
from urllib.parse import urlencode

from aiohttp import web

from sandbox.twilio.callbacks import Callbacks
from sandbox.twilio.errors import AT_ONCE, LATER, TwilioError
from sandbox.twilio.media import answer, fetched
from sandbox.twilio.world import Text, TwilioWorld, segments

ROOT = "/2010-04-01/Accounts/{account:AC[0-9a-fA-F]{32}}"
NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")
FAILS_AFTER, NEVER_ANSWERS = 20504, 20599
LONGEST = 1600
HANGS_SECONDS = 3600


def routes(world: TwilioWorld, callbacks: Callbacks) -> list[web.RouteDef]:
    async def create(request: web.Request) -> web.StreamResponse:
        account = _account(request, world)
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            text, steps = _taken(world, account, form, await _media(world, form))
        except TwilioError as refused:
            return refused.answer()
        callbacks.begin(text, steps)
        return await _answered(world, text)

    async def fetch(request: web.Request) -> web.Response:
        _account(request, world)
        text = world.get(request.match_info["sid"])
        return TwilioError(20404).answer() if text is None else web.json_response(_resource(world, text))

    async def listed(request: web.Request) -> web.Response:
        _account(request, world)
        return web.json_response(_page(world, request))

    async def media(request: web.Request) -> web.StreamResponse:
        _account(request, world)
        return answer(world, request.match_info["media"])

    async def balance(request: web.Request) -> web.Response:
        account, held = _account(request, world), world.behaviour
        if held.balance is None:
            return TwilioError(20500).answer()
        body = {"account_sid": account, "balance": f"{held.balance:f}", "currency": held.currency}
        return web.json_response(body)

    return [
        web.post(f"{ROOT}/Messages.json", create),
        web.get(f"{ROOT}/Messages.json", listed),
        web.get(f"{ROOT}/Messages/{{sid}}.json", fetch),
        web.get(f"{ROOT}/Messages/{{sid}}/Media/{{media:ME[0-9a-f]{{32}}}}", media),
        web.get(f"{ROOT}/Balance.json", balance),
    ]


def _account(request: web.Request, world: TwilioWorld) -> str:
    """The account that logs in; its token is remembered, since its callbacks are signed with it."""
    account = request.match_info["account"]
    login, password = _login(request.headers.get("Authorization", ""))
    wanted = world.behaviour.token
    if login != account or not password or (wanted is not None and password != wanted):
        refusal = TwilioError(20003).answer()
        raise web.HTTPUnauthorized(text=refusal.text, content_type="application/json")
    world.accounts[account] = password
    return account


def _login(header: str) -> tuple[str, str]:
    """Name and password of HTTP's basic authentication (RFC 7617); empty for what is none."""
    try:
        login, _, password = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return login, password


async def _media(world: TwilioWorld, form: dict[str, str]) -> dict[str, str] | None:
    """What goes with the message; empty where nothing does, None where it could not be fetched."""
    return await fetched(world, form["MediaUrl"]) if form.get("MediaUrl") else {}


def _taken(
    world: TwilioWorld, account: str, form: dict[str, str], media: dict[str, str] | None
) -> tuple[Text, list[tuple[str, int | None]]]:
    """The message, and the statuses that it will go through."""
    held, to = world.behaviour, form.get("To", "")
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    body = form.get("Body", "") or (
        f"[{form['ContentSid']}] {form.get('ContentVariables', '')}" if "ContentSid" in form else ""
    )
    if held.refuse_next > 0 or world.is_too_fast(sender or service):
        held.refuse_next = max(0, held.refuse_next - 1)
        held.refused += 1
        raise TwilioError(20429)
    _check(to, sender, service, body or form.get("MediaUrl", ""))
    ending = int(to[-5:])
    if ending in AT_ONCE:
        raise TwilioError(ending)
    if (sender or service, to) in held.opted_out:
        raise TwilioError(21610)
    cost = held.price * segments(body)
    if held.balance is not None:
        if held.balance < cost:
            raise TwilioError(20005)
        held.balance -= cost
    text = world.add(
        account=account,
        sender=sender,
        recipient=to,
        service=service or None,
        body=body,
        status="accepted" if service else "queued",
        error=None,
        direction="outbound-api",
        callback=form.get("StatusCallback", ""),
        price=f"{cost:f}",
        **(media or {}),
    )
    if media is None:
        return text, [("failed", 63019)]
    ends = ("undelivered", ending) if ending in LATER else ("delivered", None)
    return text, [("sent", None), ends]


def _check(to: str, sender: str, service: str, body: str) -> None:
    if not to:
        raise TwilioError(21604)
    if not NUMBER.fullmatch(to):
        raise TwilioError(21211)
    if not sender and not SERVICE.fullmatch(service):
        raise TwilioError(21603)
    if not body:
        raise TwilioError(21602)
    if len(body) > LONGEST:
        raise TwilioError(21617)


async def _answered(world: TwilioWorld, text: Text) -> web.Response:
    ending = int(text.recipient[-5:])
    if ending == NEVER_ANSWERS:
        await asyncio.sleep(HANGS_SECONDS)
    await asyncio.sleep(world.behaviour.answer_seconds)
    if ending == FAILS_AFTER or world.behaviour.fail_next > 0:
        world.behaviour.fail_next = max(0, world.behaviour.fail_next - 1)
        return TwilioError(20500).answer()
    return web.json_response(_resource(world, text), status=201)


def _resource(world: TwilioWorld, text: Text) -> dict[str, object]:
    return text.resource(world.behaviour.currency)


def _page(world: TwilioWorld, request: web.Request) -> dict[str, object]:
    query = request.query
    size = max(1, min(1000, int(query.get("PageSize", "50"))))
    number = max(0, int(query.get("Page", "0")))
    found = world.page(
        recipient=query.get("To", ""), sender=query.get("From", ""), limit=size + 1, offset=number * size
    )
    kept = {name: value for name, value in query.items() if name not in ("Page", "PageToken", "PageSize")}

    def uri(page: int) -> str:
        return f"{request.path}?{urlencode(kept | {'PageSize': size, 'Page': page})}"

    return {
        "messages": [_resource(world, text) for text in found[:size]],
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, min(size, len(found)) - 1),
        "uri": uri(number),
        "first_page_uri": uri(0),
        "next_page_uri": uri(number + 1) if len(found) > size else None,
        "previous_page_uri": uri(number - 1) if number else None,
    }
