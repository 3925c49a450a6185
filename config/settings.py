"""Settings from `SENDBOTE_…` variables; a secret may also stand in a file that `SENDBOTE_…_FILE` names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from config.checks import BadSetting, counts, mailbox, number, one_of, pairs, port, return_addresses, some_of, url
from config.given import read

PROCESSES = ("sandbox", "panel", "web", "bot", "scheduler", "worker")
REPORTS = {
    "ses": "SENDBOTE_SES_TOPICS",
    "sendgrid": "SENDBOTE_SENDGRID_KEY",
    "postmark": "SENDBOTE_POSTMARK_SECRET",
    "mailgun": "SENDBOTE_MAILGUN_KEY",
    "brevo": "SENDBOTE_BREVO_SECRET",
}
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Every technical setting. Business settings (limits, quiet hours …) are rows, shown in the panel."""

    data: Path
    """Where files, keys and, unless servers are named, the embedded databases live."""
    database_url: str | None
    """None: the embedded PostgreSQL."""
    redis_url: str | None
    """None: the embedded Valkey."""
    smtp_url: str | None
    """`smtp://user:password@host:587` or `smtps://…`; None: the sandbox."""
    smtp_connections: int
    smtp_domains: Mapping[str, int]
    """By domain of recipients: how many letters one worker may have under way to it at once."""
    smtp_verify: bool
    """Whether the relay's certificate must be good for its name."""
    dns: str | None
    """The resolver that is asked about senders' domains, `192.0.2.1` or `192.0.2.1:5353`; None: the system's."""
    returns_url: str | None
    """`imaps://user:password@host/INBOX`: the mailbox that letters come back to; None: nobody reads them."""
    returns_addresses: tuple[str, ...]
    """Under which addresses or domains that mailbox is reached; none: letters come back to their sender."""
    report_secrets: Mapping[str, str] = field(repr=False)
    """What proves the reports of a service that carries our mail, by its name."""
    providers: Mapping[str, str]
    """Which provider carries a channel, where it has several: `sms:gateway`."""
    twilio_sid: str | None
    """None: the sandbox's account."""
    twilio_token: str | None
    twilio_api: str | None
    """Another address of Twilio's API, for example of a region; None: api.twilio.com."""
    sms_gateway: Path | None
    """The plan of another SMS provider (`SENDBOTE_PROVIDERS=sms:gateway`)."""
    sms_per_second: float
    """How many messages a second the numbers of the sender take together."""
    telegram_token: str | None
    """None: the sandbox's bot."""
    telegram_api: str | None
    """Another Bot API server; None with a token: Telegram's own, None without: the sandbox."""
    telegram_webhook: bool
    """Whether updates arrive by webhook at the public address; else by long polling."""
    telegram_port: int
    """Where the bot listens for webhooks; whatever stands before it passes them on from the public address."""
    public_url: str | None
    """Where customers reach unsubscribe pages, pictures and links; None: the local address."""
    short_url: str | None
    """Another address of the public pages for links in SMS, where each character counts; None: the public address."""
    panel_url: str | None
    panel_port: int
    public_port: int
    sandbox_port: int
    sandbox_smtp_port: int
    sandbox: bool
    """Whether to start the sandbox: by default when no relay is named."""
    workers: int
    all_workers: int
    """On all machines together, where there are several."""
    metrics_port: int
    run: frozenset[str]
    """Which processes `sendbote up` keeps running on this machine."""
    language: str
    timezone: str
    default_country: str
    log_format: str
    log_level: str
    allow_internal_hosts: frozenset[str]

    @property
    def public_address(self) -> str:
        """Where the public pages are reached: as named, else on this machine alone."""
        return self.public_url or f"http://127.0.0.1:{self.public_port}"

    @property
    def short_address(self) -> str:
        """Where links in SMS lead."""
        return (self.short_url or self.public_address).rstrip("/")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings; raise BadSetting that names the variable at fault."""
    given = read(os.environ if environ is None else environ)
    smtp_url = url(given, "SENDBOTE_SMTP_URL", ("smtp", "smtps"))
    token = given.get("SENDBOTE_TELEGRAM_TOKEN")
    returns_url = mailbox(given, "SENDBOTE_RETURNS_URL")
    settings = Settings(
        data=Path(given.get("SENDBOTE_DATA") or ROOT / "data").expanduser().resolve(),
        database_url=url(given, "SENDBOTE_DATABASE_URL", ("postgresql", "postgres")),
        redis_url=url(given, "SENDBOTE_REDIS_URL", ("redis", "rediss", "unix")),
        smtp_url=smtp_url,
        smtp_connections=number(given, "SENDBOTE_SMTP_CONNECTIONS", 20, 1, 1000),
        smtp_domains=counts(given, "SENDBOTE_SMTP_DOMAINS", 1, 1000),
        smtp_verify=one_of(given, "SENDBOTE_SMTP_VERIFY", "yes", ("yes", "no")) == "yes",
        dns=given.get("SENDBOTE_DNS"),
        returns_url=returns_url,
        returns_addresses=return_addresses(given, "SENDBOTE_RETURNS_ADDRESS", returns_url),
        report_secrets={name: given[variable] for name, variable in REPORTS.items() if variable in given},
        providers=pairs(given, "SENDBOTE_PROVIDERS"),
        twilio_sid=given.get("SENDBOTE_TWILIO_SID"),
        twilio_token=given.get("SENDBOTE_TWILIO_TOKEN"),
        twilio_api=url(given, "SENDBOTE_TWILIO_API", ("http", "https")),
        sms_gateway=Path(given["SENDBOTE_SMS_GATEWAY"]) if "SENDBOTE_SMS_GATEWAY" in given else None,
        sms_per_second=float(number(given, "SENDBOTE_SMS_RATE", 10, 1, 1000)),
        telegram_token=token,
        telegram_api=url(given, "SENDBOTE_TELEGRAM_API", ("http", "https")),
        telegram_webhook=one_of(given, "SENDBOTE_TELEGRAM_UPDATES", "polling", ("polling", "webhook")) == "webhook",
        telegram_port=port(given, "SENDBOTE_TELEGRAM_PORT", 8029),
        public_url=url(given, "SENDBOTE_PUBLIC_URL", ("http", "https")),
        short_url=url(given, "SENDBOTE_SHORT_URL", ("http", "https")),
        panel_url=url(given, "SENDBOTE_PANEL_URL", ("http", "https")),
        panel_port=port(given, "SENDBOTE_PANEL_PORT", 8025),
        public_port=port(given, "SENDBOTE_PUBLIC_PORT", 8026),
        sandbox_port=port(given, "SENDBOTE_SANDBOX_PORT", 8027),
        sandbox_smtp_port=port(given, "SENDBOTE_SANDBOX_SMTP_PORT", 8028),
        sandbox=one_of(given, "SENDBOTE_SANDBOX", "no" if smtp_url and token else "yes", ("yes", "no")) == "yes",
        workers=number(given, "SENDBOTE_WORKERS", 1, 1, 64),
        all_workers=number(given, "SENDBOTE_ALL_WORKERS", number(given, "SENDBOTE_WORKERS", 1, 1, 64), 1, 64),
        metrics_port=port(given, "SENDBOTE_METRICS_PORT", 8030),
        run=some_of(given, "SENDBOTE_RUN", PROCESSES),
        language=one_of(given, "SENDBOTE_LANGUAGE", "en", ("en", "de")),
        timezone=given.get("SENDBOTE_TIMEZONE", "Europe/Berlin"),
        default_country=given.get("SENDBOTE_COUNTRY", "DE").upper(),
        log_format=one_of(given, "SENDBOTE_LOG", "text", ("text", "json")),
        log_level=one_of(given, "SENDBOTE_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        allow_internal_hosts=frozenset(given.get("SENDBOTE_ALLOW_INTERNAL_HOSTS", "").replace(",", " ").split()),
    )
    _refuse_contradictions(settings)
    return settings


def _refuse_contradictions(settings: Settings) -> None:
    if (settings.twilio_sid is None) != (settings.twilio_token is None):
        missing = "SENDBOTE_TWILIO_TOKEN" if settings.twilio_token is None else "SENDBOTE_TWILIO_SID"
        raise BadSetting(missing, "half_an_account")
    if not settings.sandbox and settings.smtp_url is None:
        raise BadSetting("SENDBOTE_SANDBOX", "no_relay")
    if settings.returns_addresses and settings.returns_url is None:
        raise BadSetting("SENDBOTE_RETURNS_ADDRESS", "no_mailbox")
    if settings.telegram_webhook and settings.telegram_token:
        secure = settings.public_url is not None and urlsplit(settings.public_url).scheme == "https"
        if not secure:
            raise BadSetting("SENDBOTE_TELEGRAM_UPDATES", "webhook_needs_https")
    ports = {
        "SENDBOTE_PANEL_PORT": settings.panel_port,
        "SENDBOTE_PUBLIC_PORT": settings.public_port,
        "SENDBOTE_SANDBOX_PORT": settings.sandbox_port,
        "SENDBOTE_SANDBOX_SMTP_PORT": settings.sandbox_smtp_port,
        "SENDBOTE_METRICS_PORT": settings.metrics_port,
    }
    if settings.telegram_webhook:
        ports["SENDBOTE_TELEGRAM_PORT"] = settings.telegram_port
    taken: dict[int, str] = {}
    for name, value in ports.items():
        if value and value in taken:
            raise BadSetting(name, "same_port", other=taken[value])
        taken[value] = name
