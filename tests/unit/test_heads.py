"""Which requests are so plain that they need no parser of HTTP."""

import pytest

from web.heads import LONGEST, MOST_LINES, Asked, plain

HOST = b"Host: news.example\r\n"


def test_a_browsers_request_is_plain() -> None:
    head = b"GET /o/a.png HTTP/1.1\r\nhost:news.example\r\nUSER-AGENT: \tMozilla/5.0 (X11) \r\nAccept: */*\r\n\r\n"
    assert plain(head) == Asked("/o/a.png", "Mozilla/5.0 (X11)")
    assert plain(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") == Asked("/", "")
    assert plain(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: Keep-Alive\r\n\r\n") == Asked("/", "")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"GET / HTTP/1.1\r\n" + HOST,
        b"GET / HTTP/1.1\r\n" + HOST + b"\r\nX",
        b"GET / HTTP/1.1\r\n" + HOST + b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"HEAD / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.0\r\n" + HOST + b"\r\n",
        b"GET /  HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET http://news.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /\xc3\xbc HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\n" + HOST + b"\n",
        b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length:5\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Expect: 100-continue\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: keep-alive, close\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Sec-Purpose: prefetch\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X : 1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b" folded\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"host: other\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"User-Agent: one\r\nUser-Agent: two\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"User-Agent: \xff\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * LONGEST + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * MOST_LINES + b"\r\n",
    ],
)
def test_whatever_needs_a_parser_is_left_to_one(head: bytes) -> None:
    assert plain(head) is None


def test_a_hostile_head_takes_no_longer_than_its_length() -> None:
    for piece in (b"a" * 4000, b"a:" * 2000, b"a: b\r\n" * 600, b"\r\nconnection:" * 300, b"user-agent:\t" * 300):
        assert plain(b"GET / HTTP/1.1\r\n" + piece[: LONGEST - 20]) is None
