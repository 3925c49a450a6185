"""A letter in the dark: by its own rules where it has some, else turned over as mail programs do."""

import re

QUERY = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
TURNED = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style>"
)


def in_the_dark(page: str) -> str:
    """The page as a program that is set to dark shows it."""
    if QUERY.search(page):
        return QUERY.sub("@media all", page)
    end = page.lower().find("</head>")
    return TURNED + page if end < 0 else page[:end] + TURNED + page[end:]
