"""The Train page: a form that starts a run, and the live view of whichever run is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any, get_args

import gradio as gr

from dcgan.config import IMAGE_SIZES, Budget, Precision
from dcgan.data import catalog
from dcgan.errors import ConfigError, DCGANError
from dcgan.studio import StartRequest
from dcgan.training.recipes import RECIPES
from dcgan.ui.components.live import live_view
from dcgan.ui.texts import FALLBACK

if TYPE_CHECKING:
    from dcgan.studio import Estimate, Studio

Tables = Mapping[str, Mapping[str, str]]

DEFAULT_DATA = "fashion-mnist-10k"
DEFAULT_RECIPE = "quick"
RECIPE_TEXTS = {
    "quick": "train.recipe_quick",
    "dcgan": "train.recipe_dcgan",
    "paper": "train.recipe_paper",
    "pytorch-tutorial": "train.recipe_pytorch_tutorial",
    "tensorflow-tutorial": "train.recipe_tensorflow_tutorial",
    "conditional": "train.recipe_conditional",
}
DEFAULT_MINUTES = 3
BUDGET_KINDS = ("minutes", "epochs", "steps")
SETTINGS = ("image_size", "base_channels", "batch_size", "learning_rate_d", "learning_rate_g", "seed", "precision")
PROPOSED = ("image_size", "base_channels", "batch_size", "learning_rate_d", "learning_rate_g")
# The last input is the control key: the browser's own, which the live view keeps (components/live/api.js).
WITH_KEY = "(...values) => [...values.slice(0, -1), window.dcganControlKey()]"
STATUS = '<div role="status">${value}</div>'


@dataclass(frozen=True)
class Form:
    """The form's inputs, in the order in which their values arrive."""

    data: gr.Dropdown
    recipe: gr.Dropdown
    budget_kind: gr.Dropdown
    budget_value: gr.Number
    image_size: gr.Dropdown
    base_channels: gr.Number
    batch_size: gr.Number
    learning_rate_d: gr.Number
    learning_rate_g: gr.Number
    seed: gr.Number
    precision: gr.Dropdown

    def inputs(self) -> list[gr.components.Component]:
        return [getattr(self, field.name) for field in fields(self)]


def train_page(studio: Studio, tables: Tables, i18n: gr.I18n) -> None:
    """Lay the page out and wire it, inside a Blocks context.

    Parameters
    ----------
    tables, i18n
        The sentences: language -> key -> sentence for our component, and the same for Gradio's.
    """
    with gr.Row():
        with gr.Column(scale=1, min_width=290):
            form = _form(studio, i18n)
            note = gr.HTML(html_template=STATUS, elem_classes="dcgan-note")
            start = gr.Button(i18n("train.start"), variant="primary")
            estimate = gr.Button(i18n("train.estimate"), size="sm")
            message = gr.HTML(html_template=STATUS, elem_classes="dcgan-note")
        with gr.Column(scale=3, min_width=340):
            live = live_view(tables)
    key = gr.Textbox(visible=False)
    handlers = Handlers(studio, tables)
    private = {"api_visibility": "private", "show_progress": "hidden"}
    proposed = [getattr(form, name) for name in PROPOSED]
    gr.on(None, handlers.propose, [form.data, form.recipe], [note, *proposed], queue=False, **private)
    start.click(handlers.start, [*form.inputs(), note, key], [message, live], js=WITH_KEY, queue=False, **private)
    estimate.click(handlers.estimate, form.inputs(), message, api_visibility="private", show_progress="minimal")


def _form(studio: Studio, i18n: gr.I18n) -> Form:
    """Lay out the inputs, the less needed ones folded away."""
    info = i18n("train.data_info_public" if studio.public else "train.data_info")
    data = gr.Dropdown(
        _data_choices(studio, i18n), value=DEFAULT_DATA, label=i18n("train.data"), info=info, allow_custom_value=not studio.public
    )
    recipes = [(i18n(key), name) for name, key in RECIPE_TEXTS.items()]
    recipe = gr.Dropdown(recipes, value=DEFAULT_RECIPE, label=i18n("train.recipe"))
    kinds = [(i18n(f"train.{kind}"), kind) for kind in BUDGET_KINDS]
    with gr.Row():
        value = gr.Number(DEFAULT_MINUTES, minimum=0, label=i18n("train.budget_value"), min_width=90)
        kind = gr.Dropdown(kinds, value="minutes", label=i18n("train.budget_kind"), min_width=120)
    with gr.Accordion(i18n("train.more"), open=False):
        settings = _settings(i18n)
    return Form(data, recipe, kind, value, **settings)


