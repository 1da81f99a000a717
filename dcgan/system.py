"""The one module with calls that only POSIX systems have; elsewhere each does the nearest thing or nothing."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from pathlib import Path

POSIX = os.name == "posix"
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # of glibc's mallopt


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


def keep_memory() -> None:
    """Let this process keep the memory that it frees for what it allocates next, up to 1 GiB at a time (glibc; elsewhere nothing changes).

    glibc gives large blocks back to the system, which hands them out again page by page: in every training step for every tensor.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if POSIX else None
    if mallopt is not None and any(mallopt(MMAP_THRESHOLD, size) for size in (1 << 30, 1 << 25)):  # older ones take 32 MiB at most
        mallopt(TRIM_THRESHOLD, 1 << 30)


def release_memory() -> None:
    """Give the memory back that `keep_memory` kept so far."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if POSIX else None
    if trim is not None:
        trim(0)


def peak_memory() -> int | None:
    """Return the most bytes of memory that this process held at once, None on Windows.

    Linux keeps in `ru_maxrss` what the process held before it became this program, its parent's memory at a fork; VmHWM does not.
    """
    if sys.platform == "linux":
        with Path("/proc/self/status").open(encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), None)
    if sys.platform == "win32":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


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
