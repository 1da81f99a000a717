"""The model card: README.md of a model folder, with the Hub's header."""

from __future__ import annotations

from typing import Any

from dcgan.models.folder import ModelConfig

HEADER = (
    "---",
    "library_name: dcgan-explorer",
    "pipeline_tag: unconditional-image-generation",
    "tags: [dcgan, gan, image-generation]",
    "---",
    "",
)


def model_card(name: str, config: ModelConfig) -> str:
    """Return the card of a model that this program trained."""
    training: dict[str, Any] = dict(config.training or {})
    channels, height, width = config.generator.output_shape
    terms = training.get("terms") or "not stated"
    kind = "grey" if channels == 1 else "RGB"
    lines = [
        *HEADER,
        f"# {name}",
        "",
        f"A DCGAN generator of {width}x{height} {kind} pictures: z of {config.z_dim} numbers ({config.prior} prior), "
        f"{config.generator.parameters:,} parameters. Weights are the moving average over training.",
        "",
        "![The pictures of seeds 0 to 63](preview.png)",
        "",
        "## Training",
        "",
        *_training(training),
        "",
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
        f'pictures = dcgan.load("{name}").generate(range(16))  # uint8 (16, {height}, {width}, {channels})',
        "```",
        "",
    ]
    return "\n".join(lines)


def _training(training: dict[str, Any]) -> list[str]:
    if not training:
        return ["Not trained by this program."]
    recipe = training.get("recipe", {})
    threads = training.get("threads")
    kept = ("preset", "base_channels", "batch_size", "learning_rate_d", "learning_rate_g", "beta1", "ema_decay", "precision", "seed")
    return [
        f"- data: {training.get('data')} ({training.get('data_images', 0):,} pictures)",
        f"- recipe {recipe.get('name')}: {', '.join(f'{key} {recipe[key]}' for key in kept if key in recipe)}",
        f"- {training.get('steps', 0):,} steps, {training.get('images_seen', 0):,} pictures seen, {training.get('seconds', 0):,.0f} s "
        f"on {training.get('device')} with {threads} thread{'' if threads == 1 else 's'}",
        *([f"- command: `{training['command']}`"] if training.get("command") else []),
    ]
