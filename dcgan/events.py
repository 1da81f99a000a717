"""What a training says while it runs. `train()` yields these; run folder, command line and tests are equal readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Reason = Literal["completed", "stopped"]
Severity = Literal["warning", "failure"]
Moves = Literal["dg", "d", "g"]  # whose weights an update changes


@dataclass(frozen=True)
class Started:
    """The first event. `step` is 0, or the step of the state that is continued."""

    step: int
    resumed: bool


@dataclass(frozen=True)
class StepDone:
    """The measures of one step (on an accelerator: means over the last `log_every` steps).

    `loss_d` and `loss_g` are the recipe's objective, without penalties. `d_real` and `d_fake` are the mean of D's probability
    "real" for real pictures and for fakes before D's update, `d_fake_after` the same for the same fakes after it (see
    `objectives.probability` for objectives that have none); where D is updated more than once a step, its last update counts.
    `diversity` is the root mean square pixel distance, in [-1, 1] units, of neighbouring fakes of the batch. `seconds` is
    training time since the first start, pauses excluded.
    """

    step: int
    epoch: float
    seconds: float
    loss_d: float
    loss_g: float
    d_real: float
    d_fake: float
    d_fake_after: float
    grad_norm_d: float
    grad_norm_g: float
    diversity: float
    images_per_second: float


@dataclass(frozen=True)
class SamplesReady:
    """The fixed-z pictures of the EMA generator: `images` uint8 (n, h, w, c)."""

    step: int
    seconds: float
    images: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class CheckpointReady:
    """All that an exact resume needs: name -> tensor, valid until the next event is asked for."""

    step: int
    seconds: float
    tensors: Mapping[str, Any]


@dataclass(frozen=True)
class Scored:
    """The EMA generator of the state just said was measured: `swd` is the sliced Wasserstein distance, `n` the pictures a side."""

    step: int
    seconds: float
    swd: float
    n: int


@dataclass(frozen=True)
class KidMeasured:
    """The EMA generator's KID (see `metrics.kernel.kid`): `kid_se` its standard error or None, `n` the pictures a side.

    `features` names the network whose numbers are compared, `title` says what it is: the value is comparable with its like only.
    """

    step: int
    seconds: float
    kid: float
    kid_se: float | None
    n: int
    features: str
    title: str


@dataclass(frozen=True)
class Judged:
    """What D says of real pictures, `images` uint8 (n, h, w, c), always the same ones, and of those of the sheet of this step.

    `real` and `fake` are D's outputs in eval mode; `objectives.probability` says what they mean.
    """

    step: int
    images: npt.NDArray[np.uint8]
    real: tuple[float, ...]
    fake: tuple[float, ...]


@dataclass(frozen=True)
class Remedy:
    """What may help: the run continued from the saved state of step `from_step` with these settings of its recipe changed."""

    settings: Mapping[str, Any]
    from_step: int


@dataclass(frozen=True)
class Diagnosis:
    """Something has gone wrong: `evidence` are the measures that show it, `since` is the step from which on they do.

    Said once; the same `finding` is said again only after it has been gone for as long as it took to be seen.
    """

    step: int
    finding: str
    severity: Severity
    since: int
    evidence: Mapping[str, float]
    sentence: str
    remedy: Remedy | None


@dataclass(frozen=True)
class StepSeen:
    """What an ordered step saw, said after its `StepDone`: for people to look at, no training needs it.

    `pictures` are what D was shown, the first of a batch, uint8 (n, h, w, c): "real"; "fakes", before D's update; "judged", the same
    fakes at G's update, changed at random anew where the recipe does that; and "wanted", for each of these the direction in which G's
    loss falls, pixel by pixel, grey where it does not matter. `outputs` are D's raw outputs for a whole batch (n,) under the same
    names. `losses` are the means "real", "fakes" and "generator", without penalties. `gradients` has for "d" and "g" the index of
    each layer with weights and the norm of the gradient of its loss with respect to them, `rates` the learning rates, `settings` those
    of the recipe that may have been changed meanwhile.
    Where D is updated more than once a step, its last update counts.
    """

    step: int
    moved: Moves
    pictures: Mapping[str, npt.NDArray[np.uint8]]
    outputs: Mapping[str, npt.NDArray[np.float32]]
    losses: Mapping[str, float]
    gradients: Mapping[str, Mapping[int, float]]
    rates: Mapping[str, float]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class OrderDone:
    """An order was carried out: pause, resume, stop, a change of settings, or a step while all else waits (`control.OrderName`)."""

    step: int
    sequence: int
    order: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Finished:
    """The last event."""

    step: int
    seconds: float
    reason: Reason


TrainEvent = (
    Started | StepDone | StepSeen | SamplesReady | CheckpointReady | Scored | KidMeasured | Judged | Diagnosis | OrderDone | Finished
)
