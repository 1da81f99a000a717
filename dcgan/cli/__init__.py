"""The command line, `python -m dcgan`: `commands` holds all of them together, the other modules a subject each."""

from dcgan.cli.commands import app, main

__all__ = ["app", "main"]
