"""The parts of the whole benchmark: how each is run, and which of its figures stand in the table."""

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.table import Line, told

TURNS = ("plain", "opens", "clicks")


@dataclass(frozen=True, slots=True)
class Part:
    command: tuple[str, ...]
    read: Callable[[str], list[Line]] = told
    needs_postfix: bool = False
    shares: bool = False
    """Whether it looks at the people of the shared installation."""


def figures(part: str, chosen: dict[str, tuple[str, str, str]]) -> Callable[[str], list[Line]]:
    """A reader of `bench.figures`: for each figure by its name its key, what it is, and what it should be."""

    def read(output: str) -> list[Line]:
        found = {one["what"]: one for one in json.loads(output)["figures"]}
        lines = [
            Line(f"{part}.{key}", what, round(found[name]["seconds"], 3), "s", aim)
            for name, (key, what, aim) in chosen.items()
        ]
        return [*lines, Line(f"{part}.peak_mb", "peak memory", max(one["peak_mb"] for one in found.values()), "MB")]

    return read


def tracked(output: str) -> list[Line]:
    rounds, lines = json.loads(output)["rounds"], []
    for what in ("opens", "clicks"):
        mine = [one for one in rounds if one["what"] == what]
        per_second, p99 = (statistics.median(one[name] for one in mine) for name in ("a_second", "p99_ms"))
        cpu = statistics.median(one["cpu_us"] for one in mine)
        lines += [
            Line(f"tracking.{what}_per_second", f"{what} a second, recorded", per_second, "/s", "15,000 at least"),
            Line(f"tracking.{what}_p99_ms", f"{what}: p99 at 64 connections", p99, "ms", "under 20"),
            Line(f"tracking.{what}_cpu", f"{what}: CPU of 1,000 in the server process", cpu, "ms"),
        ]
    return [*lines, *_beside_plain(rounds)]


def _beside_plain(rounds: list[dict[str, Any]]) -> list[Line]:
    """Round by round, as they took turns."""
    plain, opens, clicks = ([one["a_second"] for one in rounds if one["what"] == what] for what in TURNS)
    ratio, ratio_of_clicks = (
        round(statistics.median(ours / theirs for ours, theirs in zip(mine, plain, strict=True)), 2)
        for mine in (opens, clicks)
    )
    what = "a plain aiohttp application that records nothing"
    return [
        Line("tracking.plain_aiohttp_per_second", f"{what}: pictures a second", statistics.median(plain), "/s"),
        Line("tracking.ratio_to_plain_aiohttp", "opens, recorded, beside it in turns", ratio, ""),
        Line("tracking.clicks_ratio_to_plain_aiohttp", "clicks, recorded, beside it in turns", ratio_of_clicks, ""),
    ]


PARTS = {
    "pipeline": Part(("bench.pipeline",), needs_postfix=True),
    "launch": Part(("bench.launching", "--rounds", "2"), needs_postfix=True),
    "curve": Part(("bench.curve",), needs_postfix=True),
    "signing": Part(("bench.signing",)),
    "tracking": Part(("bench.tracking",), tracked),
    "imports": Part(
        ("bench.imports", "--once"),
        figures(
            "imports",
            {
                "first: dry run": ("dry_run", "1,000,000 rows of CSV: dry run", ""),
                "first: for good": ("for_good", "1,000,000 rows of CSV: import", ""),
            },
        ),
    ),
    "segments": Part(
        ("bench.segments", "--only", "four conditions"),
        figures(
            "segments",
            {
                "count: four conditions": ("count", "count of 1,000,000 by four conditions", ""),
                "reach: four conditions": ("reach", "whom they reach on each channel, and why not", ""),
            },
        ),
        shares=True,
    ),
    "recipients": Part(
        ("bench.recipients", "--only", "everybody"),
        figures(
            "recipients",
            {
                "preview: everybody": ("preview", "preview of a campaign to 1,000,000", ""),
                "launch: everybody": ("launch", "launch", ""),
                "prepare: everybody": ("prepare", "prepare 1,000,000 recipients", "under 15"),
            },
        ),
        shares=True,
    ),
    "panel": Part(("bench.panel",), shares=True),
    "messenger": Part(("bench.messenger",)),
}
"""In this order; those that share an installation stand together, since the first of them fills it."""
