"""python -m dcgan bench: how fast this machine trains and explores, and which recipe gets furthest."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcgan.cli.printing import AsJson, DataDir, ModelName, new_table, print_json, show
from dcgan.errors import ConfigError

if TYPE_CHECKING:
    from dcgan.bench.train import TrainBench

bench_app = typer.Typer(rich_markup_mode=None, help="Measure how fast this machine trains and explores.")


@bench_app.callback()
def _bench() -> None:
    """Measure how fast this machine trains and explores.

    And which recipe gets furthest.
    """


@bench_app.command()
def train(
    data: Annotated[str, typer.Option(help="A data set's name, a folder or a zip of pictures.")] = "shapes",
    data_dir: DataDir = None,
    recipe: Annotated[str, typer.Option(help="Whose network, and how our step is made.")] = "pytorch-tutorial",
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, such as batch_size=32.")] = None,
    turns: Annotated[int, typer.Option(min=1, max=1000, help="Turns of each side.")] = 4,
    steps: Annotated[int, typer.Option(min=1, max=100_000, help="Counted steps of each side in a turn.")] = 8,
    workers: Annotated[int, typer.Option(min=0, max=64, help="Processes that load pictures for the plain loop.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Compare our training step with the tutorials' plain loop."""
    from dcgan.bench.train import TrainBenchRequest, bench_train
    from dcgan.cli.train import reporting

    request = TrainBenchRequest(data, data_dir, recipe, tuple(settings or ()), turns, steps, workers)
    with reporting() as report:
        result = bench_train(request, report)
    if as_json:
        print_json(result.to_json())
    else:
        tell(result)


@bench_app.command()
def recipes(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="Rows to compare, such as docs/experiments/screening/plan.json.")],
    data: Annotated[str, typer.Option(help="A data set's name, a folder or a zip of pictures.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where results and runs go; trials with a result there are not repeated.")],
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Trainings at a time, which share the processors evenly.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Train the rows of PLAN and score them.

    After equal time and after equal pictures seen; both tables are printed as Markdown.
    """
    from dcgan.bench.recipes import IMAGES, TIME, Plan, bench_recipes, read_results, table
    from dcgan.cli.train import reporting

    wanted = Plan.read(plan)
    with reporting() as report:
        bench_recipes(wanted, data, out, jobs, report)
    results = read_results(out)
    if as_json:
        return print_json(results)
    for when, title in ((TIME, f"after {wanted.minutes:g} minutes"), (IMAGES, f"after {wanted.images:,} pictures seen")):
        header, *lines = table(wanted, results, when)
        print(f"\n{title}; KID over {wanted.samples:,} samples\n")
        for line in (header, ["---"] * len(header), *lines):
            print(f"| {' | '.join(line)} |")
    return None


@bench_app.command()
def latency(
    model: ModelName = "fashion-mnist-32",
    turns: Annotated[int, typer.Option(min=1, max=100, help="Drags of each side; the best counts.")] = 3,
    seconds: Annotated[float, typer.Option(min=0.5, max=120, help="Length of a drag.")] = 6.0,
    as_json: AsJson = False,
) -> None:
    """Drag a slider at 60 Hz in a real Chromium.

    Measured are pictures an input event, a second, and the time to each, beside a plain Gradio app.
    """
    from dcgan.bench.latency import RATE, LatencyRequest, bench_latency
    from dcgan.cli.train import reporting

    with reporting() as report:
        result = bench_latency(LatencyRequest(model, turns, seconds), report)
    if as_json:
        return print_json(result.to_json())
    table = new_table("name", "pictures/event", "pictures/s", "median ms", "events")
    for side, title in (("ours", "Explore page"), ("plain", "gr.Slider, gr.Image")):
        best = result.best(side)  # type: ignore[arg-type]
        median = "-" if best.median_ms is None else f"{best.median_ms:.1f}"
        table.add_row(title, f"{best.share:.0%}", f"{best.per_second:.1f}", median, str(best.events))
    show(table)
    print(f"{model}: a drag of {seconds:g} s at {RATE:g} Hz, the best of {turns}")
    return None


@bench_app.command()
def doctor(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Each as for `generate`.")],
    harm: Annotated[bool, typer.Option(help="Also harm each of them in known ways, which should all be named.")] = True,
) -> None:
    """Ask the doctor about each MODEL, as it is and harmed.

    It is harmed in known ways; what is said is printed as Markdown.
    """
    from dcgan.bench.doctor import HEADER, as_it_is, harmed
    from dcgan.models import Library

    library, silent, named = Library(), [], []
    for line in (HEADER, ["---"] * len(HEADER)):
        print(f"| {' | '.join(line)} |")
    for text in models:
        path, model = Path(text), library.find(text)[0]
        name = f"{path.parents[1].name}@{int(path.name)}" if path.name.isdigit() and len(path.parts) > 2 else path.name
        silent.append(as_it_is(name, model))
        print(f"| {' | '.join(silent[-1].row())} |", flush=True)
        for case in harmed(name, model) if harm else ():
            named.append(case)
            print(f"| {' | '.join(case.row())} |", flush=True)
    print(f"\nsilent on {sum(case.is_right for case in silent)} of {len(silent)} as they are", end="")
    print(f"; {sum(case.is_right for case in named)} of {len(named)} harmed ones named" if harm else "")


@bench_app.command()
def laboratory(
    model: ModelName = "celeba-64",
    turns: Annotated[int, typer.Option(min=1, max=100, help="Fresh starts of the app.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Time a sheet, a walk, SeFa and PCA over the app's routes.

    Nothing of it is kept from before.
    """
    from dcgan.bench.laboratory import TASKS, bench_laboratory
    from dcgan.cli.train import reporting

    with reporting() as report:
        result = bench_laboratory(model, turns, report)
    if as_json:
        return print_json(result.to_json())
    table = new_table("name", "median s", "slowest s", "n", "aim s")
    for name, task in TASKS.items():
        n = str(len(result.seconds[name]))
        table.add_row(task.what, f"{result.median(name):.3f}", f"{result.slowest(name):.3f}", n, f"{task.limit:g}")
    show(table)
    print(f"{model}: request to whole answer, {turns} fresh starts; the aims are for 64x64 pixels on two quiet cores")
    return None


