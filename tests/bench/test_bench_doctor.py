"""`bench doctor`: the table of what is said."""

from __future__ import annotations

import pytest

from dcgan.cli import main


def test_a_table_of_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "doctor", "--no-harm", "shapes-32", "untrained-dcgan-16-grey-3"]) == 0
    header, _, good, bad, _, count = capsys.readouterr().out.splitlines()
    assert header.startswith("| model | what was done | said |") and header.count("|") == good.count("|")
    assert good.startswith("| shapes-32 | as it is | nothing |") and bad.startswith("| untrained-dcgan-16-grey-3 | as it is | dead |")
    assert count == "silent on 1 of 2 as they are"
    assert main(["bench", "doctor", "no-such-model"]) == 2
