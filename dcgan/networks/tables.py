"""A network as a table, for people."""

from __future__ import annotations

from typing import Any

from dcgan.networks.spec import NetworkSpec


def layers_of(network: NetworkSpec) -> dict[str, Any]:
    """Return a network as a table: a row a layer, its output shape, trained numbers and multiply-adds for one picture; and the totals."""
    before = (network.input_shape, *network.shapes)
    rows = [
        {
            **layer.to_json(),
            "shape": list(network.shapes[index]),
            "parameters": network.layer_parameters(index),
            "multiply_adds": layer.multiply_adds(before[index]),
        }
        for index, layer in enumerate(network.layers)
    ]
    return {"input": list(network.input_shape), "layers": rows, "parameters": network.parameters, "multiply_adds": network.multiply_adds}
