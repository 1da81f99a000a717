"""Studio: what the running app knows. Loaded models, runs, and what a visitor may do. No gradio, no HTTP."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dcgan.config import Budget, Recipe, dcgan_home
from dcgan.data.entries import NAMES
from dcgan.errors import AnotherRunIsOn, RunError
from dcgan.files import read_json, write_json
from dcgan.models import Library, ModelInfo, Synthesizer
from dcgan.studio.comparing import Asked, Comparisons
from dcgan.studio.data import OwnData
from dcgan.studio.form import Estimate, Planner, StartRequest
from dcgan.studio.keys import digest, is_key
from dcgan.studio.models import LoadedModels
from dcgan.studio.own_models import OwnModels
from dcgan.training.changes import changed_by
from dcgan.training.comparing import Comparison
from dcgan.training.control import OrderName, send_order
from dcgan.training.processes import Workers, options_again, options_of
from dcgan.training.recipes import named_recipe
from dcgan.training.runs.folder import OWNER, RunState, RunStatus, new_run_folder
from dcgan.training.runs.store import ACTIVE, RECORDED, RunStore, asked_of
from dcgan.training.worker import TrainRequest

WAY_SECONDS, POLL_SECONDS = 90, 0.1  # a run is waited for that makes way: it may be reading its data, and then saves
MACHINE = ("precision", "layout", "kernels", "compile", "threads", "log_every")  # of a recipe: for a branch chosen anew where nobody chose


class Studio:
    """The state of one app.

    Parameters
    ----------
    public
        True where strangers come in: no typed paths, safetensors only, small uploads.
    """

    def __init__(self, data_dir: Path | None = None, model: str | None = None, public: bool = False) -> None:
        self.data_dir, self.public = data_dir.resolve() if data_dir else None, public
        self.library = Library(dcgan_home().resolve())
        self.runs = RunStore(self.library)
        self.planner = Planner(self.library, self.data_dir, public)
        self.comparisons = Comparisons(self.library.home, self._train, self._halt, self._state)
        self.own_data = OwnData(self.library.home, self.data_dir)
        self.own_models = OwnModels(self.library, public)
        self._models = LoadedModels(self.library, model)
        self._workers = Workers()
        # Two locks: what is to be trained is read for seconds, in which orders must get through.
        self._starting, self._lock = threading.Lock(), threading.Lock()
        self.default_model = self._models.first()

    # Models

    def models(self, also: str = "") -> list[ModelInfo]:
        """Return the models that are there, and the one called `also`; see `LoadedModels`."""
        return self._models.listed(also)

    def synthesizer(self, model: str) -> Synthesizer:
        """Return a model, ready to be asked for pictures."""
        return self._models.synthesizer(model)

    def is_growing(self, model: str) -> bool:
        """Say whether a model is a run that trains now, so that it is soon another one."""
        try:
            return self.status(model).state in ACTIVE
        except RunError:
            return False

    def rename_model(self, model: str, new: str, key: str) -> None:
        """Call a model of one's own by another name."""
        self.own_models.rename(model, new.strip(), key)
        self.runs.forget(f"{RECORDED}{model}")

    def delete_model(self, model: str, key: str) -> None:
        """Delete a model of one's own, for a day so that it can be brought back."""
        self.own_models.delete(model, key)
        self.runs.forget(f"{RECORDED}{model}")

    # Runs

    def status(self, run: str) -> RunStatus:
        """Return what a run is doing, or raise a RunError."""
        return self._workers.status(self.runs.find(run))

    def estimate(self, request: StartRequest) -> Estimate:
        """Say how long a training will take, and which run slowed the trial down, if one is on."""
        beside = next(self._in_state("starting", "running"), None)
        return replace(self.planner.estimate(request), beside=beside)

    def start_run(self, request: StartRequest, key: str, pausing: str | None = None) -> str:
        """Start a training in a process of its own and return the run's name; whoever holds `key` controls it.

        An AnotherRunIsOn where one is, unless that is the run `pausing`: it is saved and stopped first, to be continued later.
        """
        with self._starting:
            self._refuse_a_second(but=pausing)
            self.planner.plan(request)  # a wish that cannot be pauses nothing
            self._make_way(pausing, key)
            wanted = self._wanted(request)
            folder = new_run_folder(wanted.source or "").resolve()
            try:
                self._train(replace(wanted, run=folder), digest(key))
            except OSError:  # a full disk
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return folder.name

    def _wanted(self, request: StartRequest) -> TrainRequest:
        """Return what the form says as a training asks for it, all paths absolute; its run is still to be named."""
        named = request.source in NAMES or request.source.startswith("hf:")
        source = request.source if named else str(Path(request.source).expanduser().resolve())
        how = (request.recipe, request.settings, request.budget, request.model)
        return TrainRequest(Path(), source, self.data_dir, *how, kid_every=request.kid_every)

    def _train(self, request: TrainRequest, owner: str) -> None:
        """Start the process of a run, or go on with one that has not come to its end."""
        folder, options = request.run.resolve(), options_of(request)
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / OWNER, {"key_sha256": owner, "options": options})
        self._workers.start(folder, self.library.home, options)

    def continue_run(self, run: str, key: str, pausing: str | None = None) -> None:
        """Go on with a run that was stopped or interrupted, or as long again with one that is done; `pausing` is as for `start_run`."""
        self._refuse_others(run, key)
        with self._starting:
            self._refuse_a_second(but=pausing)
            self._make_way(pausing, key)
            reader = self.runs.find(run)
            self._workers.start(reader.folder, self.library.home, options_again(reader))

    def branch_run(self, run: str, step: int, settings: Sequence[str], key: str, pausing: str | None = None) -> str:
        """Start a new run from stage `step` of another, with its recipe and `settings` changed; return the new run's name.

        The other one, where it is still on, is saved and stopped first, to be continued later; or else `pausing`, as for `start_run`.
        """
        reader = self.runs.find(run)
        config = reader.config
        if not config:
            raise RunError(f"{run} has not begun: there is nothing to branch from")
        recipe = changed_by(Recipe.from_json(config["recipe"]), reader.since(0).lines, step).to_json()
        plain = named_recipe(recipe["name"]).to_json()
        asked = set() if run.startswith(RECORDED) else asked_of(config)  # a recording was made on another machine
        left = {"name", "preset", *MACHINE} - asked
        kept = [f"{name}={value}" for name, value in recipe.items() if name not in left and value != plain.get(name)]
        origin = f"{run.removeprefix(RECORDED)}@{step}"
        how = (recipe["name"], (*kept, *settings), Budget(**config["budget"]))
        request = StartRequest(config["data"]["source"], *how, origin, config.get("kid_every"))
        return self.start_run(request, key, pausing=pausing or run)

    def start_comparison(self, request: StartRequest, field: str, values: Sequence[str], key: str, pausing: str | None = None) -> str:
        """Train once for each of `values` of `field`, one after another, all else equal; return the comparison's name."""
        with self._starting:
            self._refuse_a_second(but=pausing)
            comparison = Comparison(self._wanted(request), field, tuple(values))
            for value in values:
                self.planner.plan(replace(request, settings=comparison.settings_of(value)))
            self._make_way(pausing, key)
            named = replace(comparison.request, run=Path(self.comparisons.new_name(field)))
            self.comparisons.begin(Asked(replace(comparison, request=named), digest(key), time.time()))
        return named.run.name

    def continue_comparison(self, name: str, key: str, pausing: str | None = None) -> None:
        """Go on with what of a comparison is not done yet; `pausing` is as for `start_run`."""
        asked = self.comparisons.find_own(name, key)
        with self._starting:
            self._refuse_a_second(but=pausing)
            self._make_way(pausing, key)
            self.comparisons.begin(asked)

    def _state(self, run: str) -> RunState:
        """Return the state of a run; `interrupted` for one that is not there."""
        try:
            return self.status(run).state
        except RunError:
            return "interrupted"

    def _refuse_a_second(self, but: str | None = None) -> None:
        if self.comparisons.run not in (None, but):
            raise AnotherRunIsOn(str(self.comparisons.run))
        for run in self._in_state(*ACTIVE):
            if run != but:
                raise AnotherRunIsOn(run)

    def _in_state(self, *states: RunState) -> Iterator[str]:
        return (reader.name for reader in self.runs.all() if self._workers.status(reader).state in states)

    def _make_way(self, run: str | None, key: str) -> None:
        """Stop a run that is on, and the comparison that it is of, and wait until it is saved and its process gone."""
        if run is None:
            return
        if self.comparisons.on and run == self.comparisons.run:
            self.comparisons.stop(self.comparisons.on, key)
        elif self._state(run) in ACTIVE:
            self.order(run, key, "stop", {})
        end = time.monotonic() + WAY_SECONDS
        while self.comparisons.on or self._state(run) in ACTIVE:
            if time.monotonic() > end:
                raise RunError(f"{run} did not come to a stop within {WAY_SECONDS} s; try again when it has")
            time.sleep(POLL_SECONDS)

    def order(self, run: str, key: str, order: OrderName, values: dict[str, float]) -> None:
        """Pass an order of `control.OrderName` on to a run; a RunError without the key of whoever started it."""
        self._refuse_others(run, key)
        if order == "stop":
            return self._halt(run)
        with self._lock:  # two orders at once are two orders
            send_order(self.runs.find(run).folder, order, values)
        return None

    def _halt(self, run: str) -> None:
        folder = self.runs.find(run).folder
        if not self._workers.stop_early(folder):
            with self._lock:
                send_order(folder, "stop")

    def own(self, run: str, key: str) -> None:
        """Make the holder of `key` the one who controls a run that came from elsewhere."""
        write_json(self.runs.find(run).folder / OWNER, {"key_sha256": digest(key), "options": []})

    def may_control(self, run: str, key: str) -> bool:
        """Say whether `key` is that of whoever started the run; runs of the command line are controlled there."""
        return is_key(key, self.owner(run))

    def owner(self, run: str) -> str:
        """Return the digest of the key of whoever started a run, "" for one of the command line."""
        return str(read_json(self.runs.find(run).folder / OWNER).get("key_sha256", ""))

    def may_pause(self, run: str, key: str) -> bool:
        """Say whether `key` may stop a run that stands in the way; one of a comparison may be yet to begin."""
        try:
            return self.may_control(run, key)
        except RunError:
            return False

    def may_keep(self, run: str, key: str) -> bool:
        """Say whether `key` may rename, annotate or delete a run: whoever started it; on the own machine the command line's too."""
        reader = self.runs.find(run)
        free = not self.public and not (reader.folder / OWNER).exists() and not run.startswith(RECORDED)
        return free or self.may_control(run, key)

    def _refuse_others(self, run: str, key: str) -> None:
        if not self.may_control(run, key):
            raise RunError(f"{run} was started elsewhere: it is controlled from there, here it can be watched")
