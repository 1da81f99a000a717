"""Train the attribute classifiers from labelled pictures, and write them with a card."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from dcgan.data import Progress, has_test_split, load, shapes
from dcgan.errors import ConfigError, DataError
from dcgan.files import write_json
from dcgan.images import Images
from dcgan.metrics.classifier import Classifier, ClassifierSettings, Labels, Questions, train_classifier
from dcgan.metrics.disturbance import KINDS

Half = Literal["all", "first", "second"]
ATTRIBUTES = ("Smiling", "Male", "Eyeglasses")
HUES = ("red", "yellow", "green", "cyan", "blue", "magenta")
ABOVE = {"large": "size", "right": "x", "low": "y", "light background": "background"}  # a factor above the middle of its range
TESTED = 10  # one picture in so many is held out, where a set has no test split
SPLIT_SEED = 0


@dataclass(frozen=True, eq=False)
class Examples:
    """Pictures and the true answers (n, questions) to what is asked of them."""

    images: Images
    answers: Labels
    questions: Questions
    terms: str


@dataclass(frozen=True)
class Plan:
    """How a group's classifier is trained: the pictures' side, and what must not change an answer."""

    size: int
    disturbances: tuple[str, ...]


PLANS: Mapping[str, Plan] = {
    "faces": Plan(64, tuple(KINDS)),
    "clothes": Plan(32, tuple(KINDS)),
    "digits": Plan(32, ("move", "color", "blur", "noise")),  # a mirrored digit is another or none
    "shapes": Plan(32, ("blur", "noise")),  # place, size and colour are what is asked for
}


@dataclass(frozen=True)
class Lesson:
    """One training of a group's classifier; `half` leaves the other half of the pictures to an independent judge."""

    group: str
    data: str
    data_dir: Path | None = None
    half: Half = "all"
    epochs: int = 12
    seed: int = 0
    terms: str | None = None
    command: str = ""


def learn(lesson: Lesson, folder: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Train, test on held-out pictures, write `<group>.safetensors` and its card `<group>.json` into `folder`, and return the card."""
    if lesson.group not in PLANS:
        raise ConfigError(f"the group is one of {', '.join(PLANS)}, found {lesson.group!r}")
    began = time.monotonic()
    learned, tested = _split(lesson, progress)
    settings = ClassifierSettings(epochs=lesson.epochs, seed=lesson.seed, disturbances=PLANS[lesson.group].disturbances)
    classifier = train_classifier(learned.images, learned.answers, learned.questions, settings, progress)
    path = folder / f"{lesson.group}.safetensors"
    classifier.save(path, half=True)
    stored = Classifier.load(path)  # what others will use
    card = {
        "group": lesson.group,
        "questions": [list(question) for question in learned.questions],
        "data": Path(lesson.data).name,
        "terms": lesson.terms or learned.terms,
        "pictures": len(learned.images),
        "half": lesson.half,
        "test": _scores(stored, tested),
        "image": list(learned.images.shape[1:]),
        "parameters": stored.network.spec.parameters,
        "epochs": lesson.epochs,
        "seed": lesson.seed,
        "disturbances": list(settings.disturbances),
        "seconds": round(time.monotonic() - began, 1),
        "command": lesson.command,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    write_json(path.with_suffix(".json"), card)
    return card


def _scores(classifier: Classifier, tested: Examples) -> dict[str, Any]:
    """Return the accuracy of each question on n held-out pictures, beside that of the most frequent answer."""
    accuracies = classifier.accuracies(tested.images, tested.answers)
    shares = [float(np.bincount(column).max() / len(column)) for column in tested.answers.T]
    rows = zip(tested.questions, accuracies, shares, strict=True)
    return {
        "n": len(tested.images),
        "accuracy": {_title(question): round(accuracy, 4) for question, accuracy, _ in rows},
        "most_frequent": {_title(question): round(share, 4) for question, share in zip(tested.questions, shares, strict=True)},
    }


def _title(question: tuple[str, ...]) -> str:
    return question[0] if len(question) == 1 else ", ".join(question)


def _split(lesson: Lesson, progress: Progress | None) -> tuple[Examples, Examples]:
    """Return the examples to learn from and those held out: the test split of a named set, else a tenth."""
    whole = _examples(lesson, "train", progress)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(whole.images))
    if has_test_split(lesson.data):
        tested, rest = _examples(lesson, "test", progress), order
    else:
        count = len(order) // TESTED
        tested, rest = _rows(whole, order[:count]), order[count:]
    middle = len(rest) // 2
    chosen = {"all": rest, "first": rest[:middle], "second": rest[middle:]}[lesson.half]
    return _rows(whole, chosen), tested


def _rows(examples: Examples, rows: Labels) -> Examples:
    rows = np.sort(rows)
    return Examples(np.asarray(examples.images[rows]), examples.answers[rows], examples.questions, examples.terms)


def _examples(lesson: Lesson, split: str, progress: Progress | None) -> Examples:
    size = PLANS[lesson.group].size
    if lesson.group == "shapes":
        return _drawn(size, split, progress)
    if lesson.group != "faces":
        data = load(lesson.data, image_size=size, image_channels=1, split=split, data_dir=lesson.data_dir, progress=progress)
        if data.labels is None:
            raise DataError(f"{lesson.data} has no labels; the attributes of {lesson.group} are learned from labelled pictures")
        return Examples(data.images, data.labels[:, None], (data.label_names,), data.terms)
    columns = [
        load(lesson.data, image_size=size, image_channels=3, label_column=name, data_dir=lesson.data_dir, progress=progress)
        for name in ATTRIBUTES
    ]
    answers = [data.labels for data in columns if data.labels is not None]
    if len(answers) < len(columns) or len({len(column) for column in answers}) > 1:
        raise DataError(f"{lesson.data} does not say of every picture whether it has {', '.join(ATTRIBUTES)}")
    return Examples(columns[0].images, np.stack(answers, 1), tuple((name,) for name in ATTRIBUTES), columns[0].terms)


def _drawn(size: int, split: str, progress: Progress | None) -> Examples:
    table = shapes.factors(shapes.COUNT, split)
    hue = np.rint(table["hue"] * len(HUES)).astype(np.int64) % len(HUES)
    above = [(table[factor] > np.mean(shapes.FACTORS[factor])).astype(np.int64) for factor in ABOVE.values()]
    questions = (shapes.NAMES, HUES, *((name,) for name in ABOVE))
    return Examples(shapes.draw(table, size, progress), np.stack([table["shape"], hue, *above], 1), questions, "Free to use for anything")
