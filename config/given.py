"""What the environment gives: `SENDBOTE_…` variables, and the contents of the files that `SENDBOTE_…_FILE` name."""

from collections.abc import Mapping
from pathlib import Path

from config.checks import BadSetting


def read(environ: Mapping[str, str]) -> dict[str, str]:
    """Raises BadSetting for a file that cannot be read, or a variable that is set both ways."""
    found = {name: value for name, value in environ.items() if name.startswith("SENDBOTE_") and value != ""}
    for name in [name for name in found if name.endswith("_FILE")]:
        plain = name.removesuffix("_FILE")
        if plain in found:
            raise BadSetting(plain, "both", other=name)
        try:
            found[plain] = Path(found[name]).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise BadSetting(name, "unreadable", problem=problem.strerror or str(problem)) from None
    return found
