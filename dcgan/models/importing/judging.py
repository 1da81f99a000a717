"""Readings that stand close are measured again, as wholes and with more examples: with few, chance decides between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dcgan.models.importing.evidence import FIRST_FLOOR, energy, floor_for
from dcgan.models.importing.forward import COUNT, Forward
from dcgan.models.importing.found import Found

WORK = 1 << 34  # multiply-adds for one layer
CLOSE = 12.0  # nats behind the best
RIVALS = 4  # readings that are measured, and kept


def judged(forward: Forward, beam: Sequence[Found], decisive: Sequence[int]) -> list[Found]:
    """Return the readings so far, the close ones measured anew at the norms of the `decisive` stages, where examples were few."""
    order = sorted(beam, key=lambda found: found.score)
    rivals = [each for each in order if each.score <= order[0].score + CLOSE][:RIVALS]
    if not decisive or len(rivals) < 2 or all(each.y is not None and len(each.y) >= COUNT for each in rivals):
        return order
    measured = [errors_of(forward, each, decisive) for each in rivals]
    norms = [norm for index in decisive if (norm := forward.stages[index].norm) is not None]
    floors = [floor_for(min(at), norm.tensors) for at, norm in zip(zip(*measured, strict=True), norms, strict=True)]
    if decisive[0] == 0:
        floors[0] = FIRST_FLOOR
    channels = [norm.channels for norm in norms]
    after = []
    for each, errors in zip(rivals, measured, strict=True):
        misfit = sum(energy(*at) for at in zip(errors, channels, floors, strict=True))
        after.append(replace(each, misfit=misfit, errors=tuple(errors)))
    return after


def errors_of(forward: Forward, found: Found, decisive: Sequence[int]) -> list[float]:
    """Return the squared error at each of the norms."""
    errors = []
    now = replace(forward.begin(found.entry, found.start, found.history, 0.0), planes=found.planes)
    for index, choice in enumerate(found.choices[: decisive[-1] + 1]):
        now = forward.step(index, now, choice, found.choices[index - 1].eps if index else choice.eps, WORK)
        stage = forward.stages[index]
        if index in decisive and stage.norm is not None and now.y is not None:
            errors.append(forward.error(index, found, forward.as_normed(stage, now.y, None, found.start)[0]))
    return errors
