"""The model card: README.md of a model folder, with the Hub's header."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from dcgan.errors import ConfigError
from dcgan.models.folder import ModelConfig


@dataclass(frozen=True)
class HubFacts:
    """What a person adds to the header: the licence's identifier, and the data sets' names on the Hub."""

    license: str | None = None
    datasets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.license is not None and not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", self.license):
            raise ConfigError(f"a licence is an identifier such as mit or cc-by-4.0, found {self.license!r}")
        for name in self.datasets:
            if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)?", name, re.ASCII):
                raise ConfigError(f"a data set of the Hub is OWNER/NAME, found {name!r}")

    def header(self) -> list[str]:
        """Return the lines of the YAML header."""
        return [
            "---",
            "library_name: dcgan-explorer",
            "pipeline_tag: unconditional-image-generation",
            *([f"license: {self.license}"] if self.license else []),
            *([f"datasets: [{', '.join(self.datasets)}]"] if self.datasets else []),
            "tags: [dcgan, gan, image-generation]",
            "---",
            "",
        ]


NO_FACTS = HubFacts()
NOT_OURS = "Not trained by this program."


def model_card(name: str, config: ModelConfig, facts: HubFacts = NO_FACTS) -> str:
    """Return the card of a model that this program trained, or that came from elsewhere."""
    training: dict[str, Any] = dict(config.training or {})
    channels, height, width = config.generator.output_shape
    terms = training.get("terms") or "not stated"
    kind = "grey" if channels == 1 else "RGB"
    generator = "conditional DCGAN generator" if config.labels else "DCGAN generator"
    lines = [
        *facts.header(),
        f"# {name}",
        "",
        f"A {generator} of {width}x{height} {kind} pictures: z of {config.z_dim} numbers ({config.prior} prior), "
        f"{config.generator.parameters:,} parameters. Weights are {_kind_of_weights(training)}.",
        "",
        *([f"Labels: {', '.join(config.labels)}.", ""] if config.labels else []),
        f"![The pictures of seeds 0 to 63{', labels in turn' if config.labels else ''}](preview.png)",
        "",
        "## Training",
        "",
        *_training(training),
        "",
        *_scores(name, training.get("scores")),
        "## Terms and limits",
        "",
        f"Training data: {terms}",
        "",
        "The pictures resemble the training data in kind and in faults; what was rare there is rare or missing here.",
        "",
        "## Use",
        "",
        "```python",
        "import dcgan",
        "",
        f'pictures = dcgan.load("{name}").generate({_call(config)})  # uint8 (16, {height}, {width}, {channels})',
        "```",
        "",
    ]
    return "\n".join(lines)


def _kind_of_weights(training: dict[str, Any]) -> str:
    if not training:
        return "as they were in the file that they came in"
    has_average = training.get("recipe", {}).get("ema_decay", 0.999) > 0
    return "the moving average over training" if has_average else "those of the last step"


def _call(config: ModelConfig) -> str:
    """Return the arguments of the example; JSON's strings are Python's."""
    return f"range(16), labels=[{json.dumps(config.labels[0], ensure_ascii=False)}]" if config.labels else "range(16)"


def _training(training: dict[str, Any]) -> list[str]:
    if not training:
        return [NOT_OURS]
    recipe = training.get("recipe", {})
    threads = training.get("threads")
    changes = [f"{key} {value}" for key, value in training.get("changed", {}).items()]
    kept = ("preset", "base_channels", "batch_size", "learning_rate_d", "learning_rate_g", "beta1", "ema_decay", "precision", "seed")
    return [
        f"- data: {training.get('data')} ({training.get('data_images', 0):,} pictures)",
        f"- recipe {recipe.get('name')}: {', '.join(f'{key} {recipe[key]}' for key in kept if key in recipe)}",
        f"- {training.get('steps', 0):,} steps, {training.get('images_seen', 0):,} pictures seen, {training.get('seconds', 0):,.0f} s "
        f"on {training.get('device')} with {threads} thread{'' if threads == 1 else 's'}",
        *([f"- command: `{training['command']}`"] if training.get("command") else []),
        *([f"- changed by orders while it trained: {', '.join(changes)}"] if changes else []),
    ]


def _scores(name: str, scores: dict[str, Any] | None) -> list[str]:
    """Return the section of what `evaluate` said; `scores` is its summary and the `options` of the command."""
    if not scores:
        return []
    each = f"{scores['samples']:,}"
    n = f"n = {scores['n']:,} a side, {scores['blocks']} block{'' if scores['blocks'] == 1 else 's'} of {scores['block']}"
    lines = [
        "## Scores",
        "",
        f"- KID {_with_error(scores, 'kid')}; of held-out pictures {_with_error(scores, 'floor')} ({n}; features of "
        f"{scores['features_title']}, and comparable with those only)",
    ]
    if scores["diversity"] is not None:
        lines.append(
            f"- diversity {scores['diversity']:.3f}: mean distance between samples over that between real pictures (n = {each} each)"
        )
    if scores.get("agreement") is not None:
        sure = f"a classifier that is right on {scores['accuracy']:.1%} of {each} held-out pictures"
        lines.append(f"- labels: {scores['agreement']:.1%} of {each} samples are what was asked for, says {sure}")
    return [*lines, f"- command: `python -m dcgan evaluate {name} {scores['options']}`", ""]


def _with_error(scores: dict[str, Any], key: str) -> str:
    error = scores[f"{key}_se"]
    return f"{scores[key]:.4f}" + (f" ± {error:.4f}" if error is not None else "")
