"""What can go into a generator: z of a prior, and labels; sizes and classes that a file names beside its tensors."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dcgan.errors import ConfigError
from dcgan.models.importing.between import LEAKY, RELU
from dcgan.models.importing.contents import Fact
from dcgan.models.importing.found import Entry, Joined
from dcgan.models.importing.options import NO_ACT, Act, Options
from dcgan.models.importing.parts import Skeleton

SIZE = re.compile(r"(^|[/._])(image_?size|img_?size|imsize|isize|resolution|im_?size|output_size)$")
Z_DIM = re.compile(r"(^|[/._])(z_?dim|nz|latent_?(dim|size)|noise_?(dim|size)|z_?size|zdim|latent)$")
CLASSES = re.compile(r"(^|[/._])(n|num)_?(classes|labels)$|(^|[/._])classes$")
Z_DIMS = (100, 128, 64, 62, 256, 50, 32, 512)  # usual, to see ten labels behind one
CODED = (74,)  # InfoGAN's z of 62 with ten classes and two codes, which are all part of z here
UNUSED = 3.0  # nats: a semi-supervised GAN's label table that its author never looks at


def size_hint(facts: Mapping[str, Fact]) -> int | None:
    """Return the picture's side where the file names one."""
    return _fact(facts, SIZE, 8, 512)


def entries(network: Skeleton, options: Options, facts: Mapping[str, Fact]) -> list[Entry]:
    """Return what can go in, under a person's options; their costs rank them where no statistics decide."""
    priors = {options.prior: 0.0} if options.prior else {"normal": 0.0, "uniform": 2.0}
    found = []
    for z_dim, classes, first, cost in _labels(network, options, facts):
        acts = _dense_acts(network)
        found += [Entry(prior, z_dim, classes, first, cost + a + b, act) for prior, a in priors.items() for act, b in acts.items()]  # type: ignore[arg-type]
    return found


def _dense_acts(network: Skeleton) -> dict[Act, float]:
    """Return the activations that can stand behind a label's linear layer; alone in an `nn.Sequential`, it has one behind it."""
    if not network.is_dense or network.table is None:
        return {NO_ACT: 0.0}
    place = network.table.place
    return {NO_ACT: 2.0, LEAKY: 0.0, RELU: 0.5} if place is not None and place[1] == 0 else {NO_ACT: 0.0, LEAKY: 1.5, RELU: 1.5}


def _labels(network: Skeleton, options: Options, facts: Mapping[str, Fact]) -> list[tuple[int, int, Joined, float]]:
    """Return (z_dim, classes, how they are joined, cost)."""
    inputs = network.inputs
    sides: dict[Joined, float] = {"behind": 0.0, "before": 0.2}
    if options.labels is not None:
        sides = {"before": 0.0} if options.labels == "before" else {"behind": 0.0}
    if network.branch is not None:
        return [(inputs, network.branch.classes, "planes", 0.0)]
    if network.table is not None:
        classes, width = network.table.weight.shape
        if options.classes == 0:
            return [(inputs, 0, "behind", 0.0)]
        if width == inputs:
            return [(inputs, classes, "multiplied", 0.0), (inputs, classes, "added", 0.0), (inputs, 0, "behind", UNUSED)]
        if width > inputs:
            raise ConfigError("its label embedding is not joined to z but combined with it in another way, which is not read here")
        return [(inputs - width, classes, first, cost) for first, cost in sides.items()]
    classes = options.classes if options.classes is not None else _fact(facts, CLASSES, 2, 1000) or 0
    if options.classes == 0:
        return [(inputs, 0, "behind", 0.0)]
    if classes and (options.classes or _fact(facts, Z_DIM, 1, 4096) == inputs - classes):
        if classes >= inputs:
            raise ConfigError(f"it takes {inputs} numbers, too few for {classes} classes and a z")
        return [(inputs - classes, classes, first, cost) for first, cost in sides.items()]
    found: list[tuple[int, int, Joined, float]] = [(inputs, 0, "behind", 0.0)]
    if inputs - 10 in Z_DIMS and inputs not in (*Z_DIMS, *CODED):
        found = [(inputs, 0, "behind", 1.0), *((inputs - 10, 10, first, cost) for first, cost in sides.items())]
    return found


def _fact(facts: Mapping[str, Fact], names: re.Pattern[str], low: int, high: int) -> int | None:
    found = {value for name, value in facts.items() if names.search(name.lower())}
    numbers = {int(value) for value in found if str(value).isdigit() and low <= int(value) <= high}
    return numbers.pop() if len(numbers) == 1 else None
