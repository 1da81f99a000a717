"""What a person writes to mean something on the Hub."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dcgan.errors import HubError

SCHEME = "hf:"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
_REFERENCE = re.compile(
    rf"(?:hf:|https://huggingface\.co/)?(?P<repo>{_NAME}/{_NAME})(?:/(?P<file>[^@?#\s]+))?(?:@(?P<revision>[A-Za-z0-9][A-Za-z0-9._/-]*))?/?"
)


@dataclass(frozen=True)
class Reference:
    """A repository, where one was named the revision (a branch, a tag or a commit) and the one file that is meant."""

    repo: str
    revision: str | None = None
    file: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read [hf:]OWNER/REPO[/FILE][@REVISION] or the address of a repository's page; anything else is a HubError."""
        match = _REFERENCE.fullmatch(text.strip())
        if match is None or "--" in match["repo"] or ".." in text or (match["file"] or "").startswith(("tree/", "blob/", "resolve/")):
            raise HubError(f"a repository of the Hub is written OWNER/REPO or OWNER/REPO@REVISION, found {text!r}")
        return cls(match["repo"], match["revision"], match["file"])

    def __str__(self) -> str:
        file = f"/{self.file}" if self.file else ""
        return f"{self.repo}{file}" + (f"@{self.revision}" if self.revision else "")
