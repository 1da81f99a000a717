"""The sentences of a report. The page knows them as `reading.…` in its tables."""

from __future__ import annotations

from collections.abc import Sequence

from dcgan.models.importing.alone import lone_norms
from dcgan.models.importing.attention import shows
from dcgan.models.importing.evidence import is_untouched
from dcgan.models.importing.found import Choice, Found
from dcgan.models.importing.options import NO_ACT, OUTPUTS, Act, Options, act_name
from dcgan.models.importing.parts import Skeleton, Stage
from dcgan.models.importing.report import Assumption, LayerRow

CLEAR = 4.0  # nats between a choice and the next for the statistics to have decided


def proofs(network: Skeleton) -> tuple[str, ...]:
    """Return what names and shapes prove."""
    kernels = [_kernel(stage) for stage in network.stages]
    norms = sum(stage.norm is not None and stage.alone is None for stage in network.stages)
    attends = [stage.attention.layer.channels for stage in network.stages if stage.attention is not None]
    biases = sum("bias" in stage.kernel.tensors for stage in network.stages)
    said = [f"takes {network.inputs} numbers", f"{len(kernels)} kernels: {', '.join(kernels)}"]
    has_all = not any(stage.lacks_statistics for stage in network.stages)
    said.append(f"{norms} batch norms" if has_all else f"{norms} batch norms, not all with statistics")
    said.append(f"{biases} biases" if biases else "no biases")
    said += [f"self-attention over {channels} channels" for channels in attends]
    if network.shortcuts:
        own = sum(shortcut.kernel is not None for shortcut in network.shortcuts)
        said.append(f"{len(network.shortcuts)} residual blocks, {own} of them with a kernel on the way around")
    if network.table is not None:
        said.append(f"a label embedding of {network.table.weight.shape[0]} classes")
    if network.branch is not None:
        said.append(f"labels of {network.branch.classes} classes through layers of their own, joined as planes")
    return tuple(said)


def _kernel(stage: Stage) -> str:
    a, b = stage.kernel.weight.shape[:2]
    if stage.ways[0] == "linear":
        return f"linear {b}→{a}"
    before, after = (a, b) if stage.ways[0] == "transposed" else (b, a)
    return f"{stage.ways[0]} {before}→{after}, {stage.size[0]}x{stage.size[1]}"


def layer_names(network: Skeleton, found: Found) -> tuple[str, ...]:
    """Return each layer's reading, such as `relu, transposed s2 p1`."""
    attends = ("self-attention " if stage.attention is not None else "" for stage in network.stages)
    sums = {shortcut.end: " + input" if shortcut.is_raw else " + activated input" for shortcut in network.shortcuts}
    named = zip(attends, found.choices, strict=True)
    return tuple(before + _layer(choice) + sums.get(index, "") for index, (before, choice) in enumerate(named))


def layer_rows(network: Skeleton, found: Found) -> tuple[LayerRow, ...]:
    """Return the convolutions as they were read, in the order of the lists that override them."""
    rows, size = [], found.start
    for stage, choice in zip(network.stages, found.choices, strict=True):
        move = choice.move
        if move.way == "linear":
            continue
        free = move.way == "transposed" and size != (1, 1)  # of one pixel, any stride makes the same
        size = move.size(size, stage.size)
        top, bottom = move.padding[:2]
        stride = None if move.way == "transposed" and not free else move.stride[0]
        rows.append(LayerRow(move.way, tuple(stage.kernel.weight.shape), stride, top, top - bottom if free else None, (size[1], size[0])))
    return tuple(rows)


def _layer(choice: Choice) -> str:
    move = choice.move
    parts = [act_name(choice.act)] if choice.act != NO_ACT else []
    if move.scale > 1:
        parts.append(f"{move.mode} x{move.scale}")
    if move.way == "linear":
        return " ".join([*parts, "linear"])
    if move.border != "zeros":
        parts.append(move.border)
    top, bottom = move.padding[:2]
    less = bottom - top if move.way == "transposed" else top - bottom
    extra = f" op{-less}" if less < 0 or less == 1 else f" cut {less}" if less else ""
    return " ".join([*parts, f"{move.way} s{move.stride[0]} p{top}{extra}"])


def support(found: Found, misfit: float | None) -> tuple[str, ...]:
    """Return what the batch norm statistics speak for."""
    if misfit is None:
        return ()
    fit = f"this reading reproduces the file's batch norms ({len(found.errors)}) to {100 * misfit:.1f} %"
    return (fit, *([_blocks(found.network)] if found.network.shortcuts else []))


def _blocks(network: Skeleton) -> str:
    n = len(network.shortcuts)
    if network.shortcuts[0].is_raw:
        return f"{n} residual blocks add what comes in before its norm and activation"
    return f"{n} residual blocks add what comes in behind its norm and activation"


