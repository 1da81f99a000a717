"""What was deleted is moved aside for a day, from where it can be brought back."""

from __future__ import annotations

import shutil
import time
from itertools import count
from pathlib import Path

from dcgan.errors import DCGANError
from dcgan.files import is_name

ASIDE = ".deleted"
ASIDE_SECONDS = 24 * 3600


class Aside:
    """The folders that were deleted from `root`, as `root`/.deleted/SECONDS-NAME; that is also the ticket of each."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def take(self, name: str, now: float | None = None) -> str:
        """Move a folder aside; return the ticket that brings it back within ASIDE_SECONDS. What lies there for longer is removed."""
        (self._root / ASIDE).mkdir(exist_ok=True)
        self.sweep(now)
        tickets = (f"{second}-{name}" for second in count(int(time.time() if now is None else now)))
        ticket = next(ticket for ticket in tickets if not self.folder(ticket).exists())
        try:
            (self._root / name).rename(self.folder(ticket))
        except OSError as error:
            raise DCGANError(f"{name} cannot be deleted ({error.strerror or error}); close whatever uses it and try again") from None
        return ticket

    def bring_back(self, ticket: str) -> str:
        """Undo `take`; return the folder's name."""
        seconds, _, name = ticket.partition("-")
        folder = self.folder(ticket)
        if not seconds.isdecimal() or not is_name(name) or not folder.is_dir():
            raise DCGANError(f"this cannot be brought back: what is deleted is removed after {ASIDE_SECONDS // 3600} hours")
        if (self._root / name).exists():
            raise DCGANError(f"another {name} is there now; delete that one first")
        folder.rename(self._root / name)
        return name

    def newest(self, name: str) -> str:
        """Return the ticket of the folder of that name that was moved aside last, "" where none is there."""
        tickets = [folder.name for folder in self._folders() if folder.name.partition("-")[2] == name]
        return max(tickets, key=lambda ticket: int(ticket.partition("-")[0]), default="")

    def folder(self, ticket: str) -> Path:
        """Return where the folder of a ticket lies now."""
        return self._root / ASIDE / ticket

    def sweep(self, now: float | None = None) -> None:
        """Remove what was moved aside more than ASIDE_SECONDS ago."""
        now = time.time() if now is None else now
        for folder in self._folders():
            if now - int(folder.name.partition("-")[0]) > ASIDE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        aside = self._root / ASIDE
        return [folder for folder in aside.iterdir() if folder.name.partition("-")[0].isdecimal()] if aside.is_dir() else []
