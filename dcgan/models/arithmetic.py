"""a - b + c by a model, as figure 7 of Radford et al. 2015 shows it: in z, and on pixels beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcgan.images import Images, enlarge, grid
from dcgan.latent import combine, mean, noisy
from dcgan.models.replay import Layout, PictureRecipe
from dcgan.models.synthesizer import Floats, ModelInfo, Synthesizer, Wanted

SHEET_SIDE = 64  # pictures of a sheet are enlarged to at least this
CENTRE = 4  # the result's place among its 3 x 3


def enlargement(height: int, width: int) -> int:
    """Return the whole number that makes the smaller side of a sheet's pictures about SHEET_SIDE."""
    return max(1, SHEET_SIDE // min(height, width))


@dataclass(frozen=True)
class Arithmetic:
    """The pictures of a - b + c: three slots (m, h, w, 3), their `means` (3, h, w, 3), the `result` between eight noisy neighbours
    (9, h, w, 3), and `pixels` (h, w, 3), the same arithmetic on the pictures themselves."""

    slots: tuple[Images, Images, Images]
    means: Images
    result: Images
    pixels: npt.NDArray[np.uint8]
    z: tuple[Floats, Floats, Floats]  # of the slots, (m, z_dim) each
    label: int | None = None  # of every picture

    def recipe(self, info: ModelInfo) -> PictureRecipe:
        """Return what the sheet says of itself."""
        z = np.concatenate(self.z)
        labels = () if self.label is None else (self.label,)
        return PictureRecipe(info.name, info.sha256, len(z), Layout(1), z=z, labels=labels, slots=tuple(len(slot) for slot in self.z))

    def sheet(self) -> npt.NDArray[np.uint8]:
        """Lay out as figure 7: a column a slot with its mean last, then the result among its neighbours, then the pixels' result."""
        height, width = self.pixels.shape[:2]
        rows = max(3, *(len(slot) for slot in self.slots)) + 1
        cells = np.zeros((rows, 9, height, width, 3), np.uint8)  # columns 3 and 7 stay empty
        for column, slot in enumerate(self.slots):
            cells[: len(slot), column] = slot
            cells[-1, column] = self.means[column]
        cells[-3:, 4:7] = self.result.reshape(3, 3, height, width, 3)
        cells[-2, 8] = self.pixels
        sheet = grid(cells.reshape(-1, height, width, 3), columns=9)
        return enlarge(sheet, enlargement(height, width))


def make_arithmetic(synthesizer: Synthesizer, a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, label: Wanted = None) -> Arithmetic:
    """Compute a - b + c of slots of latents (m, z_dim), in z and in pixels; of a conditional model, everything has the one `label`.

    Three samples a slot, because a single z is unstable (Radford et al. 2015, 6.3.2).
    """
    classes = synthesizer.labels(1, 0 if label is None and synthesizer.info.labels else label)
    one_class = None if classes is None else int(classes[0])
    slots = (synthesizer.checked(a), synthesizer.checked(b), synthesizer.checked(c))
    centre = combine(*slots)
    around = np.insert(noisy(centre), CENTRE, centre, axis=0)
    pictures = [synthesizer.rgb(slot, one_class) for slot in slots]
    means = synthesizer.rgb(np.stack([mean(slot) for slot in slots]), one_class)
    averages = [picture.astype(np.float64).mean(axis=0) for picture in pictures]
    pixels = np.clip(np.rint(averages[0] - averages[1] + averages[2]), 0, 255).astype(np.uint8)
    return Arithmetic((pictures[0], pictures[1], pictures[2]), means, synthesizer.rgb(around, one_class), pixels, slots, one_class)
