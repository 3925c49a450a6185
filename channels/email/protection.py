"""Keeping `{{ … }}` and `{% … %}` whole while programs that know only HTML work on a letter."""

import re

MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
STAND_IN = re.compile(r"<!--sbt(\d+)x-->|sbt(\d+)x")


class Protected:
    """A source whose marks stand in for by words, or by comments where a word would be moved out of a table."""

    def __init__(self, source: str) -> None:
        self._marks: list[str] = []
        self._source = source
        self.text = MARK.sub(self._stand_in, source)

    def restore(self, text: str) -> str:
        return STAND_IN.sub(lambda found: self._marks[int(found[1] or found[2])], text)

    def _stand_in(self, found: re.Match[str]) -> str:
        self._marks.append(found[0])
        word = f"sbt{len(self._marks) - 1}x"
        statement = found[0].startswith("{%")
        return f"<!--{word}-->" if statement and not self._in_tag(found.start()) else word

    def _in_tag(self, at: int) -> bool:
        return self._source.rfind("<", 0, at) > self._source.rfind(">", 0, at)
