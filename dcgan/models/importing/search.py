"""The search for the readings that fit: layer by layer, keeping those that cost least and reproduce the file's statistics best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import inf

import torch
from torch import Tensor

from dcgan.models.importing.between import LEAKY, Between, branch_acts
from dcgan.models.importing.branches import planes
from dcgan.models.importing.evidence import FIRST_FLOOR, FLOOR, LEAST_FLOOR, Kernel, activate, histories, is_untouched
from dcgan.models.importing.forward import Forward
from dcgan.models.importing.found import Choice, Entry, Found, Planes
from dcgan.models.importing.geometry import Geometry, Move
from dcgan.models.importing.habits import Habits
from dcgan.models.importing.judging import judged
from dcgan.models.importing.options import NO_ACT, Act, Options, Pair
from dcgan.models.importing.parts import Skeleton
from dcgan.models.importing.trials import THOROUGH, WORK, Trial, fits, leading, leading_resizes, ranked, with_floor

CHANNELS, FEW = 48, 24  # of a layer's outputs, for a trial; for one with more examples
BEAM = 6  # readings that are followed
SPAN = 14.0  # nats behind the best at which a reading is dropped

ACTS = 2  # besides LeakyReLU 0.2 that are tried with every move where the likeliest does not fit

TRUSTED = 0.1  # squared error behind a norm; above it for every reading, its statistics are not those of these weights
EARLY = 3.0  # for an activation before the norms of a label's branch
RIVALS = 8  # leading trials of a stage that are measured again, with more examples, and the best of each stride and resize


class Search:
    """The readings of one skeleton."""

    def __init__(self, network: Skeleton, geometry: Geometry, options: Options) -> None:
        self._stages, self._geometry, self._between = network.stages, geometry, Between(network, options)
        self._forward, self._cost = Forward(network), network.cost
        self._labels, self._habits = options.labels, Habits(network.stages, options)
        self._stale: set[int] = set()  # stages whose norm's statistics say nothing
        self._counted = [index for index in range(len(network.stages)) if self._decides(index)]

    @torch.inference_mode()
    def run(self, entries: Sequence[Entry], count: int | None = None) -> list[Found]:
        """Return readings, of the first `count` stages or of all, the best first; none where no picture of a size that is taken comes."""
        norms = [stage.norm.tensors for stage in self._stages if stage.norm is not None and stage.has_statistics]
        beam = [
            self._forward.begin(entry, start, history, self._cost + cost + more)
            for history, more in histories(norms).items()
            for entry in entries
            for start, cost in self._geometry.starts()
        ]
        for index in range(count or len(self._stages)):
            grown = self._again(index, [child for found in beam for child in self._expand(index, found)])
            if min((trial.squared or 0.0 for _, trial, _ in grown), default=0.0) > TRUSTED:
                self._stale.add(index)
                grown = [child for found in beam for child in self._expand(index, found)]
            beam = [
                self._computed(index, *pair) for pair in self._best(index, with_floor(grown, self._stages[index].norm) if index else grown)
            ]
            if index == max(self._counted, default=-1):
                beam = judged(self._forward, beam, [counted for counted in self._counted if self._decides(counted)])
        return sorted(beam, key=lambda found: found.score)

    # One stage ------------------------------------------------------------------------------------------------------------------------

    def _expand(self, index: int, found: Found) -> list[tuple[Found, Trial, float]]:
        """Return (reading, trial, its score with the least that the rest can cost)."""
        return [grown for each in self._with_planes(index, found) for grown in self._expand_one(index, each)]

    def _again(self, index: int, grown: list[tuple[Found, Trial, float]]) -> list[tuple[Found, Trial, float]]:
        """Measure the leading trials with more examples, where the first ones could not have many; drop the others."""
        order = ranked(grown)
        if not order or order[0][1].squared is None:
            return grown
        leaders = {id(item): item for item in order[:RIVALS]}
        kinds = {(item[1].move.scale, item[1].move.mode, item[1].move.stride): item for item in reversed(order)}
        leaders |= {id(item): item for item in kinds.values()}
        measured = []
        for found, trial, score in leaders.values():
            exact = self._measure(index, found, [(trial.act, trial.eps, trial.move, trial.early)], THOROUGH)[0]
            measured.append((found, exact, score - trial.score + exact.score))
        return measured

    def _with_planes(self, index: int, found: Found) -> list[Found]:
        """Return the reading with each way to join a label's planes before this kernel, or itself where none are joined."""
        branch = self._stages[index].branch
        if branch is None:
            return [found]
        sides = {None: {False: 0.0, True: 0.2}, "before": {True: 0.0}, "after": {False: 0.0}}[self._labels]
        ways = {
            Planes(act, first, early): cost + more + EARLY * early
            for act, cost in branch_acts(branch).items()
            for first, more in sides.items()
            for early in ((False, True) if act != NO_ACT and any(branch.norms) else (False,))
        }
        size = self._forward.before(index, found)
        return [replace(found, planes=how, cost=found.cost + cost) for how, cost in ways.items() if planes(branch, size, how) is not None]

    def _expand_one(self, index: int, found: Found) -> list[tuple[Found, Trial, float]]:
        size = self._forward.before(index, found)
        moves = [(move, self._rest(index, move, size)) for move in self._moves(index, found, size)]
        best = min((move.cost + rest for move, rest in moves), default=inf)
        if best == inf:
            return []
        near = [(move, rest) for move, rest in moves if move.cost + rest <= best + SPAN]
        trials = self._tried(index, found, [move for move, _ in near]) if self._decides(index) else self._untried(index, found, near)
        return [(found, trial, found.score + trial.score + self._rest(index, trial.move, size)) for trial in trials]

    def _decides(self, index: int) -> bool:
        stage = self._stages[index]
        return index not in self._stale and stage.has_statistics and stage.norm is not None and not is_untouched(stage.norm.tensors)

    def _moves(self, index: int, found: Found, size: Pair) -> Sequence[Move]:
        if self._stages[index].kernel.weight.dim() == 2:
            return [Move("linear")]
        moves = self._habits.usual(index, found, self._geometry.moves(index, size), size)
        return [move for move in moves if self._forward.closes(index, found, move)]

    def _rest(self, index: int, move: Move, size: Pair) -> float:
        if move.way == "linear":
            after = self._stages[index + 1].kernel.weight.dim() == 4
            return self._geometry.rest(index + 1, size) if after else 0.0
        return self._geometry.rest(index + 1, move.size(size, self._stages[index].size))

    def _untried(self, index: int, found: Found, near: Sequence[tuple[Move, float]]) -> list[Trial]:
        """Return what cost alone allows, where the file has no statistics behind this layer."""
        kinds = sorted(self._between.acts(index, found).items(), key=lambda pair: pair[1])
        kept = [(act, cost) for act, cost in kinds if cost < kinds[0][1] + 1.5][: 2 if found.act or not index else 1]
        eps = self._usual_eps(index, found)
        crowding = self._between.crowding

        def enlarging(move: Move) -> float:  # a last kernel doubles as those before it, but does not keep the size as one of them
            return self._habits.cost(index, found, move) if max(move.stride) > 1 else move.cost

        return [
            Trial(act, eps, move, NO_ACT, enlarging(move) + cost + crowding(index, act, move))
            for move, _ in near[: BEAM + 4]
            for act, cost in kept
        ]

    def _tried(self, index: int, found: Found, moves: Sequence[Move]) -> list[Trial]:
        """Try moves with the likeliest activations; then other activations and eps with the moves that fit best."""
        acts, early = self._between.acts(index, found), self._between.early(index, found)
        likely, before = min(acts, key=lambda act: acts[act]), min(early, key=lambda act: early[act])
        usual_eps = self._usual_eps(index, found)
        trials = self._measure(index, found, [(likely, usual_eps, move, before) for move in moves])
        others = [act for act in acts if act != likely]
        is_behind_linear = index > 0 and self._stages[index - 1].kernel.weight.dim() == 2
        if is_behind_linear and likely != NO_ACT and NO_ACT in acts:  # as often none; under the wrong one every move is wrong
            trials += self._measure(index, found, [(NO_ACT, usual_eps, move, before) for move in moves])
        eps = [e for e in self._eps(index, found) if e != usual_eps]
        trials += self._measure(index, found, [(likely, e, t.move, before) for t in leading_resizes(trials) for e in eps])
        if found.act is None or found.is_loose or not fits(trials):
            usual = (moves[0], usual_eps)  # tried whatever the likeliest says
            ways = dict.fromkeys([*((t.move, t.eps) for t in leading_resizes(trials)), usual])  # in this order: ties are decided by it
            trials += self._measure(index, found, [(act, eps_before, move, before) for move, eps_before in ways for act in others])
            best = list(dict.fromkeys(t.act for t in leading(trials, len(trials))))[:ACTS]
            for act in dict.fromkeys([*best, LEAKY]):
                if act != likely and act in acts:
                    trials += self._measure(index, found, [(act, leading(trials, 1)[0].eps, move, before) for move in moves])
        if not fits(trials):
            trials += self._measure(index, found, [(t.act, e, t.move, before) for t in leading_resizes(trials) for e in eps])
        trials += self._measure(index, found, self._bordered(index, found, [trial for trial in trials if trial.move.is_padded]))
        if not fits(trials):
            trials += self._measure(
                index, found, [(t.act, t.eps, t.move, act) for t in leading(trials, 3) for act in early if act != before]
            )
        return trials

    def _bordered(self, index: int, found: Found, padded: Sequence[Trial]) -> list[tuple[Act, float, Move, Act]]:
        """Return the likeliest and the most usual of the trials that pad with other borders, where none of them fits.

        Another border shows little, and no padding shows nearly the same as it.
        """
        if not padded or fits(padded, LEAST_FLOOR):
            return []
        best, usual = leading(padded, 1)[0], min(padded, key=lambda trial: trial.cost)
        size = self._forward.before(index, found)
        moves = [move for way in dict.fromkeys([best.move, usual.move]) for move in self._habits.otherwise(index, way, size)]
        return [(best.act, best.eps, move, best.early) for move in moves]

    def _measure(self, index: int, found: Found, wanted: Sequence[tuple[Act, float, Move, Act]], work: int = WORK) -> list[Trial]:
        stage = self._stages[index]
        assert stage.norm is not None
        acts, eps, early = self._between.acts(index, found), self._eps(index, found), self._between.early(index, found)
        weight, channels = stage.kernel.weight.float(), self._channels(index, CHANNELS if work == WORK else FEW)
        bias = stage.kernel.tensors.get("bias")
        inputs: dict[tuple[Act, float], Tensor] = {}
        kernels: dict[tuple[Act, float], Kernel] = {}
        floor = FLOOR if index else FIRST_FLOOR
        trials = []
        for act, e, move, between in wanted:
            if (act, e) not in kernels:
                inputs[act, e] = x = self._forward.input(index, found, act, e, work, channels)
                kernels[act, e] = Kernel(x, weight, None if bias is None else bias.float())
            y = activate(kernels[act, e](move, channels), between)
            y = self._forward.with_around(index, found, inputs[act, e], y, move, channels)
            y, kept = self._forward.as_normed(stage, y, channels, found.start)
            cost = self._habits.cost(index, found, move) + acts[act] + early[between] + (0.0 if e == found.eps else eps.get(e, 0.0))
            cost += self._between.crowding(index, act, move)
            trials.append(Trial(act, e, move, between, cost, self._forward.error(index, found, y, kept), stage.norm.channels, floor))
        return trials

    def _eps(self, index: int, found: Found) -> dict[float, float]:
        """Return the eps that the norm before kernel `index` can have; none odd where statistics came about in another way."""
        kinds = self._between.eps(index, found)
        return {min(kinds, key=lambda eps: kinds[eps]): 0.0} if kinds and self._stale else kinds

    def _usual_eps(self, index: int, found: Found) -> float:
        """Return the eps of the reading so far, or the one that a person states."""
        kinds = self._eps(index, found)
        return found.eps if found.eps in kinds or not kinds else next(iter(kinds))

    def _channels(self, index: int, most: int) -> Tensor | None:
        """Return which outputs a trial looks at: all of few, some of many; all of a linear layer, which is cheap."""
        stage = self._stages[index]
        assert stage.norm is not None
        count = stage.norm.channels
        if stage.kernel.weight.dim() == 2 or count <= most:
            return None
        return torch.linspace(0, count - 1, most).round().long()

    def _best(self, index: int, grown: Sequence[tuple[Found, Trial, float]]) -> list[tuple[Found, Trial]]:
        """Return the readings to follow, no more than half of them with the same activation."""
        order = ranked(grown)
        kept: list[tuple[Found, Trial]] = []
        acts: Counter[Act] = Counter()
        for found, trial, score in order:
            if score <= order[0][2] + SPAN and len(kept) < BEAM and acts[trial.act] < BEAM // 2:
                kept.append((found, trial))
                acts[trial.act] += 1
        return kept

    def _computed(self, index: int, found: Found, trial: Trial) -> Found:
        is_last = index == len(self._stages) - 1
        choice = Choice(trial.act, trial.move, trial.early, self._between.eps_behind_all() if is_last else trial.eps)
        after = self._forward.step(index, found, choice, trial.eps, THOROUGH)
        ending = self._geometry.rest(index + 1, after.size) if is_last else 0.0
        earlier = found.choices[:-1] + ((replace(found.choices[-1], eps=trial.eps),) if found.choices else ())
        act = next((a for a in (trial.early, trial.act) if a != NO_ACT and (trial.squared is not None or index > 1)), found.act)
        squared = () if trial.squared is None else (trial.squared,)
        return replace(
            after,
            choices=(*earlier, choice),
            act=act,
            is_loose=index > 0 and self._stages[index - 1].kernel.weight.dim() == 2,
            eps=trial.eps,
            cost=found.cost + trial.cost + ending,
            misfit=found.misfit + trial.misfit,
            errors=(*found.errors, *squared),
        )
