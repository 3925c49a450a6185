"""Twilio's error codes with the texts of its error dictionary (https://www.twilio.com/docs/api/errors)."""

import json

from aiohttp import web

AT_ONCE = {
    20003: (401, "Authenticate"),
    20005: (401, "Account not active"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21602: (400, "Message body is required."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s)"),
    63018: (429, "Rate limit exceeded for Channel"),
}
"""HTTP status and text of what is refused when a message is handed in."""
LATER = {
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    63019: "Media failed to download",
    63016: "Failed to send freeform message because you are outside the allowed window.",
}
"""What a message that was taken ends with."""


class TwilioError(Exception):
    """A refusal in Twilio's own shape."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def answer(self) -> web.Response:
        status, text = AT_ONCE[self.code]
        body = {
            "code": self.code,
            "message": text,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": status,
        }
        headers = {"Retry-After": "1"} if status == 429 else {}
        return web.Response(text=json.dumps(body), status=status, content_type="application/json", headers=headers)
