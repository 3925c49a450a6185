"""What is wrong with a file, as a code with its parameters."""


class FileProblem(Exception):  # noqa: N818 - the word of the domain
    """A file that cannot be read; `params` name the place."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
