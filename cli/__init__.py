"""The `sendbote` command: one module a subcommand, each with a Typer `app` of its own."""
