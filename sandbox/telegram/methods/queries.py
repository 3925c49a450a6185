"""Answers to pressed buttons, and files to fetch."""

import json
import time

from sandbox.telegram import errors, files
from sandbox.telegram.call import Call
from sandbox.telegram.world import Json

LONGEST_ANSWER = 200
VALID_SECONDS = 15 * 60
INLINE_SECONDS = 30
MOST_RESULTS, LONGEST_RESULT_ID = 50, 64


def answer_callback_query(call: Call) -> bool:
    """Show the words to whoever pressed, once."""
    words = call.text("text")
    if len(words) > LONGEST_ANSWER:
        raise errors.bad_request("MESSAGE_TOO_LONG")
    found = call.telegram.world.database.execute(
        "UPDATE presses SET answered = 1, words = ?, alert = ? WHERE id = ? AND bot_id = ? AND at > ? RETURNING id",
        [words, call.flag("show_alert"), call.text("callback_query_id"), call.bot.id, time.time() - VALID_SECONDS],
    ).fetchone()
    if found is None:
        raise errors.bad_request("query is too old and response timeout expired or query ID is invalid")
    call.telegram.world.changed()
    return True


def get_file(call: Call) -> Json:
    """A `File`; it is fetched from `/file/bot<token>/<file_path>`."""
    found = files.find(call.telegram.world, call.bot.id, call.text("file_id"))
    if found is None:
        raise errors.bad_request("invalid file_id")
    return found.file()


def answer_inline_query(call: Call) -> bool:
    """Offer results below what somebody types, once and soon."""
    results = call.listed("results")
    if results is None:
        raise errors.bad_request("can't parse inline query results: Expected an Array of InlineQueryResult")
    if len(results) > MOST_RESULTS:
        raise errors.bad_request("RESULTS_TOO_MUCH")
    ids = [str(one.get("id", "")) if isinstance(one, dict) else "" for one in results]
    if not all(1 <= len(one.encode()) <= LONGEST_RESULT_ID for one in ids):
        raise errors.bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise errors.bad_request("RESULT_ID_DUPLICATE")
    found = call.telegram.world.database.execute(
        "UPDATE inline_queries SET results = ? WHERE id = ? AND bot_id = ? AND at > ? RETURNING id",
        [json.dumps(results), call.text("inline_query_id"), call.bot.id, time.time() - INLINE_SECONDS],
    ).fetchone()
    if found is None:
        raise errors.bad_request("query is too old and response timeout expired or query ID is invalid")
    return True


METHODS = {
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "getFile": get_file,
}
