"""Ports that cannot be had."""


class PortTaken(Exception):  # noqa: N818 - names the thing
    """Another process has the port; `mail` tells which of the two it was to be."""

    def __init__(self, port: int, *, mail: bool) -> None:
        super().__init__(f"port {port} is taken")
        self.port = port
        self.mail = mail
