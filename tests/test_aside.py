"""What was deleted, for a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcgan.aside import ASIDE_SECONDS, Aside
from dcgan.errors import DCGANError

NOW = 1_000_000.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("older", "newer"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "what").write_text(name)
    return tmp_path


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("[!.]*"))


def test_it_can_be_brought_back_for_a_day(root: Path) -> None:
    aside = Aside(root)
    ticket = aside.take("older", NOW)
    assert names(root) == ["newer"] and aside.newest("older") == ticket and aside.newest("newer") == ""
    aside.sweep(NOW + ASIDE_SECONDS)
    assert aside.bring_back(ticket) == "older" and (root / "older" / "what").read_text() == "older"
    ticket = aside.take("older", NOW)
    aside.take("newer", NOW + ASIDE_SECONDS + 1)  # whatever is deleted next removes it
    with pytest.raises(DCGANError, match="removed after 24 hours"):
        aside.bring_back(ticket)
    assert aside.newest("older") == "" and aside.newest("newer")


def test_the_newest_of_a_name_is_the_one_that_was_deleted_last(root: Path) -> None:
    aside = Aside(root)
    first = aside.take("older", NOW)
    (root / "older").mkdir()
    last = aside.take("older", NOW)  # within the same second
    assert aside.newest("older") == last != first
    assert aside.bring_back(last) == "older" and not (root / "older" / "what").exists()
    with pytest.raises(DCGANError, match="nobody cannot be deleted"):
        aside.take("nobody", NOW)


@pytest.mark.parametrize("ticket", ["", "..", "../newer", "1-../../newer", "x-newer", "1-", "newer", "1-a\0"])
def test_no_ticket_leads_elsewhere(root: Path, ticket: str) -> None:
    with pytest.raises(DCGANError, match="cannot be brought back"):
        Aside(root).bring_back(ticket)
    assert names(root) == ["newer", "older"]


def test_a_name_that_is_taken_stays_with_who_has_it(root: Path) -> None:
    ticket = Aside(root).take("older", NOW)
    (root / "older").mkdir()
    with pytest.raises(DCGANError, match="another older is there now; delete that one first"):
        Aside(root).bring_back(ticket)
