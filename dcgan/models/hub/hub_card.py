"""A model card for a repository: the header that the Hub reads, and an example that names the repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from dcgan.errors import CheckpointError
from dcgan.hub import SCHEME, Reference
from dcgan.models.card import NO_FACTS, HubFacts, model_card
from dcgan.models.folder import ModelConfig

TAGS = ("dcgan", "gan", "image-generation")
EXAMPLE = re.compile(r'dcgan\.load\("[^"]*"\)')
TASK = "unconditional-image-generation"
SCORES = {"kid": "KID", "diversity": "diversity", "agreement": "labels that are what was asked for"}


def hub_card(text: str, name: str, repo: str, config: ModelConfig, facts: HubFacts | None = None) -> str:
    """Return the card `text` (written anew where it is empty) as the README of `repo`: its words stay, its header is completed.

    A header that is no YAML is a CheckpointError.
    """
    try:
        card = ModelCard(text if text.strip() else model_card(name, config, facts or NO_FACTS), ignore_metadata_errors=True)
    except Exception as error:  # of the YAML parser, whose classes the Hub's client does not export
        raise CheckpointError(f"the header of {name}'s README.md cannot be read: {error}; mend it, or delete the file") from None
    data, facts = cast(ModelCardData, card.data), facts or NO_FACTS
    data.library_name = "dcgan-explorer"
    data.pipeline_tag = data.pipeline_tag or TASK
    data.tags = sorted({*(data.tags or ()), *TAGS})
    data.license = facts.license or data.license
    training = config.training or {}
    data.datasets = list(facts.datasets) or data.datasets or _learned_from(str(training.get("data")))
    scores = training.get("scores")
    if scores:
        data.model_name, data.eval_results = repo.partition("/")[2], _results(scores)
    return EXAMPLE.sub(f'dcgan.load("{SCHEME}{repo}")', str(card))


def _learned_from(source: str) -> list[str] | None:
    """Return the Hub's data set that a model was trained on, if it was one."""
    return [Reference.parse(source).repo] if source.startswith(SCHEME) else None


def _results(scores: Mapping[str, Any]) -> list[EvalResult]:
    """Return the scores as the Hub lists them; the features they were measured with are part of a score's name."""
    said = f"{scores['features_title']}; n = {scores['n']:,} a side"
    return [
        EvalResult(
            task_type=TASK,
            dataset_type=str(scores["data"]),
            dataset_name=str(scores["data"]),
            metric_type=key,
            metric_name=f"{title} ({said})",
            metric_value=scores[key],
        )
        for key, title in SCORES.items()
        if scores.get(key) is not None
    ]
