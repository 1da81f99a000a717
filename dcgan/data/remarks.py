"""What an examination says to a person: sentences with their numbers, for the command line and, by their keys, for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dcgan.data.examination import Examination, Groups
from dcgan.data.likeness import Variety

Value = int | float | str

# The Train page says the same (`train.form.check_*` of its texts).
SENTENCES: dict[str, str] = {
    "count": "Pictures that can be used: {count}. The shorter side has {smallest} to {largest} px, half of them at least {median}.",
    "count_one_size": "Pictures that can be used: {count}. The shorter side of all of them has {largest} px.",
    "labels": "They have labels, {count} kinds: {names}.",
    "mixed": "Grey and colour are mixed, {grey} of {count} are grey: all will be trained in colour.",
    "transparent": "With a channel of transparency: {count}. What is transparent becomes white.",
    "others": "Files that are no pictures and are passed over: {count}, such as {name}.",
    "unreadable": "Left out because they cannot be used: {count}, such as {name} ({reason}).",
    "identical": "Copies of another file, byte for byte: {count}, such as {first} and {second}. They count double; delete them.",
    "alike": "Almost like another picture: {count}, such as {first} and {second}. What is there often is learned, and copied, first.",
    "sampled": "For variety and repeats {looked} of {count} pictures were looked at, drawn at random.",
    "crop": "Trained is a square of each picture: half of them lose {percent} % of their area or more.",
    "large": "Pictures of up to {largest} px are scaled down to {size}; smaller copies of them would load faster.",
    "one": "One picture is not enough: there is nothing to learn from it but itself. Give some hundreds at least.",
    "few": "{count} are few, and how few are enough has not been measured here. DiffAugment (Zhao et al. 2020) was shown to work with "
    "100; look out for copies of them in the result.",
    "same": "They are nearly one picture: two of them differ by {distance} (of 1) on average, faces, clothes and digits by 0.28 to 0.34. "
    "The result will hardly be more varied than that.",
    "framed": "Framed alike: {common} of their contrast is the same in all of them (faces cut alike 0.15, clothes 0.43, digits 0.38). "
    "All shipped models learned from sets of this kind.",
    "unframed": "Not framed alike: {common} of their contrast is the same in all of them (faces cut alike 0.15, cut anywhere 0.02). No "
    "shipped model learned from such a set; pictures of one kind, cut alike, are the safer choice.",
}
SAME = 0.1  # distance of two pictures below which a set is nearly one picture
FRAMED = 0.05  # common contrast, between that of faces cut alike and of the same cut anywhere
FEW = 2_000
LARGE = 16  # times the side of training: decoding takes longer than all the rest of loading
LOSS = 0.02  # of the area, below which a crop is not worth a word
NAMED = 5  # labels


@dataclass(frozen=True)
class Remark:
    """A sentence of a table, by its key, and the numbers and names in it."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)

    def sentence(self, table: dict[str, str] = SENTENCES) -> str:
        """Return it in English."""
        return table[self.key].format(**{name: _write(value) for name, value in self.values.items()})


def remarks(found: Examination) -> list[Remark]:
    """Return what is worth saying about a set, the most basic first."""
    if found.survey.count == 1:
        return [Remark("one")]
    return [*_of_files(found), *_of_pixels(found)]


def _of_files(found: Examination) -> Iterator[Remark]:
    count, colours, labels = found.survey.count, found.colours, found.survey.label_names
    smallest, median, largest = found.sides
    if smallest == largest:
        yield Remark("count_one_size", {"count": count, "largest": largest})
    else:
        yield Remark("count", {"count": count, "smallest": smallest, "median": median, "largest": largest})
    if labels:
        names = ", ".join(labels[:NAMED]) + (" …" if len(labels) > NAMED else "")
        yield Remark("labels", {"count": len(labels), "names": names})
    if 0 < colours.get("grey", 0) < count:
        yield Remark("mixed", {"grey": colours["grey"], "count": count})
    if colours.get("transparent"):
        yield Remark("transparent", {"count": colours["transparent"]})
    others = [name for name, reason in found.survey.skipped if reason == "not an image"]
    failed = [(name, reason) for name, reason in found.survey.skipped if reason != "not an image"]
    if failed:
        yield Remark("unreadable", {"count": len(failed), "name": failed[0][0], "reason": failed[0][1]})
    if others:
        yield Remark("others", {"count": len(others), "name": others[0]})
    if found.crop_loss > LOSS:
        yield Remark("crop", {"percent": round(100 * found.crop_loss)})
    if median >= LARGE * found.survey.image_size:
        yield Remark("large", {"largest": largest, "size": found.survey.image_size})
    if count < FEW:
        yield Remark("few", {"count": count})


def _of_pixels(found: Examination) -> Iterator[Remark]:
    seen = found.pixels
    if seen.variety:
        yield _variety(seen.variety)
    for key, groups in (("identical", seen.identical), ("alike", seen.alike)):
        if groups:
            yield Remark(key, {"count": _repeats(groups), "first": groups[0][0], "second": groups[0][1]})
    if found.looked_at < found.survey.count:
        yield Remark("sampled", {"looked": found.looked_at, "count": found.survey.count})


def _variety(variety: Variety) -> Remark:
    if variety.distance < SAME:
        return Remark("same", {"distance": variety.distance})
    return Remark("framed" if variety.common >= FRAMED else "unframed", {"common": variety.common})


def _repeats(groups: Groups) -> int:
    return sum(len(group) - 1 for group in groups)


def _write(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:.2f}"
