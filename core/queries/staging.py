"""The import's staging table: rows come in by COPY, are matched to contacts, and become contacts, set by set.

The statements are constants; the table is temporary and goes with its transaction.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

COLUMNS = (
    "row, external_id, email, email_key, phone, phone_key, "
    "first_name, last_name, language, country, timezone, attributes"
)

CREATE = """
CREATE TEMPORARY TABLE staged (
    row bigint, external_id text, email text, email_key bytea, phone text, phone_key bytea, first_name text,
    last_name text, language text, country text, timezone text, attributes jsonb NOT NULL,
    contact_id bigint, action text, code text, params jsonb NOT NULL DEFAULT '{}'
) ON COMMIT DROP
"""

COPY = f"COPY staged ({COLUMNS}) FROM STDIN"

MATCH = [
    "ANALYZE staged",
    # Erased people do not come back.
    """
    UPDATE staged SET code = 'import.erased' FROM suppressions s
    WHERE s.list = 'erased' AND s.released_at IS NULL AND s.address_key IN (staged.email_key, staged.phone_key)
    """,
    # By external id.
    """
    UPDATE staged SET contact_id = c.id FROM contacts c
    WHERE c.external_id = staged.external_id AND staged.code IS NULL
    """,
    # By address: whom the email fits, whom the number fits, and whom both fit.
    """
    CREATE TEMPORARY TABLE candidates ON COMMIT DROP AS
    SELECT s.row, i.contact_id, bool_or(i.channel = 'email') AS by_email, bool_or(i.channel = 'sms') AS by_phone
    FROM staged s
    JOIN identities i ON i.ended_at IS NULL AND i.contact_id IS NOT NULL AND (
        (i.channel = 'email' AND i.address_key = s.email_key) OR (i.channel = 'sms' AND i.address_key = s.phone_key))
    JOIN contacts c ON c.id = i.contact_id AND (s.external_id IS NULL OR c.external_id IS NULL)
    WHERE s.contact_id IS NULL AND s.code IS NULL
    GROUP BY s.row, i.contact_id
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
            THEN jsonb_build_object('one', one, 'other', other) ELSE '{}' END
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
    UPDATE staged SET contact_id = nextval(pg_get_serial_sequence('contacts', 'id')) WHERE action = 'new'
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
        statement.format(channel=channel, name=name)
        for channel, name in (("email", "email"), ("sms", "phone"))
        for statement in (
            """
            UPDATE identities i SET ended_at = now() FROM staged s
            WHERE s.action = 'updated' AND i.contact_id = s.contact_id AND i.channel = '{channel}'
            AND i.ended_at IS NULL AND s.{name}_key IS NOT NULL AND i.address_key <> s.{name}_key
            """,
            """
            INSERT INTO identities (contact_id, channel, address, address_key)
            SELECT contact_id, '{channel}', {name}, {name}_key FROM staged
            WHERE action IN ('new', 'updated') AND {name}_key IS NOT NULL ORDER BY row
            ON CONFLICT (contact_id, channel, address_key) DO UPDATE SET ended_at = NULL
            WHERE identities.ended_at IS NOT NULL
            """,
        )
    ),
]

COUNT = "SELECT coalesce(action, 'refused'), count(*) FROM staged GROUP BY 1"
REFUSED = "SELECT row, code, params FROM staged WHERE code IS NOT NULL ORDER BY row"
MEMBERS = """
INSERT INTO segment_members (segment_id, contact_id)
SELECT :segment_id, contact_id FROM staged WHERE code IS NULL
ON CONFLICT (segment_id, contact_id) DO UPDATE SET removed_at = NULL
"""


def open_table(session: Session) -> None:
    session.execute(text(CREATE))


def match(session: Session) -> dict[str, int]:
    """Find each row's contact and what is to be done with it; returns the number of rows by action."""
    for statement in MATCH:
        session.execute(text(statement))
    return {row[0]: row[1] for row in session.execute(text(COUNT))}


def apply(session: Session, segment_id: int | None) -> None:
    """Make it so, and put every row's contact into the segment, if there is one."""
    for statement in APPLY:
        session.execute(text(statement))
    if segment_id is not None:
        session.execute(text(MEMBERS), {"segment_id": segment_id})


def refused(session: Session) -> list[tuple[int, str, dict[str, object]]]:
    """Row number, code and parameters of the rows that cannot be matched."""
    return [(row[0], row[1], row[2]) for row in session.execute(text(REFUSED))]
