"""What can stand between two kernels, and how usual each is: activations and the eps of norms. Costs are as in `geometry`."""

from __future__ import annotations

from dcgan.models.importing.found import Found
from dcgan.models.importing.geometry import Move
from dcgan.models.importing.options import NO_ACT, Act, Options, at
from dcgan.models.importing.parts import Branch, Skeleton

RELU: Act = ("relu", None)
LEAKY: Act = ("leaky_relu", 0.2)
ACTS: dict[Act, float] = {
    RELU: 0.0,
    LEAKY: 0.7,
    ("leaky_relu", 0.01): 3.5,
    ("leaky_relu", 0.1): 4.0,
    ("leaky_relu", 0.3): 4.5,
    ("elu", 1.0): 3.0,
    ("selu", None): 9.0,  # behind a batch norm it passes for none: it keeps mean and variance
    ("gelu", None): 4.0,
    ("silu", None): 4.0,
    ("mish", None): 4.5,
    ("tanh", None): 4.5,
}
SIGNED = 2.0  # more for any but ReLU, where names and shapes are the PyTorch tutorial's: 21 of 23 such in public code, in order, have ReLU
ENDS: dict[Act, float] = {("tanh", None): 0.0, ("sigmoid", None): 2.0}
CHANGE, CHANGE_BEHIND_LINEAR = 5.0, 1.5  # of the activation from one layer to the next
EMPTY, FULL = 2.5, 5.0  # where one module stands between, of neither activation nor resize, and of both
PADDED = 2.0  # where a border makes the count of several modules right or wrong
BARE = -1.0  # the cost of 0.8 behind a first norm without an activation
EPS = {1e-5: 0.0, 0.8: 3.0}  # 0.8: tutorials that pass it where torch expects eps; other small ones make no difference that can be seen


def branch_acts(branch: Branch) -> dict[Act, float]:
    """Return the activations that can stand behind the kernels of a label's branch, and what each costs."""
    if not branch.kernels:
        return {NO_ACT: 0.0}
    is_bare = branch.kernels[-1].weight.dim() == 2 and not any(branch.norms)
    return {NO_ACT: 0.0, RELU: 2.0, LEAKY: 2.5} if is_bare else {NO_ACT: 3.0, RELU: 0.0, LEAKY: 0.5}


def is_tutorial(network: Skeleton) -> bool:
    """Say whether a generator is called and built as the PyTorch tutorial's: its batch norm statistics after few steps tell little."""
    *hidden, last = network.stages
    usual = all(stage.size == (4, 4) and stage.norm is not None and stage.norm_gap == 0 for stage in hidden) and last.norm is None
    numbered = all(stage.gap == 1 for stage in network.stages[1:])
    plain = all(stage.ways[0] == "transposed" and "bias" not in stage.kernel.tensors for stage in network.stages)
    return network.name.rpartition(".")[2] == "main" and usual and numbered and plain


