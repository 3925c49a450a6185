"""The letter with a campaign's parameters in its links: a row of its own, as immutable as the one it is made from."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.rules.short_messages import mapped
from core.rules.utm import marked
from core.tables.campaigns import Campaign
from core.tables.contents import ContentRow, Link

CLICK = re.compile(r"\bclick_(\d+)\b")


def marked_for(session: Session, campaign: Campaign, content: ContentRow) -> ContentRow:
    """The content itself where the campaign adds nothing to its links; it has the hash of what it is made from."""
    kept = campaign.settings.get("utm")
    if not kept:
        return content
    links = session.scalars(select(Link).where(Link.content_id == content.id).order_by(Link.position)).all()
    urls = [marked(link.url, kept["parameters"], kept["domains"]) for link in links]
    if urls == [link.url for link in links]:
        return content
    return _copied(session, content, links, urls)


def _copied(session: Session, content: ContentRow, links: Sequence[Link], urls: Sequence[str]) -> ContentRow:
    columns = ("kind", "language", "source", "subject", "attachments", "required", "hash")
    row = ContentRow(**{name: getattr(content, name) for name in columns})
    session.add(row)
    session.flush()
    made = [Link(content_id=row.id, position=link.position, url=url) for link, url in zip(links, urls, strict=True)]
    session.add_all(made)
    session.flush()
    numbers = {str(old.id): str(new.id) for old, new in zip(links, made, strict=True)}

    def renumbered(part: str) -> str:
        return CLICK.sub(lambda found: f"click_{numbers.get(found[1], found[1])}", part)

    row.html = renumbered(content.html) if content.html is not None else None
    row.plain = renumbered(content.plain) if content.plain is not None else None
    row.extras = mapped(content.extras, lambda _, part: renumbered(part))
    session.flush()
    return row
