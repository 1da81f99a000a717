"""A visitor's own models: taken in, renamed, deleted, brought back. Of the readings of the same files one is there at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dcgan.aside import Aside
from dcgan.errors import CheckpointError
from dcgan.files import read_json, write_json
from dcgan.models import Library
from dcgan.models.adoption import OWNER, Adopted, Upload, adopt, other_readings
from dcgan.studio.keys import digest, is_key


class OwnModels:
    """The models in `$DCGAN_HOME/models`. Of a `public` server only who brought a model, by the key, may rename or delete it."""

    def __init__(self, library: Library, public: bool) -> None:
        self._library, self._public = library, public
        self._root = library.home / "models"
        self._aside = Aside(self._root)

    def adopt(self, uploads: Sequence[Upload], settings: Sequence[str], key: str) -> Adopted:
        """Take dropped checkpoint files in and return what they brought; a DCGANError says what was wrong.

        The same files dropped again, with the same `settings`, are the same model; with others it takes the place of those before.
        """
        adopted = adopt(uploads, self._root, not self._public, settings, digest(key) if self._public else "")
        if adopted.name is not None:
            self._make_room(adopted.name, key)
        return adopted

    def own(self, model: str, owner: str) -> None:
        """Make the one whose key has the digest `owner` the owner of a new model."""
        write_json(self._root / model / OWNER, {"key_sha256": owner})

    def may_delete(self, model: str, key: str) -> bool:
        """Say whether `key` may rename and delete an own model: on the own machine every one."""
        return self._is_free(self._root / model, key)

    def rename(self, model: str, new: str, key: str) -> None:
        """Call a model by another name, a plain one that nothing has; the same files dropped again are still this model."""
        folder = self._of(model, key)
        target = self._library.new_folder(new)
        if target.exists():
            raise CheckpointError(f"a model called {new} is there already; choose another name")
        folder.rename(target)

    def delete(self, model: str, key: str) -> None:
        """Move a model aside, for a day."""
        self._aside.take(self._of(model, key).name)

    def bring_back(self, model: str, key: str) -> None:
        """Undo `delete`, or another reading's taking the place."""
        ticket = self._aside.newest(model)
        if ticket:
            self._refuse_others(model, self._aside.folder(ticket), key)
        self._aside.bring_back(ticket)
        self._make_room(model, key)

    def _of(self, model: str, key: str) -> Path:
        """Return the folder of a model that `key` may change."""
        if model not in self._library.own():
            raise CheckpointError(f"no model of your own is called {model!r}; reload the page to see which there are")
        folder = self._root / model
        self._refuse_others(model, folder, key)
        return folder

    def _is_free(self, folder: Path, key: str) -> bool:
        return not self._public or is_key(key, str(read_json(folder / OWNER).get("key_sha256", "")))

    def _refuse_others(self, model: str, folder: Path, key: str) -> None:
        if not self._is_free(folder, key):
            raise CheckpointError(f"{model} was brought in another browser: only from there can it be renamed, deleted or brought back")

    def _make_room(self, model: str, key: str) -> None:
        """Move the other readings of the same files aside."""
        for other in other_readings(model, self._root):
            if self.may_delete(other, key):
                self._aside.take(other)
