"""The services whose reports can be verified with the secrets of this installation."""

from collections.abc import Callable

from channels.email.reports.brevo import BrevoHooks
from channels.email.reports.mailgun import MailgunHooks
from channels.email.reports.postmark import PostmarkHooks
from channels.email.reports.sendgrid import SendgridHooks
from channels.email.reports.ses import SesHooks, fetch
from config import Settings
from config.keys import Keys
from core.ports import Hooks

Opening = Callable[[Settings, Keys], Hooks | None]


def _open_ses(topics: str, signing: bytes) -> Hooks:
    return SesHooks(frozenset(topics.replace(",", " ").split()), signing, fetch)


SERVICES: dict[str, Callable[[str, bytes], Hooks]] = {
    "ses": _open_ses,
    "sendgrid": SendgridHooks,
    "postmark": PostmarkHooks,
    "mailgun": MailgunHooks,
    "brevo": BrevoHooks,
}


def opening(name: str) -> Opening:
    """None where no secret of that service is set: then nobody may report in its name."""

    def open_service(settings: Settings, keys: Keys) -> Hooks | None:
        secret = settings.report_secrets.get(name)
        return SERVICES[name](secret, keys.signing) if secret else None

    return open_service
