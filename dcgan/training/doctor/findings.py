"""What the doctor can find: when, after how long, and what to do about it.

The limits are set by what healthy runs do (docs/doctor.md): each stands well beyond the worst of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dcgan.config import CROSS_ENTROPY, Recipe
from dcgan.events import Severity
from dcgan.training.doctor.remedies import Settings, against_collapse, balanced, calmer, slower
from dcgan.training.doctor.vitals import Vitals, is_late
from dcgan.training.runs.lines import rounded

WARM_UP = 40  # steps in which a first network may do anything


@dataclass(frozen=True)
class Watch:
    """One thing that the steps of a training can show: it is said once `is_so` has held for `patience` steps in a row."""

    finding: str
    severity: Severity
    patience: int
    is_so: Callable[[Vitals, Recipe], bool]
    evidence: tuple[str, ...]
    sentence: str
    remedy: Callable[[Recipe], Settings]


def _is_exploding(vitals: Vitals, recipe: Recipe) -> bool:
    """Log-odds of 60 and more are no opinion of a network but a loss of all measure; healthy ones stay below 40."""
    return recipe.objective in CROSS_ENTROPY and (vitals.means["loss_g"] > 60 or vitals.means["loss_d"] > 20)


def _d_wins(vitals: Vitals, recipe: Recipe) -> bool:
    """D passes hardly one fake in 200: where G still learns it passes one in 100 at least, though it may know the real ones by heart."""
    judged = recipe.objective in (*CROSS_ENTROPY, "least-squares")
    sure = 0.95 * (1 - recipe.label_smoothing)
    passed = 0.05 if recipe.objective == "least-squares" else 0.005  # a number that is cut to [0, 1] has no such tail
    return judged and vitals.means["d_real"] > sure and vitals.means["d_fake"] < passed and not _is_exploding(vitals, recipe)


def _g_wins(vitals: Vitals, recipe: Recipe) -> bool:
    judged = recipe.objective in (*CROSS_ENTROPY, "least-squares")
    return judged and vitals.step > WARM_UP and vitals.means["d_fake"] > max(0.7, vitals.means["d_real"] + 0.15)


def _has_collapsed(vitals: Vitals, recipe: Recipe) -> bool:
    """All pictures are one; or variety was there and went; or it never came."""
    if vitals.step <= WARM_UP:
        return False
    fallen = vitals.best_variety > 0.5 and vitals.variety < 0.4 * vitals.best_variety
    return vitals.variety < 0.04 or fallen or (is_late(vitals.step, recipe) and vitals.variety < 0.2)


def _has_stalled(vitals: Vitals, recipe: Recipe) -> bool:
    """D says one half to everything and passes next to no gradient on: not the balance of theory, for that is never reached so well."""
    is_guessing = all(abs(vitals.means[name] - 0.5) < 0.02 for name in ("d_real", "d_fake"))
    return recipe.objective in CROSS_ENTROPY and is_guessing and vitals.means["grad_norm_g"] < 0.1


def _swings(vitals: Vitals, recipe: Recipe) -> bool:
    return recipe.objective in (*CROSS_ENTROPY, "least-squares") and vitals.swings >= 6


WATCHES = (
    Watch(
        "exploding",
        "failure",
        20,
        _is_exploding,
        ("loss_d", "loss_g"),
        "The losses have exploded: the learning rates are too high for these networks.",
        slower("d", "g"),
    ),
    Watch(
        "d-wins",
        "failure",
        120,
        _d_wins,
        ("d_real", "d_fake", "grad_norm_g"),
        "D wins: it tells every real picture from every fake, and G is left without a hint of what to do better.",
        slower("d"),
    ),
    Watch(
        "g-wins",
        "failure",
        60,
        _g_wins,
        ("d_real", "d_fake", "grad_norm_d"),
        "G wins: D takes its pictures for more real than the real ones, so what it teaches is worth nothing.",
        slower("g"),
    ),
    Watch(
        "mode-collapse",
        "failure",
        60,
        _has_collapsed,
        ("variety", "best_variety"),
        "Mode collapse: whatever z is, G makes nearly the same picture.",
        against_collapse,
    ),
    Watch(
        "stalled",
        "failure",
        100,
        _has_stalled,
        ("d_real", "d_fake", "grad_norm_g"),
        "Stalled: D cannot tell real from fake at all, and G learns nothing from it.",
        balanced,
    ),
    Watch(
        "oscillation",
        "warning",
        40,
        _swings,
        ("swings", "d_fake"),
        "The two networks chase each other: D(G(z)) swings from one extreme to the other.",
        calmer,
    ),
)


def evidence_of(names: tuple[str, ...], vitals: Vitals) -> Mapping[str, float]:
    """Return the running measures of these names, four digits each."""
    known: dict[str, float] = {"variety": vitals.variety, "best_variety": vitals.best_variety, "swings": vitals.swings, **vitals.means}
    return {name: rounded(known[name], 4) for name in names}
