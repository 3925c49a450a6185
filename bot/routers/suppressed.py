"""Which lists an address is on, and the release of an entry that is a person's to release, with a reason."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, ForceReply, Message
from babel.dates import format_date
from sqlalchemy.orm import Session

from bot import keyboards
from bot.access import by, needs
from bot.presses import ListedPressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from bot.words import heading, not_for_you, quoted
from channels.known import KNOWN
from core.errors import Invalid
from core.queries import suppressions as queries
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.rules.roles import includes
from core.rules.suppression import by_hand, releaser
from core.services import suppressions
from core.tables.operators import Operator
from core.tables.suppression import Suppression
from core.vocabulary import CHANNEL_EMAIL, Role
from texts import _, language
from texts.segments import channel
from texts.suppression import listed, releasing, source

ASKED = re.compile(r"/release (\d{1,18})\b")


def make() -> Router:
    router = Router(name="suppressed")
    here = F.chat.type == "private"
    router.message.register(asked, Command("suppressed"), here)
    router.message.register(released, Command("release"), here)
    router.message.register(replied, here, F.text, F.reply_to_message.text.regexp(ASKED.pattern, mode="search"))
    router.callback_query.register(pressed, ListedPressed.filter())
    return router


@needs(Role.VIEWER)
async def asked(message: Message, operator: Operator, run: Run, key: bytes, country: str) -> None:
    address = (message.text or "").partition(" ")[2].strip()
    if not address:
        await message.answer(_("Send /suppressed with an address or a number: /suppressed ada@example.org"))
        return
    rows = await run(_found, address, key, country)
    mine = [row.id for row in rows if row.released_at is None and by_hand(row.list) and _may(operator, row)]
    await message.answer(_drawn(address, rows), reply_markup=keyboards.listed(mine) if mine else None)


@needs(Role.EDITOR)
async def pressed(query: CallbackQuery, callback_data: ListedPressed, bot: Bot) -> None:
    """Ask why; the reply to the question carries the entry's number."""
    await answer_in_time(query)
    words = _("Why is it released? Reply with the reason; it is kept in the audit.")
    asking = f"{words}\n<code>/release {callback_data.suppression_id}</code>"
    await bot.send_message(place_of(query).chat_id, asking, reply_markup=ForceReply())


@needs(Role.EDITOR)
async def released(message: Message, command: CommandObject, operator: Operator, run: Run) -> None:
    number, _space, reason = (command.args or "").strip().partition(" ")
    if number.isascii() and number.isdigit() and len(number) < 19:
        await _release(message, operator, run, int(number), reason)
    else:
        await message.answer(
            _("Send /release with the entry's number and the reason: /release 12 the address is right")
        )


@needs(Role.EDITOR)
async def replied(message: Message, operator: Operator, run: Run) -> None:
    assert message.reply_to_message is not None
    found = ASKED.search(message.reply_to_message.text or "")
    assert found is not None
    await _release(message, operator, run, int(found[1]), message.text or "")


async def _release(message: Message, operator: Operator, run: Run, suppression_id: int, reason: str) -> None:
    if not _may(operator, await run(queries.get, suppression_id)):
        await message.answer(quoted(not_for_you(operator)))
        return
    now = datetime.now(UTC)
    await run(suppressions.release, suppression_id, reason=reason, by=by(message.from_user), now=now)
    await message.answer(_("Released: campaigns that are launched from now on reach them again."))


def _may(operator: Operator, row: Suppression) -> bool:
    return includes(operator.role, releaser(row.list))


def _found(session: Session, address: str, key: bytes, country: str) -> Sequence[Suppression]:
    keys = []
    for name in [traits.channel for traits in KNOWN if (traits.channel == CHANNEL_EMAIL) == ("@" in address)]:
        try:
            keys.append(address_key(key, name, cells.address(address, name, country)))
        except Invalid:
            continue
    return queries.naming(session, keys)


def _drawn(address: str, rows: Sequence[Suppression]) -> str:
    lines = [_line(row) for row in rows] or [
        _("On no list: it may be written to, where nothing else speaks against it.")
    ]
    return f"{heading(quoted(address))}\n\n" + "\n\n".join(lines)


def _line(row: Suppression) -> str:
    where = channel(row.channel) if row.channel else _("all channels")
    if row.topic:
        where += " – " + _("topic %(key)s", key=row.topic)
    since = format_date(row.added_at, "medium", locale=language())
    said = f"#{row.id} <b>{listed(row.list)}</b> · {quoted(where)} · {since} · {quoted(source(row.source))}"
    if row.released_at:
        return said + " · " + _("released")
    return f"{said}\n<i>{quoted(releasing(row.list))}</i>"
