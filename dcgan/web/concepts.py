"""Arithmetic on pictures' z, turns and planes, for the Morph page.

arithmetic  {"a": [point, …], "b", "c", "label": the class of all, or null}      each slot may be empty, but not all
            -> a sheet (`sheets`): the samples of a, b and c; the mean of each slot that is not empty; and where none is, the result
               among its neighbours (9) and the same arithmetic on pixels (1); with "z" and "norm" of the result, or null
turn        {"left": [point, …], "right", "samples", "label"}  -> a sheet: those, means of left and right, `STEPS` a sample
plane       {"corners": four points, "labels": of the corners, or null}  -> a sheet: the corners, then `SIDE` rows of as many
figures     {} -> what was chosen for the model (`dcgan.models.curated`), with "attributes": what `offers` can be asked for
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dcgan.latent import along, combine, mean, plane, turn, z_to_text
from dcgan.models.arithmetic import make_arithmetic
from dcgan.models.curated import curated
from dcgan.models.morphing import ways_of
from dcgan.web.keys import Z, parse_labels, parse_points
from dcgan.web.offers import questions_for
from dcgan.web.protocol import RequestRefused
from dcgan.web.sheets import sheet_record

if TYPE_CHECKING:
    from dcgan.models import Synthesizer

MOST_SAMPLES = 12  # of a slot
STEPS = 9
REACH = 0.75  # a turn goes from -¾ to ¾ of the way between the two sides: half as far again, so that it is seen
SIDE = 8


def arithmetic(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Make a - b + c, as far as the slots are filled."""
    a, b, c = slots = terms(synthesizer, asked, least=0)
    label = label_of(synthesizer, asked)
    if all(len(slot) for slot in slots):
        made = make_arithmetic(synthesizer, a, b, c, label)
        result = combine(*slots)
        parts = [*made.slots, made.means, made.result, made.pixels[None]]
        facts = {"z": z_to_text(result), "norm": round(float(np.linalg.norm(result)), 3)}
    else:
        filled = [slot for slot in slots if len(slot)]
        if not filled:
            raise RequestRefused("there is nothing to add yet: put pictures into the slots")
        parts = [synthesizer.rgb(np.concatenate([*filled, *(mean(slot)[None] for slot in filled)]), label)]
        facts = {"z": None, "norm": None}
    return {**sheet_record(np.concatenate(parts)), **facts}


def terms(synthesizer: Synthesizer, asked: Mapping[str, Any], least: int) -> list[Z]:
    """Return z (n, z_dim) of the slots a, b and c, of at least `least` pictures each."""
    return [parse_points(asked, name, synthesizer, least, MOST_SAMPLES) for name in ("a", "b", "c")]


def turning(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the turn from one slot to the other to samples, in steps."""
    left, right, samples, rows = turned(synthesizer, asked)
    z = np.concatenate([left, right, samples, [mean(left), mean(right)], rows])
    return sheet_record(synthesizer.rgb(z, label_of(synthesizer, asked)))


def turned(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> tuple[Z, Z, Z, Z]:
    """Return z of the left and the right side, of the samples, and of their rows: `STEPS` a sample, each (n, z_dim)."""
    left, right, samples = (parse_points(asked, name, synthesizer, 1, MOST_SAMPLES) for name in ("left", "right", "samples"))
    rows = along(samples, turn(left, right), np.linspace(-REACH, REACH, STEPS))
    return left, right, samples, rows.reshape(-1, rows.shape[-1])


def corners(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the plane between four corners."""
    made = synthesizer.rgb(*filled(synthesizer, asked))
    return sheet_record(np.concatenate([made[[0, SIDE - 1, -SIDE, -1]], made]))


def filled(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> tuple[Z, Z | None]:
    """Return z of the plane, row by row, (n, z_dim), and how much of each class a picture is, (n, classes) or None."""
    info = synthesizer.info
    z = plane(parse_points(asked, "corners", synthesizer, 4, 4), SIDE, SIDE, ways_of(info)[0]).reshape(SIDE * SIDE, -1)
    classes = synthesizer.labels(4, parse_labels(asked, synthesizer))
    if classes is None:
        return z, None
    return z, plane(np.eye(len(info.labels), dtype=np.float32)[classes], SIDE, SIDE, "lerp").reshape(SIDE * SIDE, -1)


def figures(synthesizer: Synthesizer, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seeds that were chosen for the model, and the questions that its pictures can be chosen by."""
    return {**curated(synthesizer.info), "attributes": questions_for(synthesizer.info)}


def label_of(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> list[str | int] | None:
    """Return the one label of all pictures, the first where none is asked for; None for models without."""
    label = asked.get("label")
    if label is None:
        return [0] if synthesizer.info.labels else None
    return parse_labels({"labels": [label]}, synthesizer)
