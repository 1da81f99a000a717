"""The doctor: watches what a training says and what its networks hold, and names what goes wrong. It changes nothing and draws nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dcgan.config import Recipe
from dcgan.events import Diagnosis, Remedy, StepDone
from dcgan.training.doctor.checkup import Checkup
from dcgan.training.doctor.findings import WATCHES, evidence_of
from dcgan.training.doctor.remedies import Settings, against_collapse, slower
from dcgan.training.doctor.sights import Best, sights
from dcgan.training.doctor.vitals import Vitals

BEFORE = 50  # steps: a state this long before the first sign counts as healthy
FORGOTTEN = 200  # steps: what has been gone for so long is news when it comes again
COLLAPSE = "mode-collapse"
EXPLAINED = {"frozen-g": "d-wins"}  # what follows from another finding, and would be treated against its remedy


@dataclass
class _Spell:
    """How long something has been so, or has been gone: what is said once is not said again until it was gone for `FORGOTTEN` steps."""

    since: int | None = None
    said: bool = False
    gone_since: int | None = None

    def passes(self, is_so: bool, step: int, patience: int) -> bool:
        """Take in one look; say whether this is the moment to speak."""
        if not is_so:
            self.since = None
            self.gone_since = step if self.gone_since is None else self.gone_since
            self.said = self.said and step - self.gone_since < FORGOTTEN
            return False
        self.since = step if self.since is None else self.since
        self.gone_since = None
        if self.said or step - self.since < patience:
            return False
        self.said = True
        return True


class Doctor:
    """Hears every `StepDone` and sees a `Checkup` now and then; returns the diagnoses that are due.

    Parameters
    ----------
    recipe
        That of the training, with the learning rates as they are.
    real_distance
        The root mean square distance of two real pictures, in [-1, 1] units.
    step
        Where the training starts; a state of that step is there.
    """

    def __init__(self, recipe: Recipe, real_distance: float, step: int = 0) -> None:
        self.recipe = recipe
        self._vitals = Vitals(real_distance, step)
        self._spells: dict[tuple[str, str], _Spell] = {}
        self._saved = [step]
        self._best = Best()

    def note_saved(self, step: int) -> None:
        """Remember that a state was saved, from which a remedy can start."""
        self._saved.append(step)

    def hear(self, done: StepDone) -> Iterator[Diagnosis]:
        """Yield what the measures of a step show."""
        lost = [name for name in ("loss_d", "loss_g", "grad_norm_d", "grad_norm_g") if not math.isfinite(getattr(done, name))]
        if lost:
            yield self.not_finite(done.step, ", ".join(lost))
            return
        self._vitals.add(done)
        for watch in WATCHES:
            since = self._began("steps", watch.finding, watch.is_so(self._vitals, self.recipe), done.step, watch.patience)
            if since is not None:
                evidence = evidence_of(watch.evidence, self._vitals)
                found = Diagnosis(done.step, watch.finding, watch.severity, since, evidence, watch.sentence, None)
                yield self._treated(found, watch.remedy(self.recipe))

    def see(self, checkup: Checkup) -> Iterator[Diagnosis]:
        """Yield what a look at the networks shows."""
        self._best.note(checkup)
        for sight in sights(checkup, self.recipe, self._best, self._vitals.variety):
            since = self._began("looks", sight.finding, sight.is_so, checkup.step, sight.patience)
            if since is not None:
                found = Diagnosis(checkup.step, sight.finding, sight.severity, since - checkup.steps, sight.evidence, sight.sentence, None)
                yield self._treated(found, sight.settings)

    def not_finite(self, step: int, lost: str) -> Diagnosis:
        """Return the diagnosis of a training in which `lost` is no longer finite."""
        sentence = f"Not a number: {lost} can no longer be computed. The networks are lost from here on."
        return self._treated(Diagnosis(step, "not-finite", "failure", step, {}, sentence, None), slower("d", "g")(self.recipe))

    def _began(self, source: str, finding: str, is_so: bool, step: int, patience: int) -> int | None:
        """Return since when something is so, at the moment to say it; None else, and where it was said already or follows from what was."""
        same = [spell for (other, name), spell in self._spells.items() if name == finding and other != source]
        cause = [spell for (_, name), spell in self._spells.items() if name == EXPLAINED.get(finding)]
        spell = self._spells.setdefault((source, finding), _Spell())
        is_due = spell.passes(is_so, step, patience)
        return spell.since if is_due and not any(other.said for other in (*same, *cause)) else None

    def _treated(self, found: Diagnosis, settings: Settings) -> Diagnosis:
        """Add the remedy: these settings, from the last state well before the first sign of this and of what else is still so.

        While a collapse lasts its cure is the remedy of whatever else shows: any other would lead back into it.
        """
        ill = {key: spell.since for key, spell in self._spells.items() if spell.said and spell.since is not None}
        healthy = max((step for step in self._saved if step <= min([found.since, *ill.values()]) - BEFORE), default=min(self._saved))
        has_collapsed = any(finding == COLLAPSE for _, finding in ill)
        return replace(found, remedy=Remedy(against_collapse(self.recipe) if has_collapsed else settings, healthy))
