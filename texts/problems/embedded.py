"""What can go wrong with the embedded PostgreSQL and Valkey."""

from texts import N_

SENTENCES = {
    "embedded.belongs_to_root": N_(
        "The databases of %(data)s were made by root and are kept for root. "
        "Start Sendbote as root again, or name another directory in SENDBOTE_DATA."
    ),
    "embedded.foreign_directory": N_(
        "%(path)s belongs to another user, or is a link. Sendbote keeps its databases in directories of its own only. "
        "Remove it, or name another directory in SENDBOTE_DATA."
    ),
    "embedded.no_account": N_(
        "PostgreSQL does not run as root, and this machine has none of the accounts %(accounts)s. "
        "Make one with: useradd --system sendbote"
    ),
    "embedded.no_programs": N_(
        "The Python package %(package)s with the server's programs is missing or not made for this machine. "
        "Run `make up` again, or name a server of your own in SENDBOTE_DATABASE_URL and SENDBOTE_REDIS_URL."
    ),
    "embedded.not_a_cluster": N_(
        "%(path)s should hold PostgreSQL's data, but holds something else (%(found)s). "
        "If a first start was interrupted and the directory holds nothing of yours, empty it and start again."
    ),
    "embedded.initdb_failed": N_("PostgreSQL could not set up its data in %(path)s: %(said)s"),
    "embedded.other_major": N_(
        "The data in %(path)s was made by PostgreSQL %(found)s, but this Sendbote runs PostgreSQL %(needed)s. "
        "Nothing was changed. To bring the data over: sendbote upgrade"
    ),
    "embedded.not_started": N_("%(server)s did not start: %(said)s (its log: %(log)s)"),
    "embedded.leftover_processes": N_(
        "PostgreSQL was killed, but some of its processes still run in %(path)s. End them, then start again."
    ),
}
