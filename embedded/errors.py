"""What can go wrong with the embedded servers: a code and its parameters, as everywhere in Sendbote."""


class EmbeddedProblem(Exception):  # noqa: N818 - the word of the domain
    """`code` is one of `texts/problems/embedded.py`, `params` fill its sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code
