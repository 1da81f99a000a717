"""A NetworkSpec as an ONNX graph, node by node: z (batch, z_dim), and labels (batch,) where it takes them -> x (batch, c, h, w).

Weights keep their names, `<index>.<parameter>`. x is the generator's own output in the range that the file's metadata states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from dcgan.errors import ConfigError
from dcgan.networks import layers as records
from dcgan.networks import norms
from dcgan.networks.blocks import Layers, Residual, SelfAttention
from dcgan.networks.spec import NetworkSpec

OPSET, IR_VERSION = 20, 9  # the first opset with Gelu; onnxruntime reads it from 1.17 on
BATCH = "batch"
ACTIVATIONS = {"relu": "Relu", "selu": "Selu", "gelu": "Gelu", "mish": "Mish", "tanh": "Tanh", "sigmoid": "Sigmoid"}


def onnx_model(spec: NetworkSpec, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> onnx.ModelProto:
    """Return the checked ONNX model of a network in eval mode; a layer that has no ONNX here is a ConfigError."""
    graph = _Graph({name: tensor.detach().float().cpu().numpy() for name, tensor in tensors.items()})
    x = graph.add_layers("", spec.layers, "z", (spec.input_shape, *spec.shapes))
    graph.nodes.append(helper.make_node("Identity", [x], ["x"]))
    inputs = [helper.make_tensor_value_info("z", TensorProto.FLOAT, [BATCH, *spec.input_shape])]
    if spec.classes:
        inputs.append(helper.make_tensor_value_info("labels", TensorProto.INT64, [BATCH]))
    outputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [BATCH, *spec.output_shape])]
    body = helper.make_graph(graph.nodes, "generator", inputs, outputs, graph.initializers)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="dcgan")
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model, full_check=True)
    return model


@dataclass
class _Graph:
    """Nodes and weights as they are added; a value is known by its name."""

    weights: Mapping[str, Any]
    nodes: list[Any] = field(default_factory=list)
    initializers: list[Any] = field(default_factory=list)

    def add_layers(self, prefix: str, layers: Layers, x: str, shapes: Sequence[records.Shape]) -> str:
        """Add what `layers`, which take these shapes, do to the value `x`, and return the result's name."""
        for position, (layer, shape) in enumerate(zip(layers, shapes, strict=False)):
            x = self.add_layer(f"{prefix}{position}", layer, x, shape)
        return x

    def add_layer(self, index: str, layer: records.Layer, x: str, shape: records.Shape) -> str:
        """Add what `layer` does to the value `x` of one example's `shape`, and return the result's name."""
        if isinstance(layer, records.Linear):
            return self._add("Gemm", [x, *self._own(index, "weight", "bias")], index, transB=1)
        if isinstance(layer, records.Conv):
            return self._add_conv(index, layer, x)
        if isinstance(layer, records.ConvTranspose):
            return self._add_conv_transpose(index, layer, x)
        if isinstance(layer, norms.BatchNorm):
            return self._add_batch_norm(index, layer, x)
        if isinstance(layer, norms.GroupNorm):
            return self._add_group_norm(index, layer, x, shape)
        if isinstance(layer, records.Activation):
            return self._add_activation(index, layer, x)
        if isinstance(layer, records.JoinLabel):
            return self._add_labels(index, layer, x, shape)
        if isinstance(layer, Residual):
            shapes = {way: (shape, *layer.shapes(way, shape)) for way in layer.ways}
            return self._add("Add", [self.add_layers(f"{index}.{way}.", layer.ways[way], x, shapes[way]) for way in layer.ways], index)
        if isinstance(layer, SelfAttention):
            return self._add_attention(index, layer, x, shape)
        return self._add_weightless(index, layer, x)

    def _add_weightless(self, index: str, layer: records.Layer, x: str) -> str:
        if isinstance(layer, records.Dropout):
            return x  # in eval mode it does nothing
        if isinstance(layer, records.Flatten):
            return self._add("Flatten", [x], index)
        if isinstance(layer, records.Reshape):
            return self._add("Reshape", [x, self._constant(f"{index}.shape", np.array([-1, *layer.shape], np.int64))], index)
        if isinstance(layer, records.MaxPool | records.AvgPool):
            kind = "MaxPool" if isinstance(layer, records.MaxPool) else "AveragePool"
            return self._add(kind, [x], index, kernel_shape=layer.kernel, strides=layer.stride)
        if isinstance(layer, records.Resize):
            scales = self._constant(f"{index}.scales", np.array([1, 1, *layer.scale], np.float32))
            if layer.mode == "nearest":
                how = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            else:
                how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
            return self._add("Resize", [x, "", scales], index, **how)
        if isinstance(layer, norms.PixelNorm):
            axes, eps = self._constant(f"{index}.axes", np.array([1], np.int64)), self._constant(f"{index}.eps", np.float32(layer.eps))
            square = self._add("ReduceMean", [self._add("Mul", [x, x], index, "squares"), axes], index, "square")
            return self._add("Div", [x, self._add("Sqrt", [self._add("Add", [square, eps], index, "above_0")], index, "root")], index)
        raise ConfigError(f"a layer of the kind {layer.type} cannot be written as ONNX yet; export a folder: --to FOLDER")

    def _add_conv(self, index: str, layer: records.Conv, x: str) -> str:
        top, bottom, left, right = layer.padding
        pads = [top, left, bottom, right]
        if min(pads) < 0 or layer.border != "zeros":  # Pad may cut or repeat, Conv may not
            mode = {"zeros": "constant", "reflect": "reflect", "replicate": "edge"}[layer.border]
            whole = self._constant(f"{index}.pads", np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
            x, pads = self._add("Pad", [x, whole], index, "padded", mode=mode), [0, 0, 0, 0]
        own = self._own(index, "weight", "bias")
        return self._add("Conv", [x, *own], index, kernel_shape=layer.kernel, strides=layer.stride, pads=pads)

    def _add_conv_transpose(self, index: str, layer: records.ConvTranspose, x: str) -> str:
        top, bottom, left, right = layer.padding
        sizes: dict[str, Any] = {"kernel_shape": layer.kernel, "strides": layer.stride, "pads": [top, left, max(bottom, 0), max(right, 0)]}
        more = [max(-bottom, 0), max(-right, 0)]  # rows and columns behind the full result, which hold the bias alone
        return self._add("ConvTranspose", [x, *self._own(index, "weight", "bias")], index, output_padding=more, **sizes)

    def _add_batch_norm(self, index: str, layer: norms.BatchNorm, x: str) -> str:
        gain = self._own(index, "weight") or [self._constant(f"{index}.weight", np.ones(layer.channels, np.float32))]
        shift = self._own(index, "bias") or [self._constant(f"{index}.bias", np.zeros(layer.channels, np.float32))]
        inputs = [x, *gain, *shift, *self._own(index, "running_mean", "running_var")]
        return self._add("BatchNormalization", inputs, index, epsilon=layer.eps)

    def _add_group_norm(self, index: str, layer: norms.GroupNorm, x: str, shape: records.Shape) -> str:
        """Add an instance norm over groups of channels, then the gain and shift of each; the operator GroupNormalization came later."""
        apart = self._constant(f"{index}.apart", np.array([0, layer.groups, -1], np.int64))
        again = self._constant(f"{index}.again", np.array([-1, *shape], np.int64))
        one = self._constant(f"{index}.one", np.ones(layer.groups, np.float32))
        zero = self._constant(f"{index}.zero", np.zeros(layer.groups, np.float32))
        flat = self._add("Reshape", [x, apart], index, "groups")
        x = self._add("InstanceNormalization", [flat, one, zero], index, "normed", epsilon=layer.eps)
        x = self._add("Reshape", [x, again], index, "picture")
        for kind, own in zip(("Mul", "Add"), self._own(index, "weight", "bias"), strict=False):
            column = self._constant(f"{own}.column", np.array([-1, 1, 1], np.int64))
            each = self._add("Reshape", [own, column], index, f"{kind}_column")
            x = self._add(kind, [x, each], index, kind)
        return x

    def _add_attention(self, index: str, layer: SelfAttention, x: str, shape: records.Shape) -> str:
        """Add it over lists of places, (n, channels, places)."""

        def listed(value: str, name: str) -> str:
            return self._add("Reshape", [value, self._constant(f"{name}.listed", np.array([0, 0, -1], np.int64))], name, "list")

        def times(kind: str, value: str) -> str:
            made = self._add("MatMul", [*self._own(f"{index}.{kind}", "weight"), value], f"{index}.{kind}")
            column = f"{index}.{kind}.bias"
            if column not in self.weights:
                return made
            return self._add("Add", [made, self._constant(column, self.weights[column][:, None])], f"{index}.{kind}", "shifted")

        places = listed(x, index)
        values = {kind: times(kind, places) for kind in ("query", "key", "value")}
        for kind in ("key", "value") if layer.pooled else ():
            name, sizes = f"{index}.{kind}", np.array([0, 0, *shape[1:]], np.int64)
            picture = self._add("Reshape", [values[kind], self._constant(f"{name}.sizes", sizes)], name, "picture")
            values[kind] = listed(self._add("MaxPool", [picture], name, "largest", kernel_shape=(2, 2), strides=(2, 2)), name)
        columns = self._add("Transpose", [values["query"]], index, "columns", perm=(0, 2, 1))
        weights = self._add("Softmax", [self._add("MatMul", [columns, values["key"]], index, "scores")], index, "weights", axis=-1)
        taken = self._add("MatMul", [values["value"], self._add("Transpose", [weights], index, "rows", perm=(0, 2, 1))], index, "taken")
        if layer.output:
            taken = times("output", taken)
        again = self._add("Reshape", [taken, self._constant(f"{index}.again", np.array([-1, *shape], np.int64))], index, "again_picture")
        return self._add("Add", [x, self._add("Mul", [again, *self._own(index, "gamma")], index, "share")], index)

    def _add_activation(self, index: str, layer: records.Activation, x: str) -> str:
        if layer.kind == "leaky_relu":
            return self._add("LeakyRelu", [x], index, alpha=0.01 if layer.slope is None else layer.slope)
        if layer.kind == "elu":
            return self._add("Elu", [x], index, alpha=1.0 if layer.slope is None else layer.slope)
        if layer.kind == "silu":
            return self._add("Mul", [x, self._add("Sigmoid", [x], index, "gate")], index)
        return self._add(ACTIVATIONS[layer.kind], [x], index)

    def _add_labels(self, index: str, layer: records.JoinLabel, x: str, shape: records.Shape) -> str:
        if layer.embedding is not None:
            joined = self._add("Gather", [*self._own(index, "weight"), "labels"], index, "entry", axis=0)
            return self._add("Concat", [x, joined], index, axis=1)
        depth = self._constant(f"{index}.classes", np.array(layer.classes, np.int64))
        values = self._constant(f"{index}.values", np.array([0, 1], np.float32))
        joined = self._add("OneHot", ["labels", depth, values], index, "one_hot")
        if len(shape) == 3:  # as constant planes
            column = self._constant(f"{index}.column", np.array([-1, layer.classes, 1, 1], np.int64))
            plane = self._constant(f"{index}.plane", np.ones((1, 1, *shape[1:]), np.float32))
            joined = self._add("Mul", [self._add("Reshape", [joined, column], index, "column_of_labels"), plane], index, "planes")
        return self._add("Concat", [x, joined], index, axis=1)

    def _own(self, index: str, *parameters: str) -> list[str]:
        """Return the names of a layer's weights, those that it has, and make them part of the file."""
        names = [f"{index}.{parameter}" for parameter in parameters if f"{index}.{parameter}" in self.weights]
        for name in names:
            self._constant(name, self.weights[name])
        return names

    def _constant(self, name: str, value: Any) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(self, kind: str, inputs: list[str], index: str, name: str = "out", **attributes: Any) -> str:
        output = f"{index}.{name}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{index}_{kind}_{name}", **attributes))
        return output
