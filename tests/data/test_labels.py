from __future__ import annotations

from pathlib import Path

import pytest
from making import picture_bytes, write_files, write_zip

from dcgan.data import Dataset, load, survey
from dcgan.errors import DataError

PICTURE = picture_bytes()
NAMES = "file,label\na.png,dog\nb.png,cat\nc.png,dog\n"
ATTRIBUTES = "file,Smiling,Male\na.png,1,-1\nb.png,-1,-1\nc.png,1,1\n"


def make(folder: Path, table: str | bytes, pictures: tuple[str, ...] = ("a.png", "b.png", "c.png"), at: str = "labels.csv") -> str:
    return str(write_files(folder / "set", dict.fromkeys(pictures, PICTURE) | {at: table}))


def named(dataset: Dataset) -> list[str] | None:
    return None if dataset.labels is None else [dataset.label_names[k] for k in dataset.labels]


def test_a_column_of_names(tmp_path: Path) -> None:
    dataset = load(make(tmp_path, NAMES))
    assert dataset.label_names == ("cat", "dog")
    assert named(dataset) == ["dog", "cat", "dog"]
    assert dataset.labels is not None
    assert dataset.labels.dtype == "int64"


@pytest.mark.parametrize("no", ["-1", "0"])
def test_an_attribute_is_chosen(tmp_path: Path, no: str) -> None:
    dataset = load(make(tmp_path, ATTRIBUTES.replace("-1", no)), label_column="Male")
    assert dataset.label_names == ("not Male", "Male")
    assert named(dataset) == ["not Male", "not Male", "Male"]


def test_attributes_without_a_choice_are_named_in_a_note(tmp_path: Path) -> None:
    dataset = load(make(tmp_path, ATTRIBUTES))
    assert dataset.labels is None
    assert any("Smiling, Male" in note for note in dataset.notes)
    found = survey(make(tmp_path, ATTRIBUTES))
    assert found.label_columns == ("Smiling", "Male")
    assert found.label_names == ()


def test_label_wins_over_other_columns(tmp_path: Path) -> None:
    assert named(load(make(tmp_path, "file,age,label\na.png,3,x\nb.png,4,y\nc.png,5,x\n"))) == ["x", "y", "x"]


@pytest.mark.parametrize("attempt", [load, survey])
def test_an_unknown_column_lists_the_known(tmp_path: Path, attempt: object) -> None:
    with pytest.raises(DataError, match=r"no column 'Bald'.*Smiling, Male"):
        attempt(make(tmp_path, ATTRIBUTES), label_column="Bald")  # type: ignore[operator]


def test_a_column_without_a_table_is_refused(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "set", {"a.png": PICTURE})
    with pytest.raises(DataError, match=r"'Bald'.*no labels\.csv"):
        load(str(folder), label_column="Bald")


def test_numbers_are_sorted_by_value(tmp_path: Path) -> None:
    assert load(make(tmp_path, "file,label\na.png,10\nb.png,9\nc.png,1\n")).label_names == ("1", "9", "10")


def test_pictures_without_a_label_are_left_out_and_named(tmp_path: Path) -> None:
    dataset = load(make(tmp_path, "file,label\na.png,dog\nc.png,\nelsewhere.png,bird\n"))
    assert named(dataset) == ["dog"]
    assert dataset.label_names == ("dog",)
    assert dataset.skipped == (("b.png", "has no label"), ("c.png", "has no label"))


def test_labels_stay_with_their_pictures_when_one_is_unreadable(tmp_path: Path) -> None:
    folder = make(tmp_path, NAMES)
    (Path(folder) / "a.png").write_text("broken")
    assert named(load(folder)) == ["cat", "dog"]


