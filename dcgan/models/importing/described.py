"""Files that our own export wrote: they carry their network's description, so that nothing has to be found out."""

from __future__ import annotations

import json

from dcgan.errors import DCGANError
from dcgan.models.folder import Model, ModelConfig
from dcgan.models.importing.contents import Contents
from dcgan.models.importing.report import Inspection, Reading


def inspect_described(contents: Contents) -> Inspection | None:
    """Return the report of a file with a description that fits its tensors, else None."""
    described = contents.described
    if described is None:
        return None
    try:
        config = ModelConfig.from_json(json.loads(described["config"]))
        names = json.loads(described["names"])
        model = Model(config, {ours: contents.tensors[theirs].float() for theirs, ours in names.items()})
        model.build_generator()
    except (DCGANError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # of another version, or of tensors that were changed since: what can be found out is
    layers = tuple(layer.type for layer in config.generator.layers)
    proved = (f"its own description, which this program's export wrote, names all {len(layers)} layers",)
    reading = Reading(model, layers, (), (), 0.0, None)
    return Inspection(contents.name, contents.kind, "", proved, (reading,))