class Between:
    """The activations and eps of one network, under a person's options."""

    def __init__(self, network: Skeleton, options: Options) -> None:
        self._stages, self._options = network.stages, options
        self._sums = [shortcut.end for shortcut in network.shortcuts if not shortcut.is_raw]  # those before an activation
        self._has_pads = any((stage.gap or 0) > 2 and "conv" in stage.ways for stage in network.stages)
        more = SIGNED if is_tutorial(network) else 0.0
        self._kinds = {act: cost + more * (act != RELU) for act, cost in ACTS.items()}

    def acts(self, index: int, found: Found) -> dict[Act, float]:
        """Return the activations that can stand before kernel `index`, and what each costs."""
        stage = self._stages[index]
        if index == 0:
            return {NO_ACT: 0.0}
        stated = at(self._options.activations, index - 1)
        if stated is not None:
            return {stated: 0.0}
        if stage.slope is not None:
            return {("leaky_relu", stage.slope): 0.0}
        without, with_one = self._act_costs(index, found)
        change = CHANGE_BEHIND_LINEAR if found.is_loose else CHANGE
        kinds = {found.act: 0.0, **{act: cost + change for act, cost in ACTS.items() if act != found.act}} if found.act else self._kinds
        return {NO_ACT: without, **{act: cost + with_one for act, cost in kinds.items()}}

    def _act_costs(self, index: int, found: Found) -> tuple[float, float]:
        """Return the cost of no activation before kernel `index`, and of one."""
        before, gap = self._stages[index - 1], self._stages[index].gap
        if found.choices[-1].early != NO_ACT:
            return 0.2, 3.0
        sums = [found.choices[end + 1].act for end in self._sums if end + 1 < index]
        if index - 1 in self._sums and sums and sums[-1] == NO_ACT:
            return 0.0, 3.0  # as behind the sums before
        if gap == 0:
            return 0.0, 9.0
        if index > 2 and all(choice.act == NO_ACT for choice in found.choices[1:]):
            return 0.0, 3.0  # an author who has none has none anywhere
        is_linear = before.kernel.weight.dim() == 2
        if gap is not None and not is_linear:
            return (2.0, 0.1) if gap == 1 and "conv" in self._stages[index].ways else (5.0, 0.0)
        return (0.8, 0.6) if is_linear else (4.0, 0.1)

    def crowding(self, index: int, act: Act, move: Move) -> float:
        """Return the cost of an activation, a resize and a border that are not as many as the modules before kernel `index`.

        Where one module stands there, it is one of the first two. A border is a module more where three stand anywhere, else the
        convolution's own.
        """
        gap, count = self._stages[index].gap, (act != NO_ACT) + (move.scale > 1)
        if gap is None or "conv" not in self._stages[index].ways:
            return 0.0
        if gap > 1 and move.border != "zeros":
            return -PADDED if count + self._has_pads == gap else PADDED
        return {0: EMPTY, 1: 0.0, 2: FULL}[count] if gap == 1 else 0.0

    def early(self, index: int, found: Found) -> dict[Act, float]:
        """Return the activations that can stand between kernel `index` and its norm."""
        stage, order = self._stages[index], self._options.order
        kinds = {found.act: 0.0} if found.act else ACTS
        if index == len(self._stages) - 1:  # a picture that is normed as a whole
            kinds = {act: cost for act, cost in ENDS.items() if self._options.output in (None, act[0])}
        is_linear = stage.kernel.weight.dim() == 2
        if order is not None:
            return {NO_ACT: 0.0} if order == "norm-first" else kinds
        if index and found.choices[-1].early != NO_ACT:  # as before
            return {NO_ACT: 3.0, **kinds}
        without, with_one = {None: (0.0, 4.0), 0: (0.0, 9.0)}.get(stage.norm_gap, (0.2, 2.0) if is_linear else (4.0, 0.0))
        return {NO_ACT: without, **{act: cost + with_one for act, cost in kinds.items()}}

    def eps_behind_all(self) -> float:
        """Return the eps of a norm behind the last kernel, which changes no statistics: torch's own where a person states none."""
        stated = at(self._options.eps, sum(stage.norm is not None for stage in self._stages[:-1]))
        return 1e-5 if stated is None else stated

    def eps(self, index: int, found: Found) -> dict[float, float]:
        """Return the eps that the norm before kernel `index` can have.

        Those who go on from a first norm without an activation follow the tutorials that pass 0.8, as a rule.
        """
        if index == 0 or self._stages[index - 1].norm is None:
            return {}
        stated = at(self._options.eps, sum(stage.norm is not None for stage in self._stages[: index - 1]))
        if stated is not None:
            return {stated: 0.0}
        is_bare = index > 1 and self._stages[0].norm is not None and found.choices[1].act == NO_ACT
        return {**EPS, 0.8: BARE} if is_bare else EPS
