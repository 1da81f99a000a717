"""The errors whose message a user may read as it stands.

Everything that can go wrong through input raises a subclass of `DCGANError` with one sentence: what was found, and what to do.
Anything else is a fault of ours and keeps its traceback.
"""

from __future__ import annotations


class DCGANError(Exception):
    """Base of all errors that are meant for the user's eyes; `setting` is the key=value under which it would go, where there is one."""

    def __init__(self, sentence: str = "", setting: str = "") -> None:
        self.setting = setting
        super().__init__(sentence)


class ConfigError(DCGANError):
    """A setting, a recipe or a network description that cannot work."""


class DataError(DCGANError):
    """A data set that is missing, empty or unusable."""


class CheckpointError(DCGANError):
    """A model file that cannot be read; the message names the file, what was found and what was expected."""


class HubError(DCGANError):
    """The Hugging Face Hub cannot be reached or refuses, or what is there cannot be used."""


class RunError(DCGANError):
    """A run folder that cannot be used: locked by another process, of another recipe, or not a run."""


class AnotherRunIsOn(RunError):
    """A training cannot start while `run` is on; whoever controls that one may pause it."""

    def __init__(self, run: str) -> None:
        self.run = run
        super().__init__(f"{run} is being trained; stop it first, two trainings at once would slow both")


class TrainingDiverged(DCGANError):
    """A loss or a weight became NaN or infinite.

    `step` is the step at which it was seen, `last_good` the newest step whose state is saved (or None).
    """

    def __init__(self, step: int, last_good: int | None) -> None:
        self.step, self.last_good = step, last_good
        kept = "no state was saved before it" if last_good is None else f"the state of step {last_good} is kept"
        super().__init__(f"training diverged at step {step}: a loss is not a finite number; {kept}; try lower learning rates")
