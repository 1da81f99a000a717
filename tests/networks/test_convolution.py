"""The other ways to convolve, against torch's own kernels and their gradients."""

import pytest
import torch
from torch.nn import functional as F

from dcgan.networks import NetworkSpec
from dcgan.networks.builder import build
from dcgan.networks.convolution import METHODS, double, halve, takes
from dcgan.networks.layers import Conv, ConvTranspose

WAYS = [method for method in METHODS if method != "native"]


def results(function, x, weight, upstream):
    x, weight = x.clone().requires_grad_(), weight.clone().requires_grad_()
    y = function(x, weight)
    y.backward(upstream)
    return y.detach(), x.grad, weight.grad


@pytest.fixture(params=[torch.contiguous_format, torch.channels_last], ids=["contiguous", "channels_last"])
def operands(request):
    generator = torch.Generator().manual_seed(3)
    fine = torch.randn(3, 5, 8, 12, generator=generator, dtype=torch.float64)
    coarse = torch.randn(3, 7, 4, 6, generator=generator, dtype=torch.float64)
    weight = torch.randn(7, 5, 4, 4, generator=generator, dtype=torch.float64)
    return [tensor.contiguous(memory_format=request.param) for tensor in (fine, coarse, weight)]


@pytest.mark.parametrize("method", WAYS)
def test_halving_is_the_strided_convolution_and_so_are_its_gradients(method, operands):
    fine, coarse, weight = operands
    expected = results(lambda x, w: F.conv2d(x, w, stride=2, padding=1), fine, weight, coarse)
    for ours, theirs in zip(results(lambda x, w: halve(x, w, method), fine, weight, coarse), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("method", WAYS)
def test_doubling_is_the_transposed_convolution_and_so_are_its_gradients(method, operands):
    fine, coarse, weight = operands
    expected = results(lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1), coarse, weight, fine)
    for ours, theirs in zip(results(lambda x, w: double(x, w, method), coarse, weight, fine), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("method", WAYS)
def test_the_gradients_agree_with_finite_differences(method, operands):
    fine, coarse, weight = (tensor[:2, :2].requires_grad_() for tensor in operands)
    assert torch.autograd.gradcheck(lambda x, w: halve(x, w, method), (fine, weight))
    assert torch.autograd.gradcheck(lambda x, w: double(x, w, method), (coarse, weight))


@pytest.mark.parametrize("method", WAYS)
def test_only_the_gradients_asked_for_are_computed(method, operands):
    fine, coarse, weight = operands
    x = fine.clone().requires_grad_()
    halve(x, weight, method).backward(coarse)
    torch.testing.assert_close(x.grad, F.conv_transpose2d(coarse, weight, stride=2, padding=1))
    w = weight.clone().requires_grad_()
    double(coarse, w, method).backward(fine)
    assert w.grad.shape == weight.shape


@pytest.mark.parametrize("method", WAYS)
def test_only_what_a_wanted_gradient_needs_is_kept(method, operands):
    fine, coarse, weight = operands

    def kept(function, x, *needs):
        sizes = []
        with torch.autograd.graph.saved_tensors_hooks(lambda tensor: sizes.append(tensor.numel()), lambda packed: packed):
            function(*(tensor.clone().requires_grad_(need) for tensor, need in zip((x, weight), needs, strict=True)), method)
        return sum(sizes)

    for function, x in ((halve, fine), (double, coarse)):
        for_x, for_weight = kept(function, x, True, False), kept(function, x, False, True)
        assert kept(function, x, True, True) == for_x + for_weight
        assert weight.numel() <= for_x <= 9 / 4 * weight.numel()  # as Winograd's filtering transforms it
        assert for_weight >= x.numel()


@pytest.mark.parametrize("method", METHODS)
def test_autocast_gives_bf16_close_to_fp32(method, operands):
    fine, _, weight = (tensor.float() for tensor in operands)
    with torch.autocast("cpu", torch.bfloat16):
        y = halve(fine, weight, method)
    exact = F.conv2d(fine, weight, stride=2, padding=1)
    assert y.dtype == torch.bfloat16
    assert float((y - exact).abs().max() / exact.abs().max()) < 0.03  # 8 bits of mantissa, up to 3 roundings


@pytest.mark.parametrize("method", ["native", "outer", "gemm"])
@pytest.mark.parametrize("before", [1, 2])
def test_kernels_of_five_pad_one_side_more(method, before, operands):
    fine, coarse, _ = operands
    weight = torch.randn(7, 5, 5, 5, dtype=torch.float64)
    sides = (before, 3 - before) * 2
    expected = results(lambda x, w: F.conv2d(F.pad(x, sides), w, stride=2), fine, weight, coarse)
    for ours, theirs in zip(results(lambda x, w: halve(x, w, method, before), fine, weight, coarse), expected, strict=True):
        torch.testing.assert_close(ours, theirs)
    expected = results(lambda x, w: F.conv_transpose2d(x, w, stride=2)[:, :, before:-1, before:-1][:, :, :8, :12], coarse, weight, fine)
    for ours, theirs in zip(results(lambda x, w: double(x, w, method, before), coarse, weight, fine), expected, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("padding", [(1, 2, 1, 2), (2, 1, 2, 1), (2, 2, 2, 2)])
def test_a_layer_gives_the_same_by_every_method_that_it_takes(method, padding, operands):
    fine, coarse, _ = (tensor.float() for tensor in operands)
    for layer, x in ((Conv(5, 7, (5, 5), (2, 2), padding), fine), (ConvTranspose(7, 5, (5, 5), (2, 2), padding), coarse)):
        network = build(NetworkSpec(tuple(x.shape[1:]), (layer,)))
        torch.nn.init.normal_(network[0].weight, generator=torch.Generator().manual_seed(0))
        takes_it = method == "native" or (method != "winograd" and (isinstance(layer, Conv) or padding != (2, 2, 2, 2)))
        assert network[0].takes(method) == takes_it
        if takes_it:
            expected = network(x)
            network.use_methods({0: method})
            torch.testing.assert_close(network(x), expected, rtol=1e-4, atol=1e-4)


def test_minimal_filtering_takes_whole_tiles_and_kernels_of_four_only():
    assert takes("winograd", (3, 8, 4), 4) and not takes("winograd", (3, 8, 6), 4) and not takes("winograd", (3, 8, 8), 5)
    assert takes("gemm", (3, 6, 6), 5) and takes("outer", (3, 2, 2), 4) and not takes("gemm", (3, 7, 6), 4)
