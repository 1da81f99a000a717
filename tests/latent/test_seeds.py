"""z of a seed is one table, here and in the page (tests/browser/test_latent.py)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dcgan.latent import sample_z

TABLE = json.loads(Path(__file__).with_name("seeds.json").read_text("utf-8"))


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: f"{entry['seed']}-{entry['prior']}-{entry['z_dim']}")
def test_z_is_that_of_the_table(entry: dict) -> None:
    z = sample_z([entry["seed"]], entry["z_dim"], entry["prior"])[0]
    np.testing.assert_allclose(z[: len(entry["z"])], np.asarray(entry["z"], np.float32), rtol=1e-6, atol=1e-6)


def test_the_table_holds_what_is_hard() -> None:
    seeds = {entry["seed"] for entry in TABLE}
    assert len(TABLE) == 20 and {0, 1, 2**32, 2**53 - 1} <= seeds
    assert {entry["prior"] for entry in TABLE} == {"normal", "uniform"}