@pytest.mark.parametrize(
    ("pictures", "at", "rows"),
    [
        (("images/a.png", "images/b.png"), "labels.csv", ("a.png", "b.png")),
        (("images/a.png", "images/b.png"), "labels.csv", ("images/a.png", "./images/b.png")),
        (("images/a.png", "images/b.png"), "labels.csv", ("images\\a.png", "images\\b.png")),
        (("images/a.png", "images/b.png"), "images/labels.csv", ("a.png", "b.png")),
        (("x/images/a.png", "x/images/b.png"), "x/labels.csv", ("images/a.png", "images/b.png")),
        (("a.png", "b.png"), "../labels.csv", ("a.png", "b.png")),
        (("a.png", "b.png"), "../labels.csv", ("set/a.png", "set/b.png")),
        (("p/1.png", "q/1.png"), "labels.csv", ("p/1.png", "q/1.png")),
    ],
)
def test_rows_find_their_pictures(tmp_path: Path, pictures: tuple[str, ...], at: str, rows: tuple[str, str]) -> None:
    table = f"file,label\n{rows[0]},first\n{rows[1]},second\n"
    assert named(load(make(tmp_path, table, pictures, at))) == ["first", "second"]


def test_a_table_in_an_archive(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "set.zip", {"images/a.png": PICTURE, "images/b.png": PICTURE, "labels.csv": NAMES})
    assert named(load(str(path))) == ["dog", "cat"]


def test_someone_elses_table_beside_the_folder_is_no_matter(tmp_path: Path) -> None:
    dataset = load(make(tmp_path, "file,label\nother.png,x\n", at="../labels.csv"))
    assert (dataset.labels, dataset.notes) == (None, ())


def test_a_table_that_names_no_picture_is_told(tmp_path: Path) -> None:
    dataset = load(make(tmp_path, "file,label\nother.png,x\n"))
    assert dataset.labels is None
    assert any("names none of the pictures" in note for note in dataset.notes)


@pytest.mark.parametrize("table", ["\ufefffile;label\r\na.png;ä\r\nb.png;ö\r\n", 'file\tlabel\n"a.png"\tä\nb.png\tö\n\n'])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_tables_as_spreadsheets_write_them(tmp_path: Path, table: str, encoding: str) -> None:
    data = table.lstrip("\ufeff").encode("latin-1") if encoding == "latin-1" else table.encode()
    assert named(load(make(tmp_path, data, ("a.png", "b.png")))) == ["ä", "ö"]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", "needs a first line"),
        ("file\na.png\n", "needs a first line"),
        ("b.png,a.png\n", "names a picture as a column"),
        ("file,x,x\na.png,1,2\n", "two columns of one name"),
        ("file,x\na.png," + "y" * 200_000 + "\n", "cannot be read as a table"),
    ],
)
def test_a_useless_table_is_an_error(tmp_path: Path, table: str, reason: str) -> None:
    with pytest.raises(DataError, match=rf"labels\.csv.* {reason}"):
        load(make(tmp_path, table))


def test_celebas_own_table(tmp_path: Path) -> None:
    table = "3\nSmiling Male\na.png  1 -1\nb.png -1 -1\nc.png  1  1\n"
    assert named(load(make(tmp_path, table, at="list_attr_celeba.txt"), label_column="Smiling")) == ["Smiling", "not Smiling", "Smiling"]


@pytest.mark.parametrize(
    ("pictures", "labels"),
    [
        (("cats/1.png", "dogs/1.png", "dogs/deep/2.png"), ["cats", "dogs", "dogs"]),
        (("pets/cats/1.png", "pets/dogs/1.png"), ["cats", "dogs"]),
        (("10/1.png", "9/1.png"), ["10", "9"]),
        (("images/1.png", "images/2.png"), None),
        (("cats/1.png", "dogs/1.png", "3.png"), None),
    ],
)
def test_subfolders_are_classes_where_they_divide_all_pictures(tmp_path: Path, pictures: tuple[str, ...], labels: list[str] | None) -> None:
    folder = write_files(tmp_path / "set", dict.fromkeys(pictures, PICTURE))
    assert named(load(str(folder))) == labels
    assert named(load(str(write_zip(tmp_path / "set.zip", dict.fromkeys(pictures, PICTURE))))) == labels


def test_train_and_test_folders_are_no_classes(tmp_path: Path) -> None:
    dataset = load(str(write_files(tmp_path / "set", {"train/1.png": PICTURE, "test/2.png": PICTURE})))
    assert dataset.labels is None
    assert any("test and train" in note for note in dataset.notes)
