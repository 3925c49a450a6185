"""The import's staging table: rows come in by COPY, are matched to contacts, and become contacts, set by set.

The statements are constants; the table is temporary and goes with its transaction.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.database import Sessions
from core.queries.foreign_keys import taken_for_granted
from core.rules.contacts.rows import STAGED

Told = Callable[[], None]
"""Called between statements, each of which may take seconds."""

CHANNELS = (("email", "email", "false"), ("sms", "phone", "coalesce(textless, false)"))
"""With the column that holds its address, and what says whether that gets no SMS."""

CREATE = """
CREATE TEMPORARY TABLE staged (
    row bigint, external_id text, email text, email_key bytea, phone text, phone_key bytea, textless boolean,
    first_name text, last_name text, language text, country text, timezone text, attributes jsonb NOT NULL,
    code text, params jsonb, cells jsonb, contact_id bigint, action text
) ON COMMIT DROP
"""

COPY = f"COPY staged ({', '.join(STAGED)}) FROM STDIN"

MATCH = [
    "ANALYZE staged",
    # Erased people do not come back.
    """
    UPDATE staged SET code = 'import.erased' WHERE code IS NULL AND (email_key IN (
        SELECT address_key FROM suppressions WHERE list = 'erased' AND released_at IS NULL AND address_key IS NOT NULL
    ) OR phone_key IN (
        SELECT address_key FROM suppressions WHERE list = 'erased' AND released_at IS NULL AND address_key IS NOT NULL
    ))
    """,
    # By external id.
    """
    UPDATE staged SET contact_id = c.id FROM contacts c
    WHERE c.external_id = staged.external_id AND staged.code IS NULL
    """,
    # By address: whom the email fits, whom the number fits, and whom both fit.
    """
    CREATE TEMPORARY TABLE candidates ON COMMIT DROP AS
    SELECT f.row, f.contact_id, bool_or(f.channel = 'email') AS by_email, bool_or(f.channel = 'sms') AS by_phone
    FROM (
        SELECT s.row, s.external_id, i.contact_id, i.channel FROM staged s
        JOIN identities i ON i.channel = 'email' AND i.address_key = s.email_key AND i.ended_at IS NULL
        WHERE s.contact_id IS NULL AND s.code IS NULL
        UNION ALL
        SELECT s.row, s.external_id, i.contact_id, i.channel FROM staged s
        JOIN identities i ON i.channel = 'sms' AND i.address_key = s.phone_key AND i.ended_at IS NULL
        WHERE s.contact_id IS NULL AND s.code IS NULL
    ) f
    JOIN contacts c ON c.id = f.contact_id AND (f.external_id IS NULL OR c.external_id IS NULL)
    GROUP BY f.row, f.contact_id
    """,
    """
    WITH fits AS (
        SELECT row, count(*) AS all_of_them, count(*) FILTER (WHERE by_email AND by_phone) AS fit_both,
               min(contact_id) AS one, max(contact_id) AS other,
               min(contact_id) FILTER (WHERE by_email AND by_phone) AS both_one
        FROM candidates GROUP BY row)
    UPDATE staged SET
        contact_id = CASE WHEN all_of_them = 1 THEN one WHEN fit_both = 1 THEN both_one END,
        code = CASE WHEN all_of_them > 1 AND fit_both <> 1 THEN 'import.fits_two' END,
        params = CASE WHEN all_of_them > 1 AND fit_both <> 1
            THEN jsonb_build_object('one', one, 'other', other) END
    FROM fits WHERE fits.row = staged.row
    """,
    # One row a person: later rows of the same person are refused, naming the first.
    """
    WITH persons AS (
        SELECT row, min(row) OVER (PARTITION BY
            coalesce('c' || contact_id, 'x' || external_id, 'e' || encode(email_key, 'hex'),
                     'p' || encode(phone_key, 'hex'))) AS first
        FROM staged WHERE code IS NULL)
    UPDATE staged SET code = 'import.twice', params = jsonb_build_object('first', persons.first)
    FROM persons WHERE persons.row = staged.row AND persons.first < staged.row
    """,
    # What there is to do.
    """
    UPDATE staged SET action = CASE
        WHEN staged.contact_id IS NULL THEN 'new'
        WHEN EXISTS (
            SELECT 1 FROM contacts c WHERE c.id = staged.contact_id
            AND coalesce(staged.external_id, c.external_id) IS NOT DISTINCT FROM c.external_id
            AND coalesce(staged.first_name, c.first_name) IS NOT DISTINCT FROM c.first_name
            AND coalesce(staged.last_name, c.last_name) IS NOT DISTINCT FROM c.last_name
            AND coalesce(staged.language, c.language) IS NOT DISTINCT FROM c.language
            AND coalesce(staged.country, c.country) IS NOT DISTINCT FROM c.country
            AND coalesce(staged.timezone, c.timezone) IS NOT DISTINCT FROM c.timezone
            AND c.attributes @> staged.attributes
            AND (staged.email_key IS NULL OR EXISTS (SELECT 1 FROM identities i WHERE i.contact_id = c.id
                 AND i.channel = 'email' AND i.address_key = staged.email_key AND i.ended_at IS NULL))
            AND (staged.phone_key IS NULL OR EXISTS (SELECT 1 FROM identities i WHERE i.contact_id = c.id
                 AND i.channel = 'sms' AND i.address_key = staged.phone_key AND i.ended_at IS NULL))
        ) THEN 'unchanged' ELSE 'updated' END
    WHERE staged.code IS NULL
    """,
]

APPLY = [
    """
    UPDATE staged SET contact_id = nextval((SELECT pg_get_serial_sequence('contacts', 'id'))::regclass)
    WHERE action = 'new'
    """,
    """
    INSERT INTO contacts (id, external_id, first_name, last_name, language, country, timezone, attributes)
    SELECT contact_id, external_id, first_name, last_name, language, country, timezone, attributes
    FROM staged WHERE action = 'new' ORDER BY row
    """,
    """
    UPDATE contacts c SET
        external_id = coalesce(s.external_id, c.external_id), first_name = coalesce(s.first_name, c.first_name),
        last_name = coalesce(s.last_name, c.last_name), language = coalesce(s.language, c.language),
        country = coalesce(s.country, c.country), timezone = coalesce(s.timezone, c.timezone),
        attributes = c.attributes || s.attributes, updated_at = now()
    FROM staged s WHERE s.contact_id = c.id AND s.action = 'updated'
    """,
    *(
        statement.format(channel=channel, name=name, textless=textless)
        for channel, name, textless in CHANNELS
        for statement in (
            """
            UPDATE identities i SET ended_at = now() FROM staged s
            WHERE s.action = 'updated' AND i.contact_id = s.contact_id AND i.channel = '{channel}'
            AND i.ended_at IS NULL AND s.{name}_key IS NOT NULL AND i.address_key <> s.{name}_key
            """,
            """
            INSERT INTO identities (contact_id, channel, address, address_key, textless, import_id, import_row)
            SELECT contact_id, '{channel}', {name}, {name}_key, {textless}, :import_id, row FROM staged
            WHERE action = 'updated' AND {name}_key IS NOT NULL ORDER BY row
            ON CONFLICT (contact_id, channel, address_key) DO UPDATE
            SET ended_at = NULL, import_id = excluded.import_id, import_row = excluded.import_row
            WHERE identities.ended_at IS NOT NULL
            """,
        )
    ),
]

ADDRESS = """
INSERT INTO identities (contact_id, channel, address, address_key, textless, import_id, import_row)
SELECT contact_id, '{channel}', {name}, {name}_key, {textless}, :import_id, row FROM staged
WHERE action = 'new' AND {name}_key IS NOT NULL ORDER BY row
"""
ADDRESSES = [ADDRESS.format(channel=channel, name=name, textless=textless) for channel, name, textless in CHANNELS]
"""Of new contacts."""
COUNT = "SELECT coalesce(action, 'refused'), count(*) FROM staged GROUP BY 1"
KEEP_REFUSED = """
INSERT INTO import_refusals (import_id, row, code, params, cells)
SELECT :import_id, row, code, params, cells FROM staged WHERE cells IS NOT NULL ORDER BY row
"""
COPY_REFUSED = "COPY import_refusals (import_id, row, code, params, cells) FROM STDIN"
REFUSED_LATER = """
SELECT row, code, coalesce(params, '{}') FROM staged WHERE code IS NOT NULL AND cells IS NULL ORDER BY row
"""
MEMBERS = """
INSERT INTO segment_members (segment_id, contact_id)
SELECT :segment_id, contact_id FROM staged WHERE code IS NULL
ON CONFLICT (segment_id, contact_id) DO UPDATE SET removed_at = NULL
"""
TIDY = "VACUUM (ANALYZE, SKIP_LOCKED) contacts, identities, segment_members"


def open_table(session: Session) -> None:
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    session.execute(text(CREATE))


def match(session: Session, told: Told) -> dict[str, int]:
    """Find each row's contact and what is to be done with it; returns the number of rows by action."""
    for statement in MATCH:
        session.execute(text(statement))
        told()
    return {row[0]: row[1] for row in session.execute(text(COUNT))}


