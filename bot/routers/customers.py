"""Customers: /start with or without a link, their telephone number, wishes by button and word, and plain writing."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from aiogram import Bot, F, Router
from aiogram.enums import ChatMemberStatus
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, ReplyKeyboardRemove, User
from sqlalchemy.orm import Session

from bot import customers
from bot.access import for_everybody
from bot.desk import Desk
from bot.presses import CampaignButtonPressed, ConsentPressed, WishPressed
from bot.running import Run
from bot.screen import Drawn, place_of, put
from bot.telling import answer
from bot.words import told
from channels.messenger.telegram.calls import ACCEPT
from core.errors import Problem
from core.queries import settings as business
from core.rules import tokens
from core.rules.keywords import Keyword, assent, keyword
from core.services import consent, conversations, invitations, operators, wishes
from core.services.consent import Asked, Wording
from core.services.hearing import Person, Words
from core.services.invitations import OF_LETTER, PREFIX
from texts import _, language

PRIVATE = F.chat.type == "private"
Tie = Callable[..., object]
"""Makes a chat a contact's, or raises Refused."""


def make() -> Router:
    """Before the operators' start, whose codes look different; whoever is no operator is a customer."""
    router = Router(name="customers")
    router.message.register(invited, CommandStart(deep_link=True, magic=F.args.startswith(PREFIX)), PRIVATE)
    router.message.register(joined, CommandStart(deep_link=True, magic=F.args.startswith(OF_LETTER)), PRIVATE)
    router.message.register(begun, CommandStart(), _no_code, PRIVATE, customers.is_customer)
    router.message.register(left, Command("stop"), PRIVATE, customers.is_customer)
    router.message.register(helped, F.text.startswith("/"), ~CommandStart(), PRIVATE, customers.is_customer)
    router.message.register(number_given, F.contact, PRIVATE, customers.is_customer)
    router.message.register(written, ~F.text.startswith("/"), PRIVATE, customers.is_customer)
    router.callback_query.register(wished, WishPressed.filter())
    router.callback_query.register(consented, ConsentPressed.filter())
    router.callback_query.register(replied_by_button, CampaignButtonPressed.filter())
    router.my_chat_member.register(blocked_or_not, PRIVATE)
    return router


@for_everybody
async def invited(message: Message, command: CommandObject, run: Run, key: bytes) -> None:
    """A link from a letter or from an operator: from now on this chat is that contact's."""
    person, words = customers.person(message.from_user), customers.words(message, "start", for_operators=False)
    problem = await run(_accept, partial(invitations.accept, token=command.args or ""), person, words, key=key)
    await _received(message, problem)


@for_everybody
async def joined(message: Message, command: CommandObject, run: Run, key: bytes, signing: bytes) -> None:
    """The link of a letter: from now on this chat is that of whom the letter went to."""
    person, words = customers.person(message.from_user), customers.words(message, "start", for_operators=False)
    token = (command.args or "").removeprefix(OF_LETTER)
    number = tokens.verify(signing, tokens.JOIN, token)
    tied = partial(invitations.accept_letter, token=token, delivery_id=number or 0)
    await _received(message, await run(_accept, tied, person, words, key=key))


def _no_code(_message: Message, command: CommandObject) -> bool:
    """Links on web sites bring words of their own (`?start=spring`): whoever follows one begins as others do."""
    return not operators.is_code(command.args or "")


@for_everybody
async def begun(message: Message, run: Run, key: bytes) -> None:
    person, words = customers.person(message.from_user), customers.words(message, "start", for_operators=False)
    await run(conversations.hear, person, words, key=key)
    await message.answer(customers.welcome(message.from_user), reply_markup=customers.choice())


@for_everybody
async def left(message: Message, run: Run, key: bytes) -> None:
    await _take_leave(message, run, key)


@for_everybody
async def helped(message: Message, run: Run, key: bytes) -> None:
    """For /help, the word, and commands that are not theirs."""
    await run(conversations.hear, *_said(message, "keyword", for_operators=False), key=key)
    await message.answer(f"{customers.help_text()}\n\n{customers.operators_hint()}", reply_markup=customers.choice())


@for_everybody
async def number_given(message: Message, run: Run, key: bytes) -> None:
    """Only a person's own number says who they are: another one's card may be sent by anybody."""
    assert message.contact is not None
    assert message.from_user is not None
    if message.contact.user_id != message.from_user.id:
        await message.answer(_("This is somebody else's number. Please press the button to send your own."))
        return
    number = "+" + message.contact.phone_number.lstrip("+")
    person, words = customers.person(message.from_user), customers.words(message, "phone", for_operators=False)
    found = await run(_number, person, words, number, key=key)
    thanks = _("Thank you, now we know who you are.") if found else _("Thank you. We did not find you by this number.")
    await message.answer(thanks, reply_markup=ReplyKeyboardRemove())