@bench_app.command()
def viewers(
    data: Annotated[str, typer.Option(help="A data set's name, a folder or a zip of pictures.")] = "shapes",
    settings: Annotated[list[str] | None, typer.Option("--set", help="key=value of the recipe, such as batch_size=32.")] = None,
    count: Annotated[int, typer.Option("--viewers", min=1, max=200, help="Open pages.")] = 20,
    turns: Annotated[int, typer.Option(min=1, max=100, help="Turns of each side.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="Length of a turn of one side.")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """Measure whether viewers slow a training down.

    One training in the app is watched in every other turn.
    """
    from dcgan.bench.viewers import ALLOWED, ViewersRequest, bench_viewers
    from dcgan.cli.train import reporting

    with reporting() as report:
        result = bench_viewers(ViewersRequest(data, tuple(settings or ()), count, turns, seconds), report)
    if as_json:
        return print_json(result.to_json())
    table = new_table("name", "median steps/s", "all turns")
    for name, speeds in (("unwatched", result.unwatched), (f"{count} viewers", result.watched)):
        table.add_row(name, f"{statistics.median(speeds):.2f}", " ".join(f"{speed:.2f}" for speed in speeds))
    show(table)
    verdict = "within" if result.is_fine else "beyond"
    print(
        f"slower by {result.slowing:.1%}; unwatched turns spread by {result.spread:.1%}: {verdict} the {ALLOWED:.0%} allowed on top of that"
    )
    print(f"{data}: {turns} turns of {seconds:g} s a side, {result.answers:,} answers to viewers")
    return None


@bench_app.command()
def sheets(
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Each as for `generate`: a run's folder is its newest stage.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A .png or .jpg file.")],
    count: Annotated[int, typer.Option(min=1, max=1000, help="Pictures of each, from seed 0 on.")] = 30,
    columns: Annotated[int, typer.Option(min=1, max=100, help="Pictures across on a sheet.")] = 6,
    across: Annotated[int, typer.Option(min=1, max=100, help="Sheets across.")] = 5,
) -> None:
    """Lay a sheet of each MODEL beside those of the others.

    Recipe and step stand above each.
    """
    from dcgan.bench.sheets import sheets as sheets_of
    from dcgan.cli.generate import writable
    from dcgan.files import write_bytes
    from dcgan.images import jpeg_bytes, png_bytes
    from dcgan.models import Library

    suffix = out.suffix.lower()
    if suffix not in (".png", ".jpg"):
        raise ConfigError(f"{out} is neither a .png nor a .jpg file")
    writable(out)
    library = Library()
    whole = sheets_of([library.synthesizer(model) for model in models], count, columns, across)
    write_bytes(out, png_bytes(whole) if suffix == ".png" else jpeg_bytes(whole))
    print(f"{out}: {count} pictures of {len(models)} models, {whole.shape[1]}x{whole.shape[0]} pixels")


def tell(result: TrainBench) -> None:
    """Print a result for people."""
    recipe = result.recipe
    table = new_table("name", "images/s", "ms a step", "share of peak", "memory")
    precision = recipe["precision"]
    for name, kind, rate, share, memory in (
        (f"ours ({recipe['name']})", precision, result.ours, result.peak_share, result.peak_memory_bytes),
        ("plain loop", "fp32", result.plain, result.plain_peak_share, result.plain_peak_memory_bytes),
    ):
        spent, held = f"{1000 * recipe['batch_size'] / rate:.0f}", f"{memory / 1e6:,.0f} MB" if memory else "-"
        table.add_row(name, f"{rate:.1f}", spent, f"{share:.0%} of {kind}", held)
    show(table)
    spread = f"{result.ratio_low:.2f} to {result.ratio_high:.2f} over {result.turns} turns of {result.steps} steps each"
    print(f"ratio {result.ratio:.2f} ({spread}; the fastest quarter of the steps counts)")
    peaks = ", ".join(f"{name} {peak / 1e9:,.0f}" for name, peak in result.peaks.items())
    print(f"matrix-multiply peak in GFLOP/s: {peaks}; a step is {result.multiply_adds / 1e6:,.0f} million multiply-adds a picture")
    picture = f"{recipe['image_size']}x{recipe['image_size']} {'grey' if recipe['image_channels'] == 1 else 'RGB'}"
    sizes = f"batch {recipe['batch_size']}, base_channels {recipe['base_channels']}"
    print(f"{result.data}: {result.images} pictures of {picture}, {sizes}")
    isa = result.onednn_max_cpu_isa or "not set"
    print(f"{result.device}, threads {recipe['threads']}, torch {result.torch_version}, ONEDNN_MAX_CPU_ISA {isa}")