def assumptions(network: Skeleton, found: Found, others: Sequence[Found], output: str, options: Options) -> tuple[Assumption, ...]:
    """Return what neither the file nor a person says, for this reading."""
    said: list[Assumption] = []
    tried = [index for index, stage in enumerate(network.stages) if stage.has_statistics]
    last_tried = tried[-1] if found.errors and tried else -1
    if options.image_size is None and last_tried < len(network.stages) - 1:
        said.append(_geometry(found, last_tried))
    said += _activations(network, found, last_tried, options)
    if network.shortcuts and not found.errors and options.blocks is None:
        stated, other = ("before", "behind") if network.shortcuts[0].is_raw else ("behind", "before")
        said.append(Assumption("blocks", stated, _blocks(network), (other,)))
    if options.output is None:
        low, high = OUTPUTS[output]
        said.append(Assumption("output", output, f"output {output}, range {low:g} to {high:g}", tuple(k for k in OUTPUTS if k != output)))
    if options.prior is None and not (found.errors and _decided(found, others)):
        other = "uniform" if found.entry.prior == "normal" else "normal"
        said.append(Assumption("prior", found.entry.prior, f"z drawn from the {found.entry.prior} prior", (other,)))
    if not options.eps and any(stage.norm is not None and stage.alone is None for stage in network.stages):
        said.append(Assumption("eps", f"{found.eps:g}", f"batch norm eps {found.eps:g}, of the last one at least", ("1e-5", "1e-3", "0.8")))
    if not options.norms and (lone := sum(stage.alone is not None for stage in network.stages)):
        named, other_norms = lone_norms(network)
        said.append(Assumption("norms", named, f"{lone} norms of each picture by itself: {named}", other_norms))
    first_shown = next((index for index, stage in enumerate(network.stages) if shows(stage.attention)), -1)
    if options.attention is None and first_shown > last_tried:
        sentence = "the softmax of self-attention over keys, by custom: no batch norm behind it tells"
        said.append(Assumption("attention", "keys", sentence, ("queries",)))
    if found.entry.classes and network.table is None and options.classes is None:
        sentence = f"{found.entry.classes} classes joined one-hot to a z of {found.entry.z_dim}"
        said.append(Assumption("classes", str(found.entry.classes), sentence, ("0",)))
    return tuple(said)


def _decided(found: Found, others: Sequence[Found]) -> bool:
    rival = [other.score for other in others if other.entry.prior != found.entry.prior]
    return not rival or min(rival) > found.score + CLEAR


def _geometry(found: Found, last_tried: int) -> Assumption:
    strides = [str(choice.move.stride[0]) for choice in found.choices if choice.move.way != "linear"]
    paddings = [str(choice.move.padding[0]) for choice in found.choices if choice.move.way != "linear"]
    kind = "of the layers behind the last batch norm" if last_tried >= 0 else "of all layers"
    height, width = found.size
    sentence = f"strides {','.join(strides)} and paddings {','.join(paddings)}, those {kind} by custom, so {width}x{height} px"
    return Assumption("image_size", f"{width}x{height}", sentence)


def _activations(network: Skeleton, found: Found, last_tried: int, options: Options) -> list[Assumption]:
    if options.activations:
        return []
    open_ones = [choice.act for index, choice in enumerate(found.choices) if index > last_tried and index]
    kinds: list[Act] = sorted(set(open_ones), key=str)
    if not kinds:
        return []
    acts = ", ".join(act_name(act) for act in kinds if act != NO_ACT)
    named = acts if NO_ACT not in kinds else f"no activation, {acts}" if acts else "no activation"
    sentence = f"{named} behind the last batch norm" if last_tried >= 0 else f"{named} between layers"
    return [Assumption("activations", named, sentence, ("relu", "leaky_relu:0.2", "leaky_relu:0.01"))]


def notes(network: Skeleton, misfit: float | None) -> tuple[str, ...]:
    """Return what is to be known of the batch norms of the best reading."""
    norms = [stage.norm for stage in network.stages if stage.norm is not None and stage.alone is None]
    if any(stage.lacks_statistics for stage in network.stages):
        return (
            "It has no batch norm statistics: those of the network itself were taken, over 512 z of the prior. "
            "If its norms are instance or group norms, norms=instance or norms=group:8 reads them so.",
        )
    if norms and all(is_untouched(norm.tensors) for norm in norms):
        return ("Its batch norm statistics were never filled; statistics=estimate takes those of the network itself.",)
    if norms and (misfit is None or misfit > 0.5):
        return ("Its batch norm statistics are not those of any reading: they may be stale; statistics=estimate takes the network's own.",)
    return ()