def apply(session: Session, import_id: int, segment_id: int | None, told: Told) -> None:
    """Make it so, and put every row's contact into the segment, if there is one."""
    for statement in APPLY:
        session.execute(text(statement), {"import_id": import_id} if ":import_id" in statement else {})
        told()
    with taken_for_granted(session, "identities"):
        for statement in ADDRESSES:
            session.execute(text(statement), {"import_id": import_id})
            told()
    if segment_id is not None:
        session.execute(text(MEMBERS), {"segment_id": segment_id})


def tidy(sessions: Sessions) -> None:
    """What autovacuum would do some minutes later: statistics, and the map of pages that all transactions see.

    Until then counting is done without both. Opens a connection of its own, outside of any transaction.
    """
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text(TIDY))


def keep_refused(session: Session, import_id: int) -> None:
    """Keep the rows that were refused when they were read, which hold their cells."""
    session.execute(text(KEEP_REFUSED), {"import_id": import_id})


def refused_later(session: Session, size: int) -> Iterator[list[tuple[int, str, dict[str, Any]]]]:
    """Row number, code and parameters of those refused when they were matched, in the order of the file, in chunks."""
    rows = session.execute(text(REFUSED_LATER), execution_options={"yield_per": size})
    for chunk in rows.partitions():
        yield [(row[0], row[1], row[2]) for row in chunk]
