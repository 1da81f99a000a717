"""The models of the running app: which there are, and the newest asked for kept loaded."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

from dcgan.errors import DCGANError
from dcgan.files import is_name
from dcgan.models import Library, ModelInfo, Synthesizer
from dcgan.models.library import newest_snapshot

LOADED = 8  # models kept in memory
DEFAULT_MODEL = "fashion-mnist-32"


class LoadedModels:
    """A library's models, loaded once.

    Parameters
    ----------
    named
        The one path that may be asked for: the person who started the app chose it.
    """

    def __init__(self, library: Library, named: str | None) -> None:
        self._library, self._named = library, named
        self._loaded: OrderedDict[str, Synthesizer] = OrderedDict()
        self._loading = threading.Lock()  # its own: loading takes seconds, in which viewers of runs must get their answers

    def first(self) -> str:
        """Return the name of the model that is shown where none is asked for."""
        if self._named:
            return self._named
        models = self._library.models()
        return next((info.name for info in models if info.name == DEFAULT_MODEL), models[0].name)

    def listed(self, also: str) -> list[ModelInfo]:
        """Return the models that are there, and the one called `also` where that is a stage of a run or untrained: too many to list."""
        found = self._library.models()
        if also and all(info.name != also for info in found):
            with contextlib.suppress(DCGANError):
                found.append(self.synthesizer(also).info)
        if self._named and all(info.name != self._named for info in found):
            with contextlib.suppress(DCGANError):  # deleted since
                found.insert(0, replace(self.synthesizer(self._named).info, name=self._named))
        return found

    def synthesizer(self, model: str) -> Synthesizer:
        """Return the model, loaded once and kept while it is among the newest asked for; a run's newest snapshot is taken up."""
        key = f"{model}@{self._version(model)}"
        with self._loading:
            if key not in self._loaded:
                self._loaded[key] = self._library.synthesizer(model, allow_paths=model == self._named)
            self._loaded.move_to_end(key)
            while len(self._loaded) > LOADED:
                self._loaded.popitem(last=False)
            return self._loaded[key]

    def _version(self, model: str) -> str:
        """Return what is another one where the name means another model than before: a run has learned, an own model was replaced."""
        home = self._library.home
        own = home / "models" / model / "config.json"
        if is_name(model) and own.exists():
            return str(own.stat().st_mtime_ns)
        runs = [home / "runs" / model] if is_name(model) else []
        named = [Path(model)] if model == self._named else []
        snapshots = (newest_snapshot(folder) for folder in (*runs, *named))
        return next((snapshot.name for snapshot in snapshots if snapshot), "")
