"""Why: the story of one recipient, asked for below a campaign's card or by /why with its number and an address."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, ForceReply, Message
from sqlalchemy.orm import Session

from bot.access import needs
from bot.presses import WhyPressed
from bot.running import Run
from bot.screen import place_of
from bot.telling import answer_in_time
from bot.words import heading, moment, name, quoted
from core.queries import campaigns, story
from core.queries import settings as business
from core.queries.story import Story
from core.vocabulary import Role
from texts import _
from texts.reasons import advice
from texts.story import step

ASKED = re.compile(r"/why (\d{1,18})\b")
NUMBERED = re.compile(r"#(\d{1,18})")
"""A recipient by the number that the list of what failed gives them."""
LONGEST = 3_800
"""Characters of a story; Telegram takes 4,096 in a message."""


def make() -> Router:
    router = Router(name="why")
    here = F.chat.type == "private"
    router.message.register(asked, Command("why"), here)
    router.message.register(replied, here, F.text, F.reply_to_message.text.regexp(ASKED.pattern, mode="search"))
    router.callback_query.register(pressed, WhyPressed.filter())
    return router


@needs(Role.VIEWER)
async def pressed(query: CallbackQuery, callback_data: WhyPressed, run: Run, bot: Bot) -> None:
    """Ask whose story; the reply to the question carries the campaign's number."""
    await answer_in_time(query)
    campaign = await run(campaigns.get, callback_data.campaign_id)
    words = _("Whose story in “%(name)s”? Reply with the address, or send:", name=quoted(name(campaign.name)))
    address = quoted(_("ADDRESS"))
    example = f"<code>/why {campaign.id} {address}</code>"
    await bot.send_message(place_of(query).chat_id, f"{words}\n{example}", reply_markup=ForceReply())


@needs(Role.VIEWER)
async def asked(message: Message, command: CommandObject, run: Run, key: bytes, country: str) -> None:
    number, _space, address = (command.args or "").strip().partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and address.strip()):
        await message.answer(_("Send /why with the campaign's number and an address: /why 12 ada@example.org"))
        return
    await message.answer(await run(_told, int(number), address.strip(), key, country))


@needs(Role.VIEWER)
async def replied(message: Message, run: Run, key: bytes, country: str) -> None:
    assert message.reply_to_message is not None
    found = ASKED.search(message.reply_to_message.text or "")
    assert found is not None
    await message.answer(await run(_told, int(found[1]), (message.text or "").strip(), key, country))


def _told(session: Session, campaign_id: int, address: str, key: bytes, country: str) -> str:
    now, number = datetime.now(UTC), NUMBERED.fullmatch(address)
    if number is not None:
        told = story.of_recipient(session, campaign_id, int(number[1]), now)
    else:
        told = story.of_person(session, campaign_id, address, now, hashing=key, country=country)
    return _drawn(told, address, ZoneInfo(business.value(session, "timezone")))


def _drawn(told: Story, address: str, zone: ZoneInfo) -> str:
    lines = []
    for one in told.steps:
        until = one.params.get("until")
        said = quoted(step(one.code, one.params, moment(until, zone) if until else ""))
        lines.append(f"<i>{moment(one.at, zone)}</i>  {said}" if one.at else said)
    reason = told.steps[-1].params.get("reason")
    if reason:
        lines.append(quoted(advice(reason)))
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(line) > LONGEST:
            kept.append("…")
            break
        kept.append(line)
    return f"{heading(quoted(name(told.campaign.name)))} · {quoted(address)}\n\n" + "\n".join(kept)
