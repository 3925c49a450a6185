"""The errors of the Bot API, in the words in which Telegram's own server says them."""


class ApiError(Exception):
    """Answered as `{"ok": false, "error_code": …, "description": …}` with that HTTP status."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(words: str) -> ApiError:
    return ApiError(400, f"Bad Request: {words}")


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized")


def blocked() -> ApiError:
    return ApiError(403, "Forbidden: bot was blocked by the user")


def kicked(kind: str) -> ApiError:
    return ApiError(403, f"Forbidden: bot was kicked from the {kind} chat")


def not_a_member(kind: str) -> ApiError:
    return ApiError(403, f"Forbidden: bot is not a member of the {kind} chat")


def moved(to: int) -> ApiError:
    return ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=to)


def deactivated() -> ApiError:
    return ApiError(403, "Forbidden: user is deactivated")


def not_found() -> ApiError:
    return ApiError(404, "Not Found")


def no_such_method() -> ApiError:
    return ApiError(404, "Not Found: method not found")


def other_poller() -> ApiError:
    return ApiError(
        409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )


def webhook_is_active() -> ApiError:
    return ApiError(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )


def too_many(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
