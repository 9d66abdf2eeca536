"""What init says of rows that cannot be read, and of headers inside a log."""

import json

import pytest

from drift.setup.log.samples.csv_sample import is_other_header, read_csv_sample
from drift.setup.log.samples.row_sample import LogSample, Pieces, join_samples
from drift.setup.log.samples.sample import read_sample
from jobs.buckets.registry import open_bucket
from tests.support.layouts import put, requests, write_csv
from tests.support.proposing import proposed, row, said


def sample(text: str | bytes) -> LogSample:
    data = text.encode() if isinstance(text, str) else text
    found = read_csv_sample("a.csv", Pieces(head=data, size=len(data)))
    assert isinstance(found, LogSample)
    return found


def test_rows_of_another_number_of_fields_are_counted_with_the_first_line():
    found = sample("a,b\n1,2\n3,4,5\n6,7\n8,9,10\n")
    (odd,) = found.odd
    assert (odd.rows, found.rows_seen, len(found.table)) == (2, 4, 2)
    assert odd.what == (
        "cannot be read, because they have 3 fields, not as many as the header above them"
    )
    assert odd.first == "line 3 of a.csv"


def test_an_object_of_an_array_that_cannot_be_read_is_counted_as_an_object(tmp_path):
    made = [row(one, file=f"images/{one.id}.jpg") for one in requests(60)]
    for place, one in enumerate(requests(60)):
        put(tmp_path, f"images/{one.id}.jpg", place)
    text = json.dumps(made, indent=2).replace(f'"id": "{made[30]["id"]}"', '"id": ?', 1)
    (tmp_path / "export.json").write_text(text, encoding="utf-8")
    assert "1 of 60 rows cannot be read" in said(proposed(tmp_path))
    assert "first at object 31 of export.json" in said(proposed(tmp_path))


def test_a_header_that_comes_again_is_no_row_and_no_fault():
    found = sample("a,b\n1,2\n a , b \n3,4\n")
    assert found.table["a"].tolist() == ["1", "3"]
    assert found.odd == ()
    assert found.notes == ()


def test_below_another_header_rows_have_its_columns_and_its_line_is_said():
    found = sample("ts,id,pred\n1,2,x\nts,id,model,pred\n3,4,v2,y\n")
    assert found.table["pred"].tolist() == ["x", "y"]
    assert found.table["model"].tolist() == [None, "v2"]
    assert found.odd == ()
    (note,) = found.notes
    assert "at line 3 of a.csv: ts, id, model, pred. Above it the columns are ts, id, pred." in note


def test_a_header_in_another_order_is_said_to_be_one():
    found = sample("ts,id,pred\n1,2,x\npred,ts,id\ny,3,4\n")
    assert found.table["pred"].tolist() == ["x", "y"]
    assert found.notes[0].startswith("A header in another order stands inside the log, at line 3")


def test_a_header_of_western_letters_is_read():
    found = sample("zeit,gr\u00f6\u00dfe\n1,2\n".encode("cp1252"))
    assert found.columns == ("zeit", "gr\u00f6\u00dfe")


def test_rows_of_words_are_no_header():
    assert not is_other_header(["cat", "dog"], ["ts", "id"])
    assert not is_other_header(["ts", "ts", "id"], ["ts", "id"])
    assert not is_other_header(["ts", "id", "5"], ["ts", "id"])
    assert is_other_header(["id", "ts"], ["ts", "id"])


def test_lines_are_counted_over_line_breaks_inside_quotes():
    found = sample('a,b\n"x\ny",2\n3,4,5\n')
    assert found.odd[0].first == "line 4 of a.csv"


def test_text_in_windows_1252_is_read_and_the_encoding_proposed():
    found = sample("a,b\n1,Vogel\n2,K\u00e4tzchen\n3,Sch\u00e4fer\n".encode("cp1252"))
    assert found.odd == ()
    assert found.written.encoding == "cp1252"
    assert "2 of 3 rows looked at are not UTF-8" in found.written.encoding_because
    assert found.table["b"].tolist() == ["Vogel", "K\u00e4tzchen", "Sch\u00e4fer"]


