"""Fonts and style sheets from elsewhere are left out of letters: whoever serves them would see who reads, and when."""

import re

STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style\s*>)", re.IGNORECASE | re.DOTALL)
IMPORT = re.compile(r"@import\s+(?:url\([^)]*\)|\"[^\"]*\"|'[^']*')[^;{}]*;?", re.IGNORECASE)
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.IGNORECASE)
REMOTE = re.compile(r"url\(\s*[\"']?\s*(?:https?:)?//", re.IGNORECASE)
LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
LOADING = re.compile(r"\brel\s*=\s*[\"']?[^\"'>]*(?:stylesheet|preconnect|preload|prefetch)", re.IGNORECASE)


def without_remote_fonts(page: str) -> str:
    """The page without `@import`, remote `@font-face`, and links that a mail program would load by itself.

    MJML adds one for each font it knows, among them its own default. A font that is named is still used where the
    reader has it, and the next of its family where not.
    """
    page = STYLE.sub(lambda found: f"{found[1]}{_own(found[2])}{found[3]}", page)
    return LINK.sub(lambda found: "" if LOADING.search(found[0]) else found[0], page)


def _own(style: str) -> str:
    kept = FONT_FACE.sub(lambda found: "" if REMOTE.search(found[0]) else found[0], style)
    return IMPORT.sub("", kept)
