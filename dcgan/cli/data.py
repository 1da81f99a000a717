"""The terminal's view of a data set that is to be trained on."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from dcgan.cli.printing import AsJson, DataDir, new_table, print_json, show

LISTED = 10  # files, of those left out


def check(
    data: Annotated[str, typer.Argument(metavar="DATA", help="A folder or zip of pictures, a data set's name, or hf:OWNER/NAME.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Examine DATA before it is trained on.

    It says sizes, repeats and variety, and what to train with; nothing starts.
    """
    from dcgan.cli.train import reporting
    from dcgan.data.examination import examine
    from dcgan.data.remarks import remarks
    from dcgan.training.proposal import REASONS, command, propose
    from dcgan.training.recipes import best_device

    with reporting() as report:
        found = examine(data, data_dir, progress=report)
    proposals = propose(found, best_device())
    if as_json:
        record: dict[str, Any] = asdict(found)
        said = [{**asdict(remark), "sentence": remark.sentence()} for remark in remarks(found)]
        return print_json({**record, "remarks": said, "proposal": [proposal.to_json() for proposal in proposals]})
    for sentence in (*(remark.sentence() for remark in remarks(found)), *found.survey.notes):
        print(sentence)
    for name, reason in found.survey.skipped[:LISTED]:
        print(f"  {name}: {reason}")
    if len(found.survey.skipped) > LISTED:
        print(f"  … and {len(found.survey.skipped) - LISTED} more, all with --json")
    table = new_table("proposed", "", "why")
    for proposal in proposals:
        table.add_row(proposal.key, proposal.value, proposal.reason.sentence(REASONS))
    show(table)
    print(command(data, proposals))
    return None