def test_text_of_two_encodings_is_counted_with_the_one_it_looks_like():
    (odd,) = sample(b"a,b\n1,K\xe4tzchen\n2,K\xc3\xa4tzchen\n").odd
    assert (odd.rows, odd.first) == (1, "line 2 of a.csv")
    assert "are not UTF-8 text (they look like Windows-1252)" in odd.what


def test_text_of_other_scripts_is_not_said_to_look_like_windows():
    (odd,) = sample("a,b\n1,\u72ac\u732b\u9ce5\n".encode("shift-jis")).odd
    assert odd.what == "are not UTF-8 text"


def test_the_sign_for_damaged_text_in_sound_text_is_no_fault():
    assert sample("a,b\n1,\ufffd\n").odd == ()


def test_samples_of_several_objects_are_counted_together():
    one = sample("a,b\n1,2\n3,4,5\n")
    joined = join_samples([one, one], objects=2)
    assert [(fault.rows, fault.first) for fault in joined.odd] == [(2, "line 3 of a.csv")]
    assert joined.rows_seen == 4


def test_lines_that_are_no_json_objects_are_counted(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": 1}\noops\n{"a": 2}\n[]\n')
    bucket = open_bucket(str(tmp_path))
    found = read_sample(bucket, bucket.info("a.jsonl"))
    assert isinstance(found, LogSample)
    assert [(one.rows, one.first) for one in found.odd] == [(2, "line 2 of a.jsonl")]


def test_the_proposal_says_how_many_rows_cannot_be_read_why_and_where(tmp_path):
    rows = requests(40)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(tmp_path, f"reference/{number}.jpg", number)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    with (tmp_path / "log.csv").open("a") as log:
        log.writelines(f"{one.time.isoformat()}Z,{one.id},v2,{one.breed}\n" for one in rows[:10])
    assert (
        "10 of 50 rows cannot be read, because they have 4 fields, not as many as the header above "
        "them, first at line 42 of log.csv." in said(proposed(tmp_path))
    )


def test_one_damaged_part_is_named_and_the_others_are_the_log(tmp_path):
    rows = requests(40)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(tmp_path, f"reference/{number}.jpg", number)
    for day in range(4):
        write_csv(tmp_path / f"logs/part-{day}.csv", [row(one) for one in rows[day::4]])
    (tmp_path / "logs/part-4.csv").write_bytes("timestamp,id\n".encode("utf-16-le"))
    (tmp_path / "logs/part-5.csv").write_text("timestamp,id,pred\n")
    found = proposed(tmp_path)
    assert found.log.path == "logs/part-*.csv"
    assert "1 of 6 objects looked at cannot be read, such as logs/part-4.csv: it is binary" in said(
        found
    )


def test_an_object_named_like_a_log_that_cannot_be_read_is_named(tmp_path):
    rows = requests(40)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(tmp_path, f"reference/{number}.jpg", number)
    write_csv(tmp_path / "log.csv", [row(one) for one in rows])
    (tmp_path / "requests.csv").write_text("time,time\n2025-03-04,2\n")
    assert "requests.csv is not taken for a log: the column name" in said(proposed(tmp_path))


@pytest.mark.parametrize("every", [2, 20])
def test_rows_whose_time_is_none_are_counted_and_belong_to_neither_side(tmp_path, every):
    rows = requests(80)
    for one in rows:
        put(tmp_path, f"images/{one.id}.jpg", one.number)
    written = [row(one) for one in rows]
    time = next(iter(written[0]))
    for one in written[::every]:
        one[time] = "later"
    write_csv(tmp_path / "log.csv", written)
    found = proposed(tmp_path)
    lost = len(written[::every])
    assert (
        f"{lost} of 80 rows cannot be read, because {time} holds no time in them, such as later, "
        "first at line 2 of log.csv"
    ) in said(found)
    assert found.stretch is not None
    assert found.window.rows is not None
    assert found.window.rows + found.stretch.rows <= 80 - lost
