"""Logs that are not UTF-8: read as Windows-1252 where all of an object is that, else rejected."""

import json

import pytest

from tests.support.log_window import ids, read_log

HEADER = b"timestamp,id,filename,breed\n"
NAMES = ("Schäferhund", "Kätzchen", "Größe", "pug", "naïve", "l’été")  # noqa: RUF001


def lines(names, encoding="cp1252") -> list[bytes]:
    return [
        f"2025-03-04T10:{minute:02d}:00,{minute},a.png,{name}\n".encode(encoding)
        for minute, name in enumerate(names)
    ]


def read(content: bytes):
    return read_log({"log.csv": content}, columns={"prediction": "breed"})


def test_an_object_that_is_windows_1252_throughout_is_read_so_and_says_so():
    rows = read(HEADER + b"".join(lines(NAMES)))
    assert rows.fields["prediction"].tolist() == list(NAMES)
    assert rows.tally.rejected == 0
    (recoded,) = rows.tally.recoded
    assert (recoded.source, recoded.encoding, recoded.rows) == ("log.csv", "Windows-1252", 5)
    assert "Schäferhund" in recoded.example


def test_the_header_may_hold_such_letters_too():
    content = "timestamp,id,größe\n2025-03-04T10:00:00,1,Kätzchen\n".encode("cp1252")
    rows = read_log({"log.csv": content}, columns={"prediction": "größe"})
    assert rows.fields["prediction"].tolist() == ["Kätzchen"]


def test_lines_of_two_encodings_are_not_guessed_at():
    mixed = lines(["Kätzchen", "pug"]) + lines(["Schäferhund"], "utf-8")
    rows = read(HEADER + b"".join(mixed))
    assert rows.fields["prediction"].tolist() == ["Schäferhund", "pug"]
    assert rows.tally.reasons == {"not UTF-8": 1}
    assert rows.tally.recoded == ()


@pytest.mark.parametrize(
    ("name", "encoding"), [("Кошка", "cp1251"), ("猫の写真", "shift-jis"), ("żółw", "cp1250")]
)
def test_other_encodings_are_rejected_and_not_read_as_wrong_letters(name, encoding):
    rows = read(HEADER + b"".join(lines(["pug", name], encoding)))
    assert ids(rows) == ["0"]
    assert rows.tally.reasons == {"not UTF-8": 1}


def test_the_encoding_is_told_from_all_blocks_of_an_object():
    # Each part is larger than a block.
    many = [f"2025-03-04T10:00:00,{place:0900},a.png,pug\n".encode() for place in range(2_500)]
    first, last = b"".join(many), b"".join(many).replace(b"10:00:00", b"11:00:00")
    rows = read(HEADER + first + lines(["Kätzchen"])[0] + last)
    assert rows.fields["prediction"].value_counts().to_dict() == {"pug": 5_000, "Kätzchen": 1}
    late = lines(["Schäferhund"], "utf-8")[0]
    rows = read(HEADER + lines(["Kätzchen"])[0] + first + late)
    assert rows.tally.reasons == {"not UTF-8": 1}


def test_json_lines_are_read_so_too():
    text = json.dumps({"timestamp": "2025-03-04T10:00:00", "breed": "Kätzchen"}, ensure_ascii=False)
    rows = read_log(
        {"log.jsonl": text.encode("cp1252")}, "log.jsonl", columns={"prediction": "breed"}
    )
    assert rows.fields["prediction"].tolist() == ["Kätzchen"]
    assert [one.rows for one in rows.tally.recoded] == [1]
