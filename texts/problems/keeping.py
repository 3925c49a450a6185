"""What can keep a backup from being made, brought back, or a version from being raised."""

from texts import N_

SENTENCES = {
    "backup.unreadable": N_("%(path)s cannot be read as a backup: %(problem)s"),
    "backup.broken": N_(
        "%(path)s is no whole backup (%(part)s is missing or damaged). Nothing was changed. Use another one."
    ),
    "backup.newer": N_(
        "The backup was made by a newer version of Sendbote (%(version)s). Install that version, and restore it there. "
        "Nothing was changed."
    ),
    "backup.program_failed": N_("%(what)s failed: %(said)s"),
    "backup.no_program": N_(
        "The server is PostgreSQL %(needed)s, for which Sendbote's own %(what)s is too old. "
        "Install PostgreSQL's client programs of that version (on Debian: postgresql-client), and try again."
    ),
    "upgrade.no_old_programs": N_(
        "The data were made by PostgreSQL %(found)s, whose programs are needed once more to read them, and this "
        "machine has none. On Debian: apt-get install postgresql-%(found)s. Or name their directory with --programs. "
        "Nothing was changed."
    ),
    "restore.filled": N_(
        "There are contacts, campaigns or lists here already, and restoring would replace them. Nothing was changed. "
        "If that is meant: save them with `sendbote backup`, then add --replace."
    ),
    "restore.in_use": N_(
        "Others are using this database (%(others)s connections). Stop Sendbote on every machine, then try again. "
        "Nothing was changed."
    ),
    "restore.other_key": N_(
        "%(name)s is set to another key than the one in the backup: links and lists of the backup would not be known. "
        "Set it to the backup's key, or leave it away. Nothing was changed."
    ),
}
