"""The closed words of the domain: states, reasons, lists and kinds, as they stand in the database."""

from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign stands; *sent with errors* is derived from its deliveries and never stored."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


class CampaignAction(StrEnum):
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    LAUNCH = "launch"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"
    REOPEN = "reopen"


class SeriesState(StrEnum):
    """Whether a campaign that repeats still does."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Every(StrEnum):
    """How often a series runs."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class DeliveryState(StrEnum):
    """Where one recipient's message stands. The last five but `in_doubt` are final."""

    PENDING = "pending"
    AWAITING_CONSENT = "awaiting_consent"
    CLAIMED = "claimed"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a chosen recipient got nothing, or has to wait; the first 14 are in the order in which they win."""

    ERASED = "erased"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    GENERAL_BLACKLIST = "general_blacklist"
    MARKETING_BLACKLIST = "marketing_blacklist"
    EXCLUDED = "excluded"
    NO_ADDRESS = "no_address"
    INVALID_ADDRESS = "invalid_address"
    NOT_A_MOBILE = "not_a_mobile"
    DUPLICATE_ADDRESS = "duplicate_address"
    CONSENT_MISSING = "consent_missing"
    CONSENT_DECLINED = "consent_declined"
    CONSENT_UNANSWERED = "consent_unanswered"
    NO_CONVERSATION = "no_conversation"
    REPLY_WINDOW_CLOSED = "reply_window_closed"
    BOT_BLOCKED = "bot_blocked"
    OPTED_OUT_BY_KEYWORD = "opted_out_by_keyword"
    COUNTRY_NOT_ENABLED = "country_not_enabled"
    FREQUENCY_CAP = "frequency_cap"
    TEMPLATE_LACKS_VALUE = "template_lacks_value"
    RELAY_REFUSED = "relay_refused"
    RECIPIENT_SERVER_REFUSED = "recipient_server_refused"
    CARRIER_FILTERED = "carrier_filtered"
    RETRIES_EXHAUSTED = "retries_exhausted"
    DAILY_LIMIT = "daily_limit"
    BALANCE_TOO_LOW = "balance_too_low"
    QUIET_HOURS = "quiet_hours"
    RETRY_LATER = "retry_later"
    CANCELLED = "cancelled"
    IN_DOUBT = "in_doubt"
    REACHED_BEFORE = "reached_before"


class SuppressionList(StrEnum):
    GENERAL = "general"
    MARKETING = "marketing"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINTS = "complaints"
    ERASED = "erased"


class OriginKind(StrEnum):
    """What a delivery was sent for."""

    CAMPAIGN = "campaign"
    TEST = "test"
    SEED = "seed"
    CONSENT = "consent"
    SERVICE = "service"
    REPLY = "reply"
    JOURNEY = "journey"
    API = "api"


class Purpose(StrEnum):
    MARKETING = "marketing"
    SERVICE = "service"
    CONSENT = "consent"
    TEST = "test"
    """A test mail: whoever asks for it wants it, so that only lists that speak of the address itself hold."""
    SEED = "seed"
    """A campaign's copy for an address of our own: nobody asks for each one, so that every list holds."""
    REPLY = "reply"
    """An answer to what a customer wrote: who asks wants it, whatever they have withdrawn; the erased are let be."""


class EventKind(StrEnum):
    """What was learnt after a message left, or what a customer did."""

    OPENED = "opened"
    CLICKED = "clicked"
    ACCEPTED = "accepted"
    """The provider has the message after all: what was in doubt is sent."""
    DELIVERED = "delivered"
    DELAYED = "delayed"
    """Not delivered yet and still tried: told on the way, and nothing follows from it."""
    BOUNCED = "bounced"
    """Came back for good; of what class stands beside it."""
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    REPLIED = "replied"
    AUTOREPLIED = "autoreplied"
    """A machine answered in the recipient's name: out of office, and the like."""
    ARRIVED = "arrived"
    """A copy of the letter itself was received: how it arrived, and nothing follows from it."""
    UNREAD = "unread"
    """Something came back that says nothing that could be understood; kept for people to look at."""
    STARTED = "started"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class Direction(StrEnum):
    """Of a message in a conversation, seen from us."""

    IN = "in"
    OUT = "out"