@for_everybody
async def written(message: Message, run: Run, desk: Desk, key: bytes) -> None:
    """A word that is a wish is heeded; everything else reaches the operators.

    A yes or a no answers a request for consent, or else an operator, and is no keyword as it would be by SMS.
    """
    text = message.text or ""
    answers = assent(text) is not None
    if answers and (asked := await run(_answer_by_word, *_said(message, "keyword", for_operators=False), key=key)):
        drawn = customers.consent_answered(asked)
        await message.answer(drawn.text, reply_markup=drawn.keyboard)
        return
    match None if answers else keyword(text, await run(business.value, "keywords")):
        case Keyword.STOP:
            await _take_leave(message, run, key)
        case Keyword.START:
            await run(_opt_in, message.from_user, customers.words(message, "keyword", for_operators=False), key)
            await message.answer(customers.opted_in(), reply_markup=customers.no_more())
        case Keyword.HELP:
            await helped(message, run, key)
        case _:
            await run(conversations.hear, *_said(message, message.content_type), key=key)
            desk.ring()


@for_everybody
async def wished(query: CallbackQuery, callback_data: WishPressed, run: Run, bot: Bot, key: bytes) -> None:
    """The consent is recorded with the words that stood above the button."""
    words = Words("button", callback_data.wish, f"press:{query.id}", datetime.now(UTC), for_operators=False)
    if callback_data.wish == "in":
        await run(_opt_in, query.from_user, words, key)
        said, buttons = customers.opted_in(), customers.no_more()
    else:
        await run(_opt_out, query.from_user, words, key, way="button")
        said, buttons = customers.opted_out(), customers.come_back()
    await answer(query, _("Done."))
    await put(bot, place_of(query), Drawn(said, buttons))


@for_everybody
async def consented(query: CallbackQuery, callback_data: ConsentPressed, run: Run, bot: Bot, key: bytes) -> None:
    """The answer to a request for consent, from the chat that was asked and no other; pressing twice answers once."""
    words = Words("button", customers.pressed_words(query), f"press:{query.id}", datetime.now(UTC), for_operators=False)
    asked = await run(_answer, customers.person(query.from_user), words, callback_data, key=key)
    await answer(query, _("Done."))
    await put(bot, place_of(query), customers.consent_answered(asked))


@for_everybody
async def replied_by_button(query: CallbackQuery, run: Run, desk: Desk, key: bytes) -> None:
    """The words on the button of a campaign are the customer's reply."""
    await answer(query, _("Thank you! We have got it."))
    words = Words("button", customers.pressed_words(query), f"press:{query.id}", datetime.now(UTC))
    await run(conversations.hear, customers.person(query.from_user), words, key=key)
    desk.ring()


@for_everybody
async def blocked_or_not(event: ChatMemberUpdated, run: Run, key: bytes, event_update_id: int) -> None:
    """A block is a passing fact: it ends when they unblock the bot, and an unsubscribe stays what it is."""
    await run(
        conversations.set_blocked,
        customers.person(event.from_user),
        blocked=event.new_chat_member.status == ChatMemberStatus.KICKED,
        update_key=f"member:{event_update_id}",
        at=event.date,
        key=key,
    )


async def _received(message: Message, problem: Problem | None) -> None:
    if problem is not None:
        await message.answer(told(problem))
    await message.answer(customers.welcome(message.from_user), reply_markup=customers.choice())


async def _take_leave(message: Message, run: Run, key: bytes) -> None:
    words = customers.words(message, "keyword", for_operators=False)
    await run(_opt_out, message.from_user, words, key, way="keyword")
    await message.answer(customers.opted_out(), reply_markup=customers.come_back())


def _accept(session: Session, tie: Tie, person: Person, words: Words, *, key: bytes) -> Problem | None:
    """What was wrong with the link, if it was; the conversation begins either way."""
    problem = None
    try:
        with session.begin_nested():
            tie(session, person=person, key=key, now=words.at)
    except Problem as refusal:
        problem = refusal
    conversations.hear(session, person, words, key=key)
    return problem


def _number(session: Session, person: Person, words: Words, number: str, *, key: bytes) -> bool:
    conversations.hear(session, person, words, key=key)
    return invitations.tie_by_number(session, person, number, key=key, now=words.at)


def _opt_in(session: Session, user: User | None, words: Words, key: bytes) -> None:
    heard = conversations.hear(session, customers.person(user), words, key=key)
    wording = Wording(words.kind, customers.asked(), customers.VERSION, language())
    wishes.opt_in(session, heard.identity_id, wording, words.at)


def _opt_out(session: Session, user: User | None, words: Words, key: bytes, *, way: str) -> None:
    heard = conversations.hear(session, customers.person(user), words, key=key)
    wording = Wording(way, language=language())
    conversations.opt_out(session, heard.identity_id, wording, words.at, key=words.key)


def _answer(session: Session, person: Person, words: Words, pressed: ConsentPressed, *, key: bytes) -> Asked:
    heard = conversations.hear(session, person, words, key=key)
    given = pressed.answer == ACCEPT
    return consent.answer_of(session, pressed.delivery_id, heard.identity_id, given=given, way="button", now=words.at)


def _answer_by_word(session: Session, person: Person, words: Words, *, key: bytes) -> Asked | None:
    """Nothing is kept of what was no answer: it is heard as what it is."""
    identity = conversations.known(session, person, key=key)
    asked = consent.answer_by_word(session, identity.id, words.text or "", words.at)
    if asked is not None:
        conversations.hear(session, person, words, key=key)
    return asked


def _said(message: Message, kind: str, *, for_operators: bool = True) -> tuple[Person, Words]:
    return customers.person(message.from_user), customers.words(message, kind, for_operators=for_operators)
