"""How updates reach a bot: fetched, or brought to its webhook."""

import re

from sandbox.loopback import is_loopback
from sandbox.telegram import errors
from sandbox.telegram.call import Call
from sandbox.telegram.world import Json

LONGEST_WAIT = 50


async def get_updates(call: Call) -> list[Json]:
    if call.bot.webhook.get("url"):
        raise errors.webhook_is_active()
    updates = call.telegram.updates
    updates.allow(call.bot.id, _kinds(call))
    limit = min(max(call.integer("limit", 100), 1), 100)
    wait = min(max(call.integer("timeout"), 0), LONGEST_WAIT)
    return await updates.poll(call.bot.id, call.integer("offset"), limit, wait)


def set_webhook(call: Call) -> bool:
    """As a Bot API server of one's own, it takes plain http too, but only to this machine."""
    url, secret = call.text("url"), call.text("secret_token")
    if not url:
        return delete_webhook(call)
    if not is_loopback(url):
        raise errors.bad_request("bad webhook: the sandbox only calls loopback addresses")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise errors.bad_request("secret token contains unallowed characters")
    allowed = _kinds(call)
    call.telegram.updates.allow(call.bot.id, allowed)
    _drop(call)
    webhook = {"url": url, "secret_token": secret, "max_connections": call.integer("max_connections", 40)}
    call.telegram.world.set_webhook(call.bot.id, webhook | ({"allowed_updates": allowed} if allowed else {}))
    call.telegram.updates.arrived(call.bot.id).set()
    return True


def delete_webhook(call: Call) -> bool:
    _drop(call)
    call.telegram.world.set_webhook(call.bot.id, {})
    return True


def get_webhook_info(call: Call) -> Json:
    """A `WebhookInfo`; the secret is never told."""
    webhook = call.bot.webhook
    known = {name: value for name, value in webhook.items() if name != "secret_token"}
    return {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": call.telegram.updates.count(call.bot.id),
    } | known


def log_out(call: Call) -> bool:
    return delete_webhook(call)


def _kinds(call: Call) -> list[str] | None:
    kinds = call.listed("allowed_updates")
    return None if kinds is None else [str(kind) for kind in kinds]


def _drop(call: Call) -> None:
    if call.flag("drop_pending_updates"):
        call.telegram.world.database.execute("DELETE FROM updates WHERE bot_id = ?", [call.bot.id])


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": log_out,
    "close": lambda _call: True,
}
