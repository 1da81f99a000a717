"""What the operating system does for a process, seen from a process of its own."""

import platform
import subprocess
import sys

import pytest

MADE = """
import resource
import torch
from dcgan import system

def handed_out():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(24):
        torch.ones(48 << 18)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))

print(handed_out())
system.keep_memory()
print(handed_out())
held = resident()
system.release_memory()
print(held - resident())
"""  # 24 tensors of 48 MiB, one after the other: pages that the system handed out, before and after; kilobytes given back in the end


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_memory_that_is_kept_is_handed_out_once_and_can_be_given_back() -> None:
    ended = subprocess.run([sys.executable, "-c", MADE], capture_output=True, text=True, check=True)
    before, after, given_back = map(int, ended.stdout.split())
    pages = (48 << 20) // 4096
    assert before > 23 * pages
    assert after < 12 * pages  # glibc before 2.38 takes a few times a tensor's size before it finds a place again
    assert given_back > 40_000
