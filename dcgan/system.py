"""The one module with calls that only POSIX systems have; elsewhere each does the nearest thing or nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

POSIX = os.name == "posix"


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lower_priority() -> None:
    """Let everything else on the machine go first."""
    if POSIX:
        with contextlib.suppress(OSError):
            os.nice(10)


def limit_memory(size: int) -> None:
    """Make allocations beyond `size` bytes of address space fail in this process (Linux; elsewhere nothing is limited)."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def is_alive(pid: int) -> bool:
    """Say whether a process `pid` exists and has not ended."""
    if POSIX:
        return _is_alive_posix(pid)
    listing = subprocess.run(["tasklist", "/FI", f"PID eq {pid}", "/NH"], capture_output=True, text=True, check=False)
    return str(pid) in listing.stdout


def _is_alive_posix(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def detached() -> dict[str, object]:
    """Return the `subprocess.Popen` arguments that keep a terminal's Ctrl-C from reaching the child."""
    if POSIX:
        return {"start_new_session": True}
    return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}


def has_display() -> bool:
    """Say whether a browser window can be shown and a person sits at the terminal."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
