"""What one person has agreed to and withdrawn: told in the chat, with the whole record as a file for them to have."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import BufferedInputFile, Message
from babel.dates import format_date
from sqlalchemy.orm import Session

from bot.access import needs
from bot.running import Run
from bot.words import heading, quoted
from core.queries import contact_pages
from core.vocabulary import Role
from texts import _, language
from texts.consents import way
from texts.segments import channel

SHOWN = 5
"""A caption holds 1,024 characters."""


def make() -> Router:
    router = Router(name="consents")
    router.message.register(asked, Command("consents"), F.chat.type == "private")
    return router


@needs(Role.EDITOR)
async def asked(message: Message, run: Run, key: bytes, country: str) -> None:
    who = (message.text or "").partition(" ")[2].strip()
    if not who:
        await message.answer(_("Send /consents with an address or a number: /consents ada@example.org"))
        return
    record = await run(_record, who, key, country)
    words = _drawn(who, record["consents"])
    if not record["consents"]:
        await message.answer(words)
        return
    whole = json.dumps(record, ensure_ascii=False, indent=1).encode()
    file = BufferedInputFile(whole, f"contact-{record['contact']}-consents.json")
    await message.answer_document(file, caption=words)


def _record(session: Session, who: str, key: bytes, country: str) -> dict[str, Any]:
    contact_id = contact_pages.named(session, who, key=key, country=country)
    return contact_pages.consent_record(session, contact_id)


def _drawn(who: str, consents: list[Mapping[str, Any]]) -> str:
    """The latest first; older ones stand in the file alone."""
    lines = [_line(one) for one in reversed(consents[-SHOWN:])] or [_("None on record.")]
    return f"{heading(quoted(who))}\n\n" + "\n".join(lines)


def _line(one: Mapping[str, Any]) -> str:
    where = channel(one["channel"]) + (" – " + _("topic %(key)s", key=one["topic"]) if one["topic"] else "")
    said = "✓ " + _("Given") if one["given"] else "✗ " + _("Withdrawn")
    day = format_date(datetime.fromisoformat(one["at"]), "medium", locale=language())
    return f"{said} · {quoted(where)} · {day} · {quoted(way(one['way']))}"
