"""How the mail server treats letters: by rules that people set, and by addresses that ask for a treatment."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.smtp import magic
from sandbox.smtp.rules import Deed, Rule, Stage


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens now: wait so many seconds, then answer with these words, or hang up, or go on."""

    seconds: float = 0.0
    words: str | None = None
    drop: bool = False


GO_ON = Treatment()


class Behaviour:
    """The rules in force. Asked at every stage; without rules, asking costs next to nothing."""

    def __init__(self) -> None:
        self.seed = 1
        self.rules: list[Rule] = []
        self._stages: dict[Stage, list[Rule]] = {}
        self._bounces: list[Rule] = []
        self._turn = 0

    def change(self, rules: Sequence[Rule], seed: int) -> None:
        """Put these rules in place of all others."""
        self.seed, self.rules, self._turn = seed, list(rules), 0
        acting = [rule for rule in rules if rule.do is not Deed.BOUNCE]
        self._stages = {stage: [rule for rule in acting if rule.stage is stage] for stage in Stage}
        self._bounces = [rule for rule in rules if rule.do is Deed.BOUNCE]

    def treat(self, stage: Stage, recipient: str = "") -> Treatment:
        """What is done at this stage; `recipient` is the first one where there are several."""
        rules = self._stages.get(stage, [])
        wish = magic.rule_for(recipient) if recipient else None
        if wish is not None and wish.stage is stage and wish.do is not Deed.BOUNCE:
            rules = [wish, *rules]
        return self._treat(rules, recipient) if rules else GO_ON

    def bounce(self, recipient: str) -> tuple[str, float] | None:
        """The words with which an accepted letter comes back later, and after how many seconds; or None."""
        wish = magic.rule_for(recipient)
        if wish is not None and wish.do is Deed.BOUNCE:
            return wish.words, wish.seconds
        for rule in self._bounces:
            if rule.applies(recipient, self.seed, 0):
                return rule.words, rule.seconds
        return None

    def _treat(self, rules: list[Rule], recipient: str) -> Treatment:
        seconds = 0.0
        self._turn += 1
        for rule in rules:
            if not rule.applies(recipient, self.seed, self._turn):
                continue
            if rule.do is Deed.DELAY:
                seconds += rule.seconds
            elif rule.do is Deed.DROP:
                return Treatment(seconds, drop=True)
            else:
                return Treatment(seconds, rule.words)
        return Treatment(seconds)
