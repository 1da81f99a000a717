"""Pictures of a visitor's own: taken in, fetched from the Hub, examined, with what to train them with."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dcgan.config import Crop
from dcgan.data import Progress, fetch
from dcgan.data.collection import open_collection
from dcgan.data.examination import examine, preview_crops
from dcgan.data.remarks import remarks
from dcgan.errors import DataError
from dcgan.files import plain_stem, sha256_of
from dcgan.images import grid, jpeg_bytes
from dcgan.training.proposal import propose
from dcgan.training.recipes import best_device

LISTED = 200  # files left out that the page is told of


@dataclass(frozen=True)
class Looked:
    """What the page shows of a set: sentences and settings by key, files left out, and a JPEG strip for each crop that differs."""

    record: dict[str, Any]
    strips: dict[Crop, bytes]


@dataclass(frozen=True)
class OwnData:
    """The data that a visitor brings.

    Parameters
    ----------
    home
        $DCGAN_HOME; uploads lie in `data/uploads` of it.
    data_dir
        Where named sets lie.
    """

    home: Path
    data_dir: Path | None = None

    def adopt(self, file: Path, filename: str) -> str:
        """Keep the uploaded archive `file`, which its user calls `filename`, and return its path, which is the set's name from now on.

        The same archive again is the same path. Raises DataError, which speaks of it as `filename`.
        """
        try:
            with closing(open_collection(file)) as collection:
                if not collection.members:
                    raise DataError(f"{file} holds no pictures; zip a folder of PNG, JPEG or WebP files")
        except DataError as error:
            raise DataError(str(error).replace(str(file), filename)) from None
        kept = self.home / "data" / "uploads" / f"{plain_stem(filename, 'pictures')}-{sha256_of(file)[:6]}.zip"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            shutil.move(file, part)
            part.replace(kept)
        return str(kept)

    def fetch(self, source: str, progress: Progress) -> str:
        """Fetch the Hub's set hf:OWNER/NAME and return its name."""
        if not source.startswith("hf:"):
            raise DataError(f"a set of the Hub is written hf:owner/name, found {source!r}")
        fetch(source, progress=progress)
        return source

    def look(self, source: str, progress: Progress) -> Looked:
        """Examine a set."""
        found = examine(source, self.data_dir, progress=progress)
        strips = preview_crops(source, found.oblong) if found.oblong else {}
        record = {
            "remarks": [{"key": remark.key, "values": remark.values} for remark in remarks(found)],
            "skipped": [list(pair) for pair in found.survey.skipped[:LISTED]],
            "proposal": [proposal.to_json() for proposal in propose(found, best_device())],
        }
        return Looked(record, {crop: jpeg_bytes(grid(images, len(images))) for crop, images in strips.items()})