def _settings(i18n: gr.I18n) -> dict[str, Any]:
    """Lay out what the recipe, the data and the machine decide unless it is changed here."""

    def number(name: str, value: float | None, precision: int | None = None) -> gr.Number:
        return gr.Number(value, label=i18n(f"train.{name}"), minimum=0, precision=precision, min_width=120)

    sizes = [(str(size), size) for size in IMAGE_SIZES]
    recipe = RECIPES[DEFAULT_RECIPE]
    return {
        "image_size": gr.Dropdown(sizes, value=None, label=i18n("train.image_size")),
        "base_channels": number("base_channels", None, precision=0),
        "batch_size": number("batch_size", None, precision=0),
        "learning_rate_d": number("learning_rate_d", recipe.learning_rate_d),
        "learning_rate_g": number("learning_rate_g", recipe.learning_rate_g),
        "seed": number("seed", recipe.seed, precision=0),
        "precision": gr.Dropdown(list(get_args(Precision)), value=recipe.precision, label=i18n("train.precision")),
    }


def _data_choices(studio: Studio, i18n: gr.I18n) -> list[tuple[Any, str]]:
    """Return (title, name) of the sets, those on disk first; a download says so. All titles but one are names in any language."""
    entries = sorted(catalog(studio.data_dir), key=lambda entry: not entry.on_disk)
    titles = {entry.name: entry.title if entry.on_disk else f"{entry.title} ↓" for entry in entries}
    return [(i18n("train.shapes") if name == "shapes" else title, name) for name, title in titles.items()]


class Handlers:
    """What the page's events do; every DCGANError becomes a sentence in place."""

    def __init__(self, studio: Studio, tables: Tables) -> None:
        self._studio = studio
        self._tables = tables

    def propose(self, source: str | None, recipe: str, request: gr.Request) -> list[Any]:
        """Return the note and the values of `PROPOSED` for this data on this machine."""
        texts = self._texts(request)
        try:
            proposal = self._studio.propose(source or "", recipe)
        except DCGANError as error:
            return [_complaint(error), *(gr.skip() for _ in PROPOSED)]
        return [_note(texts, proposal), *(proposal[name] for name in PROPOSED)]

    def start(self, *values: Any) -> list[Any]:
        """Start a run with the form's values; the last two are the note, where bad data is complained of already, and the control key."""
        *form, note, key = values
        try:
            return ["", self._studio.start_run(start_request(form), key)]
        except DCGANError as error:
            complaint = _complaint(error)
            return ["" if complaint == note else complaint, gr.skip()]

    def estimate(self, request: gr.Request, *values: Any) -> str:
        """Say how long it will take, from a short trial."""
        try:
            wanted = start_request(values)
            return _estimate_text(self._texts(request), wanted.budget, self._studio.estimate(wanted))
        except DCGANError as error:
            return _complaint(error)

    def _texts(self, request: gr.Request) -> Mapping[str, str]:
        """Return the sentences in the browser's first language, as the rest of the page has them."""
        language = request.headers.get("accept-language", "")[:2].lower()
        return self._tables.get(language, self._tables[FALLBACK])


def start_request(values: Any) -> StartRequest:
    """Read the form's values, in the order of `Form`.

    Raises
    ------
    ConfigError
        A number is missing or not above 0.
    """
    source, recipe, kind, amount, *settings = values
    if not source:
        raise ConfigError("choose pictures to train on")
    if amount is None:
        raise ConfigError(f"say how many {kind} to train")
    budget = Budget(**{kind: int(amount) if kind == "steps" else amount})
    given = [f"{key}={value}" for key, value in zip(SETTINGS, settings, strict=True) if value not in (None, "")]
    return StartRequest(source.strip(), recipe, tuple(given), budget)


def _complaint(error: DCGANError) -> str:
    return f'<p class="error">{escape(str(error))}</p>'


def _note(texts: Mapping[str, str], proposal: Mapping[str, Any]) -> str:
    """Return what was found and proposed, and whatever is odd about the data."""
    sentence = texts["train.proposal"].format(
        count=_whole(texts, proposal["count"]),
        size=proposal["image_size"],
        colour=texts["train.grey" if proposal["image_channels"] == 1 else "train.rgb"],
        width=proposal["base_channels"],
        batch=proposal["batch_size"],
    )
    return "".join(f"<p>{escape(str(text))}</p>" for text in (sentence, *proposal["notes"]))


def _estimate_text(texts: Mapping[str, str], budget: Budget, estimate: Estimate) -> str:
    steps = estimate.steps or int(estimate.total_seconds / estimate.seconds_per_step)
    key = "train.estimate_time" if budget.minutes is None else "train.estimate_steps"
    values = {"time": _clock(estimate.total_seconds), "steps": _whole(texts, steps), "speed": _whole(texts, estimate.images_per_second)}
    return f"<p>{escape(texts[key].format(**values))}</p>"


def _whole(texts: Mapping[str, str], value: float) -> str:
    return f"{value:,.0f}".replace(",", texts["train.thousands"])


def _clock(seconds: float) -> str:
    """Write a time as 0:07, 12:34 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