class Actor(StrEnum):
    """Who opened or clicked, as far as the rules can tell."""

    PERSON = "person"
    MACHINE = "machine"
    UNKNOWN = "unknown"


class Tracking(StrEnum):
    """How opens and clicks are kept: of whom, only how many, or not at all."""

    INDIVIDUAL = "individual"
    ANONYMOUS = "anonymous"
    OFF = "off"


class BounceClass(StrEnum):
    ADDRESS = "address"
    DOMAIN = "domain"
    MAILBOX = "mailbox"
    SENDER = "sender"
    CONTENT = "content"
    RATE = "rate"
    TRANSIENT = "transient"
    COMPLAINT = "complaint"
    AUTOREPLY = "autoreply"
    UNKNOWN = "unknown"


class PacingAction(StrEnum):
    """What closing a day does to the limit; `given` is a limit that a person set, or the first one."""

    UP = "up"
    HOLD = "hold"
    HALVE = "halve"
    START = "start"
    GIVEN = "given"


class PacingCause(StrEnum):
    """What spoke for it."""

    USED = "used"
    UNUSED = "unused"
    ERRORS = "errors"
    COMPLAINTS = "complaints"
    PAUSE = "pause"
    CAP = "cap"
    FIRST = "first"
    BY_HAND = "by_hand"


class GateScope(StrEnum):
    """What a gate holds up: one campaign, a later step of one, a sender, a channel, its marketing, or all."""

    CAMPAIGN = "campaign"
    STEP = "step"
    SENDER = "sender"
    CHANNEL = "channel"
    MARKETING = "marketing"
    ACCOUNT = "account"


class DoubtDecision(StrEnum):
    """What a person decides about all of a campaign that may or may not have arrived."""

    RETRY = "retry"
    SENT = "sent"
    FAILED = "failed"


class InDoubtPolicy(StrEnum):
    HOLD = "hold"
    RETRY = "retry"


class TemplateKind(StrEnum):
    BLOCKS = "blocks"
    MJML = "mjml"
    HTML = "html"
    TEXT = "text"
    SHORT = "short"
    """A message for a telephone: text without a subject, and what a messenger shows beside it."""


class Tls(StrEnum):
    """How a mail server is reached: `implicit` from the first byte (RFC 8314), the others by STARTTLS (RFC 3207)."""

    IMPLICIT = "implicit"
    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"


class DkimAlgorithm(StrEnum):
    """As `a=` of a signature names it (RFC 6376, 8463)."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


class DkimState(StrEnum):
    """Where a key stands: it waits for its record to be published, signs, and makes way for another."""

    WAITING = "waiting"
    SIGNING = "signing"
    RETIRED = "retired"


class Light(StrEnum):
    """What a check of a sender's domain came to; `unknown` where it could not be made."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


class SegmentKind(StrEnum):
    STATIC = "static"
    DYNAMIC = "dynamic"


class AttributeType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


class ImportKind(StrEnum):
    """What a file brings in."""

    CONTACTS = "contacts"
    CONSENTS = "consents"


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What an operator may do; launching is a right of its own."""

    VIEWER = "viewer"
    EDITOR = "editor"
    LAUNCHER = "launcher"
    ADMINISTRATOR = "administrator"


class OperatorState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


CHANNEL_EMAIL = "email"
"""The one channel that the core itself must name: its daily limit has rules of its own. Channels are open keys."""

UNCOUNTED = (Purpose.TEST, Purpose.SEED)
"""What goes to ourselves: it uses up the daily limit, and counts in no share of errors or complaints."""

FINAL_STATES = frozenset(
    {
        DeliveryState.SENT,
        DeliveryState.DELIVERED,
        DeliveryState.FAILED,
        DeliveryState.SKIPPED,
        DeliveryState.CANCELLED,
    }
)
