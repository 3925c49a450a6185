"""Whatever a mail server does, and in whatever order: nothing lost, nothing twice, and no outcome is untrue."""

import asyncio
import random
from dataclasses import replace
from typing import Any

import pytest
import uvloop

from core.messages import Accepted, Unknown
from tests.integration.email_factory import QUICK, messages, provider, relay, send
from tests.integration.scripted_smtp import EXTENSIONS, Act, ScriptedSmtp

COUNT = 150
IMPATIENT = replace(QUICK, command=0.15, dot=0.15, greeting=0.15, unreachable=3)
ANSWERS: dict[str, list[str | Act]] = {
    "connect": ["421 4.7.0 too many connections", "451 later", Act.DROP, Act.HANG],
    "ehlo": ["421 closing", Act.DROP],
    "mail": ["421 4.3.2 closing", "451 4.3.0 later", "550 5.7.1 no", "garbage", Act.DROP, Act.HANG],
    "rcpt": ["421 closing", "450 4.2.0 later", "550 5.1.1 unknown", "554 5.7.1 no", Act.DROP, Act.HANG],
    "data": ["421 closing", "451 later", "554 no", Act.DROP, Act.DROP_IN_BODY, Act.HANG],
    "body": ["421 closing", "451 later", "554 5.7.1 spam", "garbage", Act.DROP, Act.KEEP_AND_DROP, Act.KEEP_AND_HANG],
    "rset": ["421 closing", "500 what", Act.DROP],
}


def script(server: ScriptedSmtp, chance: random.Random) -> None:
    for _ in range(chance.randint(3, 12)):
        stage = chance.choice(list(ANSWERS))
        server.at(stage, chance.choice(ANSWERS[stage]), times=chance.randint(1, 3), skip=chance.randint(0, COUNT // 2))


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 24))])
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_outcomes_agree_with_what_the_server_recorded(seed: int, run: Any) -> None:
    run(agree(random.Random(seed)))


async def agree(chance: random.Random) -> None:
    extensions = EXTENSIONS[chance.randint(0, 1) :]
    async with ScriptedSmtp(extensions, go_ahead_without_recipients=chance.random() < 0.5) as server:
        script(server, chance)
        carrier = provider(relay(server.port, connections=chance.randint(1, 6)), patience=IMPATIENT)
        outcomes, fault = await send(carrier, messages(COUNT), size=chance.choice([1, 10, 50]))
        await asyncio.sleep(0.02)
    assert fault is None
    assert len(outcomes) == COUNT
    recorded = server.recipients
    assert len(recorded) == len(set(recorded)), "sent twice"
    for number, outcome in outcomes.items():
        arrived = f"user{number}@example.test" in recorded
        assert isinstance(outcome, Unknown) or arrived == isinstance(outcome, Accepted), (number, outcome, arrived)
