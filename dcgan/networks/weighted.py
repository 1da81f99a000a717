"""The layers with a weight: linear, convolution, transposed convolution, each with or without spectral norm."""

from __future__ import annotations

from typing import TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dcgan.networks.convolution import Method, double, halve, takes
from dcgan.networks.layers import Border, Conv, ConvTranspose, Layer, Linear, Shape, Sides
from dcgan.networks.products import nchw, nhwc

_HALVING = {((4, 4), (1, 1, 1, 1)), ((5, 5), (1, 2, 1, 2)), ((5, 5), (2, 1, 2, 1))}  # kernel and padding, with stride 2
_HALVING_DOWN = _HALVING | {((5, 5), (2, 2, 2, 2))}  # no kernel comes to the last row and column of an even picture's padding


class Weighted(nn.Module):
    """One record's module. `method` chooses how the convolution that halves or doubles a picture is computed, see `convolution`.

    Spectral norm (Miyato et al. 2018) divides the weight by its largest singular value, found by one power iteration a training step.
    """

    def __init__(self, layer: Linear | Conv | ConvTranspose, in_shape: Shape) -> None:
        super().__init__()
        shapes = layer.tensors()
        self.layer = layer
        self._fine = in_shape if isinstance(layer, Conv) else layer.out_shape(in_shape)
        self._is_whole = isinstance(layer, Conv | ConvTranspose) and _is_whole(layer, in_shape)
        self.method: Method = "native"
        self.weight = nn.Parameter(torch.zeros(shapes["weight"]))
        self.bias = nn.Parameter(torch.zeros(shapes["bias"])) if layer.bias else None
        if layer.spectral_norm:
            outputs = shapes["u"][0]
            self.register_buffer("u", torch.ones(outputs) / outputs**0.5)
        self.u: Tensor

    def forward(self, x: Tensor) -> Tensor:
        weight = self.effective_weight()
        if isinstance(self.layer, Linear):
            return F.linear(x, weight, self.bias)
        if self._is_whole:
            return _biased(_whole(x, weight, self.layer), self.bias)
        if self.method != "native":
            other = halve if isinstance(self.layer, Conv) else double
            return _biased(other(x, weight, self.method, self.layer.padding[0]), self.bias)
        return _conv(x, weight, self.bias, self.layer) if isinstance(self.layer, Conv) else _transposed(x, weight, self.bias, self.layer)

    def takes(self, method: Method) -> bool:
        """Say whether the layer can be computed so."""
        return method == "native" or (halves_or_doubles(self.layer) and takes(method, self._fine, self.layer.kernel[0]))

    def effective_weight(self) -> Tensor:
        """Return the weight that is multiplied with: under spectral norm the stored one, divided by its norm."""
        return self._normed() if self.layer.spectral_norm else self.weight

    def _normed(self) -> Tensor:
        rows_first = not isinstance(self.layer, ConvTranspose)
        matrix = (self.weight if rows_first else self.weight.transpose(0, 1)).flatten(1)  # (out, rest)
        with torch.autocast(matrix.device.type, enabled=False):  # products of bf16 would be too coarse to divide all weights by
            with torch.no_grad():
                v = F.normalize(matrix.T @ self.u, dim=0, eps=1e-12)
                if self.training:
                    self.u.copy_(F.normalize(matrix @ v, dim=0, eps=1e-12))
                u = self.u.clone()
            return self.weight / torch.dot(u, matrix @ v)


def _biased(x: Tensor, bias: Tensor | None) -> Tensor:
    return x if bias is None else x + bias.to(x.dtype)[:, None, None]


def halves_or_doubles(layer: Layer) -> TypeGuard[Conv | ConvTranspose]:
    """Say whether a layer is a convolution that `convolution` knows several ways to compute."""
    known = _HALVING_DOWN if isinstance(layer, Conv) else _HALVING
    if not isinstance(layer, Conv | ConvTranspose) or (isinstance(layer, Conv) and layer.border != "zeros"):
        return False
    return layer.stride == (2, 2) and (layer.kernel, layer.padding) in known


def _is_whole(layer: Conv | ConvTranspose, in_shape: Shape) -> bool:
    """Say whether the kernel covers the whole picture once: a matrix product, for which torch's convolutions are slow."""
    side = in_shape[1:] if isinstance(layer, Conv) else layer.kernel
    return not any(layer.padding) and layer.kernel == side and (isinstance(layer, Conv) or in_shape[1:] == (1, 1))


def _whole(x: Tensor, weight: Tensor, layer: Conv | ConvTranspose) -> Tensor:
    matrix = nhwc(weight).flatten(1)
    if isinstance(layer, Conv):
        return F.linear(nhwc(x).flatten(1), matrix)[:, :, None, None]
    return nchw(F.linear(x.flatten(1), matrix.T).view(-1, *layer.kernel, layer.out_channels))


def _conv(x: Tensor, weight: Tensor, bias: Tensor | None, layer: Conv) -> Tensor:
    top, bottom, left, right = layer.padding
    if layer.border == "zeros" and top == bottom >= 0 and left == right >= 0:
        return F.conv2d(x, weight, bias, layer.stride, (top, left))
    return F.conv2d(_pad(x, layer.padding, layer.border), weight, bias, layer.stride)


def _transposed(x: Tensor, weight: Tensor, bias: Tensor | None, layer: ConvTranspose) -> Tensor:
    """Cut what torch can cut by padding and output padding, and the rest afterwards."""
    top, bottom, left, right = layer.padding
    if 0 <= top - bottom < layer.stride[0] and 0 <= left - right < layer.stride[1]:
        return F.conv_transpose2d(x, weight, bias, layer.stride, (top, left), (top - bottom, left - right))
    rows, columns = min(top, bottom), min(left, right)
    y = F.conv_transpose2d(x, weight, bias, layer.stride, (rows, columns))
    return _pad(y, (rows - top, rows - bottom, columns - left, columns - right))


def _pad(x: Tensor, sides: Sides, border: Border = "zeros") -> Tensor:
    top, bottom, left, right = sides
    return F.pad(x, (left, right, top, bottom), "constant" if border == "zeros" else border)
