"""An app in a process of its own, because nothing in this room may load gradio."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from dcgan.errors import ConfigError

START_SECONDS = 120


@contextlib.contextmanager
def serving(module: str, model: str, home: Path | None = None) -> Iterator[str]:
    """Run an app of `dcgan.ui` and yield its address; `home` takes the place of $DCGAN_HOME.

    Raises
    ------
    ConfigError
        It does not answer within START_SECONDS.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"import sys; from dcgan.ui.{module} import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "--model", model, "--port", str(port), *(["--no-open"] if module == "app" else [])]
    environment = os.environ | ({"DCGAN_HOME": str(home)} if home else {})
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise ConfigError(f"an app did not start within {START_SECONDS} s; python app.py says why")
