"""Labels from every form of source: which of them count, and what is said of the others."""

import gzip
import io
import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError, ExitCode
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.labels import (
    CONTRADICTING,
    CORRECTED,
    NO_KEY,
    NO_LABEL,
    NO_TIME,
    NONE_YET,
    NOT_KNOWN,
    OBJECT_GONE,
    TWICE,
    UNREADABLE_OBJECT,
    ReadLabels,
    UnreadLabels,
)
from jobs.labels.listing import LabelListing, list_labels
from jobs.labels.reading import read_labels, read_listed_labels
from jobs.times.timestamps import to_moment
from tests.support.late_labels import LabelForm, LateWorld, labels_that_count, late_job, show
from tests.support.memory_bucket import MemoryBucket

SINCE = datetime(2025, 3, 1, tzinfo=UTC)
ID = {"id": "id"}
TIMED = {"id": "id", "timestamp": "given"}
WORLD = LateWorld(days=14, per_day=40)


class ReadingBucket(MemoryBucket):
    """Notes which objects are read."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def local_copy(self, name, folder):
        self.fetched.append(name)
        return super().local_copy(name, folder)

    def read(self, name, most_bytes=None):
        self.fetched.append(name)
        return super().read(name, most_bytes)


def refuse(url):
    raise AssertionError(f"{url} was opened")


def bucket_with(contents: dict[str, str | bytes]) -> ReadingBucket:
    bucket = ReadingBucket()
    bucket.put_all(
        {name: data.encode() if isinstance(data, str) else data for name, data in contents.items()}
    )
    return bucket


def read_any(bucket, path="labels/*", columns=ID, since=SINCE, **settings):
    labels = LabelSettings.model_validate({"path": path, "columns": columns, **settings})
    log = PredictionSettings(path="log.csv")
    return read_labels(bucket, refuse, labels, log, since=since, workers=2)


def read(contents: dict[str, str | bytes], path="labels/*", columns=ID, **settings) -> ReadLabels:
    bucket = contents if isinstance(contents, MemoryBucket) else bucket_with(contents)
    found = read_any(bucket, path, columns, **settings)
    assert isinstance(found, ReadLabels), found
    return found


def by_id(labels: ReadLabels) -> dict[str, str]:
    return dict(zip(labels.by_id["key"], labels.by_id["label"], strict=True))


def examples(labels: ReadLabels, reason: str) -> list[tuple[str, int, str]]:
    return [(one.source, one.line, one.key) for one in labels.examples if one.reason == reason]


def parquet(**columns) -> bytes:
    target = io.BytesIO()
    pd.DataFrame(columns).to_parquet(target, index=False)
    return target.getvalue()


class TestEveryForm:
    @pytest.mark.parametrize("form", [one for one in LabelForm if one is not LabelForm.IN_LOG])
    @pytest.mark.parametrize("day", [7, 22])
    def test_what_had_come_by_then_counts(self, tmp_path, form, day):
        until = WORLD.day(day)
        show(WORLD, tmp_path, until, form)
        job = late_job(tmp_path, form)
        labels = read_labels(
            open_bucket(str(tmp_path)),
            refuse,
            job.labels,
            job.predictions,
            since=WORLD.day(0),
            workers=2,
        )

        assert isinstance(labels, ReadLabels)
        table = labels.by_image if form is LabelForm.PARQUET else labels.by_id
        keys = [key.removeprefix("images/").removesuffix(".jpg") for key in table["key"]]
        expected = labels_that_count(WORLD, until, form)
        assert dict(zip(keys, table["label"], strict=True)) == expected
        assert len(expected) > 50
        assert list(table["key"]) == sorted(table["key"])
        assert (len(labels.by_id) == 0) == (form is LabelForm.PARQUET)

    def test_the_last_day_held_labels_twice_and_contradicting(self, tmp_path):
        show(WORLD, tmp_path, WORLD.day(22), LabelForm.TABLE)
        labels = read(open_bucket_of(tmp_path), "labels/labels.csv")

        kinds = WORLD.labels["kind"].value_counts()
        assert labels.left_out == {CONTRADICTING: 2 * kinds["contradicting"]}
        assert labels.noted == {TWICE: kinds["twice"]}
        assert labels.rows == len(WORLD.labels)

    def test_the_same_labels_have_one_digest_however_they_are_parted(self, tmp_path):
        digests = set()
        for form in (LabelForm.JSON_LINES, LabelForm.JSON_OBJECTS):
            show(WORLD, tmp_path / form.name, WORLD.day(12), form)
            job = late_job(tmp_path / form.name, form)
            found = read_any(
                open_bucket(str(tmp_path / form.name)),
                form.value,
                job.labels.columns.model_dump(),
            )
            digests.add(found.digest)

        assert len(digests) == 1


def open_bucket_of(folder):
    bucket = MemoryBucket()
    files = [path for path in folder.rglob("*") if path.is_file()]
    bucket.put_all({str(one.relative_to(folder)): one.read_bytes() for one in files})
    return bucket


class TestWhichLabelCounts:
    def test_equal_labels_count_once(self):
        labels = read(
            {"labels/a.csv": "id,label\n2,cat\n1,dog\n", "labels/b.csv": "id,label\n1,dog\n"}
        )

        assert by_id(labels) == {"1": "dog", "2": "cat"}
        assert labels.noted == {TWICE: 1}
        assert labels.left_out == {}
        assert examples(labels, TWICE) == [("labels/b.csv", 2, "1")]
        assert (labels.objects, labels.rows) == (2, 3)
        assert set(labels.by_id["moment"]) == {NOT_KNOWN}

    def test_the_newest_counts_whichever_object_it_is_in(self):
        old, new = "id,label,given\n1,dog,2025-03-04\n", "id,label,given\n1,cat,2025-03-05T01:00Z\n"
        for first, second in ((old, new), (new, old)):
            labels = read({"labels/a.csv": first, "labels/b.csv": second}, columns=TIMED)

            assert by_id(labels) == {"1": "cat"}
            assert labels.noted == {CORRECTED: 1}
            assert list(labels.by_id["moment"]) == [to_moment(datetime(2025, 3, 5, 1, tzinfo=UTC))]

    def test_contradictions_without_a_newest_are_left_out_with_all_labels_of_their_key(self):
        table = "id,label\n1,dog\n1,dog\n1,cat\n2,cat\n"
        labels = read({"labels/a.csv": table})

        assert by_id(labels) == {"2": "cat"}
        assert labels.left_out == {CONTRADICTING: 3}
        assert examples(labels, CONTRADICTING)[0] == ("labels/a.csv", 2, "1")
        assert [one.detail for one in labels.examples] == ["dog", "dog", "cat"]

    def test_contradictions_of_the_same_time_are_left_out_and_older_ones_do_not_count(self):
        table = "id,label,given\n1,dog,2025-03-05\n1,cat,2025-03-05\n1,cat,2025-03-04\n"
        labels = read({"labels/a.csv": table}, columns=TIMED)

        assert by_id(labels) == {}
        assert labels.left_out == {CONTRADICTING: 3}

    def test_a_label_without_a_readable_time_counts_where_no_other_is_newer(self):
        table = "id,label,given\n1,dog,\n2,cat,soon\n2,dog,2025-03-05\n"
        labels = read({"labels/a.csv": table}, columns=TIMED)

        assert by_id(labels) == {"1": "dog", "2": "dog"}
        assert labels.noted == {CORRECTED: 1, NO_TIME: 2}

    def test_classes_are_written_as_those_of_the_log_are(self):
        table = "id,label\n1,3\n1,3.0\n2, Labrador \n3,none\n"
        labels = read({"labels/a.csv": table}, classes={"Labrador": "dog"})

        assert by_id(labels) == {"1": "3", "2": "dog", "3": "none"}
        assert labels.noted == {TWICE: 1}

    @pytest.mark.parametrize("nothing", ["None", "null", "nan", "NaN", "<NA>", "N/A", '"None"'])
    def test_what_programs_write_for_a_missing_label_is_none_and_contradicts_nothing(self, nothing):
        labels = read({"labels/a.csv": f"id,label\n1,{nothing}\n1,dog\n2,{nothing}\n"})

        assert by_id(labels) == {"1": "dog"}
        assert labels.left_out == {NO_LABEL: 2}

    def test_the_job_file_says_what_stands_in_place_of_a_class(self):
        table = "id,label\n1,unsure\n2,None\n3,2.0\n"
        labels = read({"labels/a.csv": table}, no_class=("unsure", "2"))

        assert by_id(labels) == {"2": "None"}
        assert labels.left_out == {NO_LABEL: 2}

    def test_whole_numbers_that_a_program_printed_as_floats_are_the_same_ids(self):
        table = "id,label\n12.0,dog\n12,dog\n-3.0,cat\n1.50,cat\nv1.0,cat\n007.0,cat\n"
        labels = read({"labels/a.csv": table})

        assert by_id(labels) == {
            "12": "dog", "-3": "cat", "1.50": "cat", "v1.0": "cat", "007": "cat"
        }  # fmt: skip

    def test_spellings_of_one_class_do_not_contradict(self):
        labels = read({"labels/a.csv": "id,label\n1,tabby cat\n1,Tabby_Cat\n"})

        assert len(labels.by_id) == 1
        assert labels.noted == {TWICE: 1}

    def test_a_label_with_both_keys_stands_in_both_tables(self):
        table = "id,file,label\n1,a.jpg,dog\n,b.jpg,cat\n3,,cat\n,,cat\n4,d.jpg,\n"
        labels = read({"labels/a.csv": table}, columns={"id": "id", "image": "file"})

        assert by_id(labels) == {"1": "dog", "3": "cat"}
        assert dict(zip(labels.by_image["key"], labels.by_image["label"], strict=True)) == {
            "a.jpg": "dog",
            "b.jpg": "cat",
        }
        assert labels.left_out == {NO_KEY: 1, NO_LABEL: 1}
        assert examples(labels, NO_LABEL) == [("labels/a.csv", 6, "4")]
        assert labels.rows == 5

    def test_a_typed_table_gives_ids_and_times_as_texts_do(self):
        times = pd.to_datetime(["2025-03-04T10:00Z", "2025-03-05T10:00Z"])
        typed = parquet(id=[7, 7], label=[1.0, 2.0], given=times, note=["a", "b"])
        labels = read({"labels/a.parquet": typed}, columns=TIMED)

        assert by_id(labels) == {"7": "2"}
        assert list(labels.by_id["moment"]) == [to_moment(times[1].to_pydatetime())]
        assert list(labels.by_id["line"]) == [2]

    def test_the_name_of_an_object_may_hold_id_and_class(self):
        contents = {f"labels/{one}/{one}-{n}.json": "{}" for one in ("cat", "dog") for n in (1, 2)}
        labels = read(
            contents,
            "labels/**",
            {"id": "{name:stem}", "label": "kind"},
            from_path="labels/{kind}/*.json",
        )

        assert by_id(labels) == {"cat-1": "cat", "cat-2": "cat", "dog-1": "dog", "dog-2": "dog"}

    def test_when_an_object_was_written_may_say_which_label_is_newer(self):
        bucket = bucket_with({"labels/b/1.json": '{"label": "dog"}'})
        bucket.write("labels/a/1.json", b'{"label": "cat"}')
        columns = {"id": "{name:stem}", "timestamp": "{written}"}
        labels = read(bucket, "labels/**", columns)

        assert by_id(labels) == {"1": "cat"}
        assert labels.noted == {CORRECTED: 1}

    def test_an_inner_column_of_json_is_read(self):
        line = json.dumps({"id": 1, "annotation": {"label": "cat", "by": "me"}})
        labels = read({"labels/a.jsonl": line}, columns={"id": "id", "label": "annotation.label"})

        assert by_id(labels) == {"1": "cat"}


class TestBadInput:
    def test_a_cut_last_line_is_left_out_and_comes_with_the_next_run(self):
        whole = "id,who,label\n1,me,dog\n2,me,cat\n"
        cut = read({"labels/a.csv": whole[:-7]})
        later = read({"labels/a.csv": whole})

        assert by_id(cut) == {"1": "dog"}
        assert cut.left_out == {"wrong number of fields": 1}
        assert examples(cut, "wrong number of fields") == [("labels/a.csv", 3, "")]
        assert by_id(later) == {"1": "dog", "2": "cat"}

    def test_a_line_of_json_that_was_cut_is_left_out(self):
        labels = read({"labels/a.jsonl": '{"id": "1", "label": "cat"}\n{"id": "2", "la'})

        assert by_id(labels) == {"1": "cat"}
        assert labels.left_out == {"not a JSON object": 1}
        assert labels.rows == 2

    def test_a_file_that_grows_while_it_is_read_is_seen_by_the_next_listing(self, tmp_path):
        path = tmp_path / "labels.csv"
        path.write_text("id,label\n1,dog\n")
        bucket = open_bucket(str(tmp_path))
        labels = LabelSettings.model_validate({"path": "labels.csv", "columns": ID})
        log = PredictionSettings(path="log.csv")
        listing = list_labels(bucket, refuse, labels, log)
        assert isinstance(listing, LabelListing)
        with path.open("a") as file:
            file.write("2,cat\n3,do")
        grown = read_listed_labels(listing, labels, log, since=SINCE, workers=2)
        again = list_labels(bucket, refuse, labels, log)

        assert isinstance(grown, ReadLabels)
        assert {"1": "dog", "2": "cat"}.items() <= by_id(grown).items()
        assert grown.listing_digest == listing.digest != again.digest

    @pytest.mark.parametrize(
        "damaged",
        [
            ("labels/b.parquet", parquet(id=["9"], label=["cat"])[:-20]),
            ("labels/b.csv.gz", gzip.compress(b"id,label\n" + b"9,cat\n" * 400_000)[:-2000]),
            ("labels/b.csv", b"\x00\x01\x02\xff"),
            ("labels/b.jsonl", b"nothing of JSON"),
        ],
        ids=lambda one: one[0],
    )
    def test_a_damaged_object_among_others_is_left_out_whole(self, damaged):
        labels = read({"labels/a.csv": "id,label\n1,dog\n", damaged[0]: damaged[1]})

        assert by_id(labels) == {"1": "dog"}
        assert labels.left_out[UNREADABLE_OBJECT] == 1
        assert labels.objects == 1
        (example,) = [one for one in labels.examples if one.reason == UNREADABLE_OBJECT]
        assert (example.source, example.line) == (damaged[0], 0)
        assert "predictions." not in example.detail
        assert example.detail

    def test_damaged_small_objects_are_left_out_among_many(self):
        good = {f"labels/{n:03}.json": json.dumps({"label": "cat"}) for n in range(60)}
        bad = {
            "labels/000.json": b"\x00\x01",
            "labels/017.json": b'{"label": ',
            "labels/03.json": b"",
        }
        labels = read(good | bad, columns={"id": "{name:stem}"})

        assert len(labels.by_id) == 58
        assert sum(labels.left_out.values()) == 2

    @pytest.mark.parametrize("count", [3, 80])
    def test_an_object_that_vanished_is_counted(self, count):
        names = [f"labels/{n:03}.json" for n in range(count)]
        bucket = bucket_with({name: json.dumps({"label": "cat"}) for name in names})
        labels = LabelSettings.model_validate(
            {"path": "labels/*", "columns": {"id": "{name:stem}"}}
        )
        log = PredictionSettings(path="log.csv")
        listing = list_labels(bucket, refuse, labels, log)
        assert isinstance(listing, LabelListing)
        bucket.delete(names[1])
        found = read_listed_labels(listing, labels, log, since=SINCE, workers=2)

        assert isinstance(found, ReadLabels)
        assert found.left_out == {OBJECT_GONE: 1}
        assert examples(found, OBJECT_GONE) == [(names[1], 0, "")]
        assert (len(found.by_id), found.objects) == (count - 1, count - 1)

    @pytest.mark.parametrize("path", ["labels/*.csv", "labels/labels.csv"])
    def test_labels_that_have_not_come_are_no_error(self, path):
        for contents in ({}, {"labels/labels.csv": b""}):
            labels = read(contents, path)

            assert (labels.rows, labels.objects, len(labels.by_id)) == (0, 0, 0)
            assert labels.noted == {NONE_YET: 1}
            assert list(labels.by_image.columns) == ["key", "label", "moment", "source", "line"]

    def test_a_header_alone_holds_no_labels(self):
        assert by_id(read({"labels/a.csv": "id,label\n"})) == {}


class TestWhatLeavesNoLabels:
    def test_a_missing_column_is_named_with_what_is_there(self):
        unread = read_any(bucket_with({"labels/a.csv": "id,lable\n1,dog\n"}))

        assert isinstance(unread, UnreadLabels)
        assert unread.reason == (
            'memory://test/labels/a.csv: there is no column "label", which labels.columns.label '
            'names. The nearest is "lable". The columns there: id, lable. Correct '
            "labels.columns.label in the job file."
        )
        assert unread.as_error().exit_code is ExitCode.INPUT

    @pytest.mark.parametrize(
        ("columns", "key"),
        [
            ({"id": "request"}, "labels.columns.id"),
            ({"image": "{file:stem}"}, "labels.columns.image"),
            ({"id": "id", "timestamp": "when"}, "labels.columns.timestamp"),
        ],
    )
    @pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
    def test_every_key_of_a_missing_column_is_named(self, columns, key, ending):
        contents = {
            "csv": "id,label\n1,dog\n",
            "jsonl": '{"id": "1", "label": "dog"}\n',
            "parquet": parquet(id=["1"], label=["dog"]),
        }
        unread = read_any(bucket_with({f"labels/a.{ending}": contents[ending]}), columns=columns)

        assert isinstance(unread, UnreadLabels)
        assert f"which {key} names" in unread.reason

    def test_damage_of_the_only_object(self):
        unread = read_any(bucket_with({"labels/a.parquet": b"PAR1"}))

        assert isinstance(unread, UnreadLabels)
        assert unread.reason.startswith("memory://test/labels/a.parquet: the object cannot be read")

    @pytest.mark.parametrize("count", [1, 60])
    def test_a_store_that_refuses_one_of_the_objects(self, count):
        bucket = bucket_with({f"labels/{n:03}.json": '{"label": "a"}' for n in range(count)})
        bucket.refused.add("labels/000.json")
        unread = read_any(bucket, columns={"id": "{name:stem}"})

        assert isinstance(unread, UnreadLabels)
        assert unread.reason == "memory://test/labels/000.json: permission denied"

    def test_a_store_that_refuses_to_list(self):
        class ClosedBucket(MemoryBucket):
            def list(self, prefix=""):
                raise BucketAccessError(self.url_of(prefix), "permission denied")

        unread = read_any(ClosedBucket())

        assert unread == UnreadLabels(
            url="labels/*", reason="memory://test/labels/: permission denied"
        )

    def test_too_many_small_objects_are_refused_before_one_is_fetched(self):
        bucket = bucket_with({f"labels/{n:03}.json": '{"label": "a"}' for n in range(60)})
        unread = read_any(bucket, columns={"id": "{name:stem}"}, most_objects=59)

        assert isinstance(unread, UnreadLabels)
        assert "60 small objects. Expected at most 59 (labels.most_objects)" in unread.reason
        assert bucket.fetched == []


class TestWhichObjectsAreRead:
    def test_days_that_end_a_day_before_the_oldest_prediction_are_passed_over(self):
        days = [SINCE + timedelta(days=number) for number in range(-4, 3)]
        bucket = bucket_with(
            {
                f"labels/{day:%Y-%m-%d}.csv": f"id,label\n{number},dog\n"
                for number, day in enumerate(days)
            }
            | {"labels/others.csv": "id,label\nother,dog\n"}
        )
        labels = read(bucket, since=SINCE)

        assert sorted(by_id(labels)) == ["3", "4", "5", "6", "other"]
        assert (labels.objects, labels.passed_over) == (5, 3)
        assert "labels/2025-02-27.csv" not in bucket.fetched

    def test_small_objects_of_days_that_are_passed_over_do_not_count_as_too_many(self):
        contents = {
            f"labels/2025-{month:02}-01/{n:03}.json": '{"label": "a"}'
            for month in (1, 3)
            for n in range(60)
        }
        labels = read(contents, "labels/**", {"id": "{name:stem}"}, most_objects=60)

        assert (len(labels.by_id), labels.passed_over) == (60, 60)

    def test_a_listing_reads_nothing_and_its_digest_tells_what_came(self):
        bucket = bucket_with({"labels/a.csv": "id,label\n1,dog\n"})
        labels = LabelSettings.model_validate({"path": "labels/*", "columns": ID})

        def digest():
            listing = list_labels(bucket, refuse, labels, PredictionSettings(path="log.csv"))
            assert isinstance(listing, LabelListing)
            return listing.digest

        before = digest()
        assert digest() == before
        bucket.write("labels/a.csv", b"id,label\n1,cat\n")
        changed = digest()
        bucket.write("labels/b.csv", b"id,label\n1,cat\n")

        assert len({before, changed, digest()}) == 3
        assert bucket.fetched == []
