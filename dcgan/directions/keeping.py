"""Where directions are kept: in the folder of an own model, else in the cache under the generator's sha256."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dcgan.config import dcgan_home
from dcgan.directions.record import Direction, Found, unique_id
from dcgan.errors import ConfigError
from dcgan.files import read_json, write_json
from dcgan.latent import unit
from dcgan.models import ModelInfo

SAVED = "directions.json"
MOST_SAVED = 64
LONGEST_NAME = 64  # characters
FORMAT = 2  # raise it when a method finds other directions or says other things of them, so that older ones are computed again


def cached(info: ModelInfo, method: str, group: str | None, key: str) -> Found | None:
    """Return what was kept for this generator and, by `key`, this classifier; None where nothing fits."""
    folder = _folder(info)
    record = read_json(folder / _name(method, group)) if folder else {}
    if not record or (record.get("format"), record.get("sha256"), record.get("key")) != (FORMAT, info.sha256, key):
        return None
    try:
        return Found.from_json(record, info.z_dim)
    except ConfigError:
        return None


def keep(info: ModelInfo, found: Found, key: str) -> None:
    """Keep what was found; a model without a file has no place for it."""
    folder = _folder(info)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / _name(found.method, found.group), {"format": FORMAT, "sha256": info.sha256, "key": key, **found.to_json()})


def saved(info: ModelInfo) -> list[Direction]:
    """Return the directions that a person saved with this generator."""
    folder = _folder(info)
    record = read_json(folder / SAVED) if folder else {}
    if record.get("sha256") != info.sha256 or not isinstance(record.get("directions"), list):
        return []
    return [Direction.from_json(direction, info.z_dim) for direction in record["directions"]]


def save(info: ModelInfo, directions: Sequence[Direction]) -> list[Direction]:
    """Save `directions`, with norm 1, in place of those that were saved before, and return them; an empty id becomes one of the name.

    Raises
    ------
    ConfigError
        There are too many, a name is empty, a name or id is too long or taken twice, a vector is zero, or the model has no file to keep
        them beside.
    """
    listed = [
        replace(d, id=d.id or unique_id("saved", d.name.encode()), method="saved", vector=unit(d.vector, signed=False)) for d in directions
    ]
    _check(listed)
    folder = _folder(info)
    if folder is None:
        raise ConfigError(f"{info.name} has no file, so nothing can be saved beside it; train or import a model first")
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SAVED, {"sha256": info.sha256, "directions": [direction.to_json() for direction in listed]})
    return listed


def _check(directions: Sequence[Direction]) -> None:
    if len(directions) > MOST_SAVED:
        raise ConfigError(f"at most {MOST_SAVED} directions are saved with a model, found {len(directions)}")
    for what, texts in (("name", [d.name for d in directions]), ("id", [d.id for d in directions])):
        twice = [text for text in texts if texts.count(text) > 1]
        if twice:
            raise ConfigError(f"two directions have the {what} {twice[0][:80]!r}; give one of them another")
        bad = [text for text in texts if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable()]
        if bad:
            raise ConfigError(f"a direction's {what} has 1 to {LONGEST_NAME} characters, found {bad[0][:80]!r}")
    zero = [direction.name for direction in directions if not direction.vector.any()]
    if zero:
        raise ConfigError(f"the direction {zero[0]!r} is zero and leads nowhere; leave it away")


def _folder(info: ModelInfo) -> Path | None:
    if info.source == "own":
        return Path(info.path) if Path(info.path).is_dir() else None  # it may have been deleted meanwhile
    return dcgan_home() / "cache" / info.sha256 if info.sha256 else None


def _name(method: str, group: str | None) -> str:
    ending = "" if group is None else "-" + re.sub(r"[^A-Za-z0-9-]", "-", group)
    return f"directions-{method}{ending}.json"
