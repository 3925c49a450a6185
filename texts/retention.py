"""What is kept for a time, in words, with what a shorter or longer time leads to."""

from texts import N_, _

KINDS = {
    "provider_words": (
        N_("Words of mail servers and providers"),
        N_("They say why a message failed, and may quote addresses. Later only the reason stays."),
    ),
    "opens_and_clicks": (
        N_("Single opens and clicks"),
        N_("Who opened and clicked when, and with which program. All figures stay; single events go."),
    ),
    "refused_rows": (
        N_("Refused rows of imports"),
        N_("They hold what stood in the file. Later they can no longer be downloaded and corrected."),
    ),
    "uploads": (
        N_("Uploaded files"),
        N_("After their last use. Later the file must be uploaded again."),
    ),
    "audit": (N_("The audit"), N_("Who did what. Later nobody can prove it any more.")),
}


def kept(kind: str) -> str:
    return _(KINDS[kind][0])


def leads_to(kind: str) -> str:
    return _(KINDS[kind][1])
