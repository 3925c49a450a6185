"""What operators answer to a customer: a delivery like any other, sent at once, and kept in the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.ports import Traits
from core.queries import conversations as queries
from core.rules.attachments import kind_of
from core.rules.short_messages import DOCUMENT, FILES, PICTURE, PICTURES
from core.services import audit, beside, conversations, pictures, replying
from core.tables.contacts import Identity
from core.tables.conversations import ConversationMessage
from core.vocabulary import Direction

LONGEST = 4000
"""As Telegram counts, in UTF-16: an emoji is two."""
KIND = "answer"


@dataclass(frozen=True, slots=True)
class With:
    """A picture that is ready to be served, or a file, beside an answer; `place` is the one or the other."""

    place: str
    path: str
    kind: str


def with_picture(session: Session, body: bytes, kind: str, *, width: int, height: int, by: str) -> With:
    name = pictures.keep(session, body=body, kind=kind, width=width, height=height, by=by)
    return With(PICTURE, f"{PICTURES}{name}", kind_of(name))


def with_file(session: Session, name: str, body: bytes, *, by: str) -> With:
    """Raise Invalid (`attachment.…`) for one that cannot go."""
    row = beside.keep_file(session, name, body, by=by)
    return With(DOCUMENT, f"{FILES}{row.token}", row.kind)


def answer(
    session: Session,
    identity_id: int,
    text: str,
    *,
    by: str,
    now: datetime,
    in_topic: bool = False,
    given: With | None = None,
    traits: Traits | None = None,
) -> int:
    """Hand an operator's words to the channel that the customer wrote on; the id of the delivery.

    Whoever reads along in the customer's topic is shown them too, unless they were written there (`in_topic`).
    `given` is a picture or a file, as far as the channel's `traits` allow it.

    Raises NotFound (`conversation.not_found`), Invalid (`answer.empty`, `answer.too_long`), or Refused
    (`answer.blocked`) if the customer has blocked us, or (`answer.no_sender`) if nothing can be sent from.
    """
    text = text.strip()
    if not text and given is None:
        raise Invalid("answer.empty", where="text")
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise Invalid("answer.too_long", where="text", most=LONGEST)
    talk = queries.get(session, identity_id)
    if talk.blocked_at is not None:
        raise Refused("answer.blocked", name=talk.name)
    identity = session.get_one(Identity, identity_id)
    if given is not None:
        _check(given, text, traits, identity.channel)
    way = replying.find_way(session, identity, now)
    delivery = replying.hand_over(session, identity, way, text, kind=KIND, language="en", extras=_extras(given))
    session.add(
        ConversationMessage(
            identity_id=identity_id,
            direction=Direction.OUT,
            kind="text" if given is None else "photo" if given.place == PICTURE else "document",
            text=text or None,
            media=[{"kind": given.kind, "at": given.path}] if given else [],
            delivery_id=delivery.id,
            written_by=by,
            for_desk=talk.has_topic and not in_topic,
            at=now,
        )
    )
    conversations.answered(session, identity_id)
    audit.note(session, by, "answer", f"contact:{talk.contact_id}", delivery=delivery.id)
    return delivery.id


def _extras(given: With | None) -> Mapping[str, str]:
    return {given.place: given.path} if given else {}


def _check(given: With, text: str, traits: Traits | None, channel: str) -> None:
    """Raise Refused (`answer.nothing_beside`, `answer.no_caption`, `answer.wrong_file`)."""
    holds = traits.beside if traits else None
    if holds is None:
        raise Refused("answer.nothing_beside", channel=channel)
    if given.place == DOCUMENT and given.kind not in holds.kinds:
        raise Refused("answer.wrong_file", channel=channel, kind=given.kind)
    if given.place == DOCUMENT and text and not holds.captioned:
        raise Refused("answer.no_caption", channel=channel)
