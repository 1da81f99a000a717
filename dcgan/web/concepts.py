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

from dcgan.latent import along, combine, mean, plane, turn
from dcgan.models.curated import curated
from dcgan.models.morphing import make_arithmetic, ways_of
from dcgan.web.keys import parse_labels, parse_points, text_of
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
    a, b, c = slots = [parse_points(asked, name, synthesizer, 0, MOST_SAMPLES) for name in ("a", "b", "c")]
    label = _label(synthesizer, asked)
    if all(len(slot) for slot in slots):
        made = make_arithmetic(synthesizer, a, b, c, label)
        result = combine(*slots)
        parts = [*made.slots, made.means, made.result, made.pixels[None]]
        facts = {"z": text_of(result), "norm": round(float(np.linalg.norm(result)), 3)}
    else:
        filled = [slot for slot in slots if len(slot)]
        if not filled:
            raise RequestRefused("there is nothing to add yet: put pictures into the slots")
        parts = [synthesizer.rgb(np.concatenate([*filled, *(mean(slot)[None] for slot in filled)]), label)]
        facts = {"z": None, "norm": None}
    return {**sheet_record(np.concatenate(parts)), **facts}


def turning(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the turn from one slot to the other to samples, in steps."""
    left, right, samples = (parse_points(asked, name, synthesizer, 1, MOST_SAMPLES) for name in ("left", "right", "samples"))
    rows = along(samples, turn(left, right), np.linspace(-REACH, REACH, STEPS))
    z = np.concatenate([left, right, samples, [mean(left), mean(right)], *rows])
    return sheet_record(synthesizer.rgb(z, _label(synthesizer, asked)))


def corners(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the plane between four corners."""
    info = synthesizer.info
    z = plane(parse_points(asked, "corners", synthesizer, 4, 4), SIDE, SIDE, ways_of(info)[0]).reshape(SIDE * SIDE, -1)
    classes = synthesizer.labels(4, parse_labels(asked, synthesizer))
    weights = None
    if classes is not None:
        weights = plane(np.eye(len(info.labels), dtype=np.float32)[classes], SIDE, SIDE, "lerp").reshape(SIDE * SIDE, -1)
    made = synthesizer.rgb(z, weights)
    return sheet_record(np.concatenate([made[[0, SIDE - 1, -SIDE, -1]], made]))


def figures(synthesizer: Synthesizer, _asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the seeds that were chosen for the model, and the questions that its pictures can be chosen by."""
    return {**curated(synthesizer.info), "attributes": questions_for(synthesizer.info)}


def _label(synthesizer: Synthesizer, asked: Mapping[str, Any]) -> list[str | int] | None:
    """Return the one label of all pictures, the first where none is asked for; None for models without."""
    label = asked.get("label")
    if label is None:
        return [0] if synthesizer.info.labels else None
    return parse_labels({"labels": [label]}, synthesizer)
