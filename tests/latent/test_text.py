"""z as text, against the bytes that it stands for."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from dcgan.latent import z_from_text, z_to_text


def test_the_text_is_that_of_the_bytes() -> None:
    assert z_to_text(np.array([[1.0, -2.0]])) == "AACAPwAAAMA"  # 00 00 80 3f, 00 00 00 c0
    z = np.random.default_rng(0).standard_normal((7, 13)).astype(np.float32)
    text = z_to_text(z)
    assert set(text).isdisjoint("+/=") and set(text) & set("-_")
    np.testing.assert_array_equal(z_from_text(text), np.array(struct.unpack("<91f", z.tobytes()), np.float32))
    assert z_from_text("").shape == (0,)


@pytest.mark.parametrize("text", ["A", "AAAA", "AACAPw AAAMA", "AACAPwAAAM*", "é" * 8])
def test_what_is_no_z_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        z_from_text(text)
