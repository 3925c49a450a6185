"""Words of a person as a template that says exactly these words."""

import re

OPENING = re.compile(r"\{(?=[{%#])")


def quoted(text: str) -> str:
    """Whatever stands in it is said and never obeyed: each brace that would open something is quoted."""
    return OPENING.sub("{% raw %}{{% endraw %}", text)
