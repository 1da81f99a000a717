"""Arguments -> Studio -> pages -> launch."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from dcgan.errors import ConfigError, DCGANError
from dcgan.system import has_display

if TYPE_CHECKING:
    import gradio as gr

    from dcgan.studio import Studio

FIRST_PORT = 7860
PORTS_TRIED = 100
LOCAL_UPLOAD, PUBLIC_UPLOAD = "4gb", "20mb"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}; python app.py --help lists the options")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the app until it is stopped; return the exit status."""
    try:
        options = _parser().parse_args(argv)
        host = options.host or ("0.0.0.0" if _is_space() else LOOPBACK[0])
        port = _port(host, options.port)
        _launch(options, host, port)
    except DCGANError as error:
        print(f"dcgan: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python app.py", description="Explore and train deep convolutional GANs in the browser.")
    parser.add_argument("--host", help="the address to listen on (default 127.0.0.1: this machine only)")
    parser.add_argument("--port", type=int, help=f"the port; by default the first free one from {FIRST_PORT} on")
    parser.add_argument(
        "--model", metavar="NAME", help="the model to open first: a name, a model folder, a run folder or a checkpoint file"
    )
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="where data sets already lie")
    parser.add_argument("--open", action=argparse.BooleanOptionalAction, default=None, help="open a browser (default: where there is one)")
    return parser


def _is_space() -> bool:
    """A Hugging Face Space says so in the environment."""
    return "SPACE_ID" in os.environ


def _port(host: str, wanted: int | None) -> int:
    """Return a port that is free now; an explicit one that is not is a ConfigError."""
    if wanted is not None:
        if not 0 < wanted < 65536:
            raise ConfigError(f"--port is from 1 to 65535, found {wanted}")
        if not _is_free(host, wanted):
            raise ConfigError(f"port {wanted} of {host} is in use; choose another --port, or leave it away to take the next free one")
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if _is_free(host, port):
            if port != FIRST_PORT:
                print(f"port {FIRST_PORT} is in use, taking {port}", flush=True)
            return port
    raise ConfigError(f"no port from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} is free; choose one with --port")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise ConfigError(f"--host {host} is not an address of this machine; try 127.0.0.1") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise ConfigError(f"--host {host} is not an address of this machine; try 127.0.0.1") from None
            return False
    return True


def _launch(options: argparse.Namespace, host: str, port: int) -> None:
    prepare_environment()
    import torch

    from dcgan.studio import Studio

    torch.set_num_threads(1)  # one picture is faster on one thread, and shared cores stay free
    public = host not in LOOPBACK
    if public:
        print(f"listening on {host}: others can reach this app; paths cannot be typed, uploads are at most {PUBLIC_UPLOAD}", flush=True)
    studio = Studio(options.data_dir, options.model, public=public)
    studio.synthesizer(studio.default_model)
    demo, i18n = build(studio)
    show = has_display() if options.open is None else options.open
    arguments = launch_arguments(studio)
    demo.launch(server_name=host, server_port=port, quiet=True, inbrowser=show, i18n=i18n, prevent_thread_lock=True, **arguments)
    print(f"DCGAN explorer on http://{_address(host)}:{port}", flush=True)
    demo.block_thread()


def _address(host: str) -> str:
    """Return what a browser on this machine calls the host."""
    if host == "0.0.0.0":
        return LOOPBACK[0]
    return f"[{host}]" if ":" in host else host


def prepare_environment() -> None:
    """Set what gradio reads when it is imported: no telemetry, and no analysis after every event."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "100")


def build(studio: Studio) -> tuple[gr.Blocks, gr.I18n]:
    """Return the app, one file of `dcgan.ui` a page, and the sentences that `launch()` needs of it."""
    import gradio as gr

    from dcgan.ui.components.masthead import PAGES, masthead
    from dcgan.ui.explore import explore_page
    from dcgan.ui.morph import morph_page
    from dcgan.ui.texts import tables
    from dcgan.ui.train import train_page

    texts = tables()
    i18n = gr.I18n(**{language: dict(table) for language, table in texts.items()})
    with gr.Blocks(title="DCGAN explorer", delete_cache=(3600, 7200), analytics_enabled=False) as demo:
        masthead(texts, "explore")
        explore_page(studio, texts)
    with demo.route("Morph", PAGES["morph"]):
        masthead(texts, "morph")
        morph_page(studio, texts)
    with demo.route("Train", PAGES["train"]):
        masthead(texts, "train")
        train_page(studio, texts)
    demo.queue(max_size=32, default_concurrency_limit=2, api_open=False)
    return demo, i18n


def _theme() -> gr.Theme:
    """Return Gradio's look, but readable: its semi-bold font files lack most letters, its hints and its orange are pale."""
    import gradio as gr

    weights = (400, 700)
    return gr.themes.Default(
        font=(gr.themes.LocalFont("Source Sans Pro", weights), "ui-sans-serif", "system-ui", "sans-serif"),
        font_mono=(gr.themes.LocalFont("IBM Plex Mono", weights), "ui-monospace", "Consolas", "monospace"),
    ).set(
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
    )


def launch_arguments(studio: Studio) -> Mapping[str, Any]:
    """Return the arguments of `launch()` that do not depend on where the app listens."""
    from dcgan.web import routes

    return {
        "theme": _theme(),
        "css": ".dark :is([type=checkbox], [type=radio]) { color-scheme: dark; }",  # the browser's own, which shone white
        "ssr_mode": False,  # its proxy swallows WebSockets
        "share": False,
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "state_session_capacity": 500,
        "strict_cors": True,
        "allowed_paths": [],
        "max_file_size": PUBLIC_UPLOAD if studio.public else LOCAL_UPLOAD,
        "footer_links": [],
        "app_kwargs": {"routes": routes(studio)},
    }
