"""Building a profile from each of its sources."""

import hashlib
import io
import pickle
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import skimage.filters
import skimage.measure
from PIL import Image

from jobs.buckets.registry import open_bucket
from jobs.errors import ExitCode, ObjectError, UsageError
from jobs.job_file.job import Job
from reference_stats.decoding.decode import image_from_pixels
from reference_stats.features.families.geometry import FILE_FEATURES
from reference_stats.features.registry import FEATURES
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import fingerprint_of
from reference_stats.profiles.build import build_profile, settings_digest
from reference_stats.profiles.numbers import SourceContext
from reference_stats.profiles.profile import ReferenceProfile
from reference_stats.profiles.store import ProfileStore
from tests.support.worlds import job_of, make_world

NOW = datetime(2025, 3, 5, tzinfo=UTC)
NAMES = [feature.name for feature in FEATURES]
SEVEN = ["mean", "std_dev", "median", "min_pixel", "max_pixel", "entropy", "edge_density"]


def build(job: Job) -> ReferenceProfile:
    bucket = open_bucket(job.bucket.url)
    context = SourceContext(
        job=job,
        bucket=bucket,
        open_bucket=open_bucket,
        cache=None,
        progress=None,
        features=FEATURES,
    )
    return build_profile(context, now=NOW)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, lights=(1.0,), requests=12, references=15)
    return folder


def test_images_below_a_prefix_become_rows_and_the_log_brings_the_predictions(world):
    profile = build(job_of(world))
    assert profile.images == 15
    assert list(profile.features.columns) == NAMES
    assert profile.features["width"].eq(112).all()
    assert list(profile.predictions.rows.columns) == ["prediction", "confidence"]
    assert len(profile.predictions.rows) == 15
    assert profile.created_at == NOW


def test_each_reference_image_has_its_name_its_fingerprint_and_its_file(world):
    profile = build(job_of(world))
    records = profile.records
    assert list(records.columns) == ["image", "fingerprint", "file"]
    assert set(profile.files) == {FileFacts(kind="JPEG", mode="RGB")}
    for row in (0, 14):
        pixels = np.asarray(Image.open(world / records["image"][row]).convert("RGB"))
        assert records["fingerprint"][row] == fingerprint_of(image_from_pixels(pixels))


def test_a_reference_log_that_names_its_images_is_linked_to_them(world):
    profile = build(job_of(world))
    assert sorted(profile.prediction_images) == sorted(profile.records["image"])


def test_a_past_window_with_a_missing_image_knows_whose_its_predictions_are(tmp_path):
    make_world(tmp_path, lights=(1.0,), requests=6, references=2)
    window = {"start": "2025-03-03T00:00", "end": "2025-03-04"}
    job = job_of(tmp_path, reference={"window": window})
    whole = build(job)
    assert whole.prediction_images is None
    gone = whole.records["image"][2]
    (tmp_path / gone).unlink()
    profile = build(job)
    assert (profile.images, len(profile.predictions.rows)) == (5, 6)
    assert profile.prediction_images.tolist() == whole.records["image"].tolist()
    assert gone not in set(profile.records["image"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("said.csv", "breed,confidence,p_a,p_b\n1,0.5,0.2,0.8\n2,,0.1,0.9\n"),
        ("said.csv", "breed;confidence;p_a;p_b\n1;0.5;0.2;0.8\n2;;0.1;0.9\n"),
        (
            "said.jsonl",
            '{"breed": 1, "confidence": 0.5, "p_a": 0.2, "p_b": 0.8}\n'
            '{"breed": "2", "confidence": null, "p_a": 0.1, "p_b": "0.9"}\n',
        ),
    ],
)
def test_a_reference_log_may_have_no_times(tmp_path, name, text):
    make_world(tmp_path, lights=(1.0,), requests=2, references=3)
    (tmp_path / name).write_text(text)
    columns = {"prediction": "breed", "confidence": "confidence", "probabilities": ["p_*"]}
    job = job_of(
        tmp_path,
        reference={"images": "reference/", "log": name},
        predictions={"path": "predictions_log.csv", "columns": columns},
    )
    rows = build(job).predictions.rows
    assert rows["prediction"].tolist() == ["1", "2"]
    assert list(rows.columns) == ["prediction", "confidence", "p_a", "p_b"]
    np.testing.assert_allclose(rows["confidence"], [0.5, np.nan])


@pytest.mark.parametrize("name", ["said.csv", "timed.csv"])
def test_decimal_commas_of_a_reference_log_are_read_as_those_of_the_window_are(tmp_path, name):
    make_world(tmp_path, lights=(1.0,), requests=2, references=3)
    (tmp_path / "said.csv").write_text("speed;breed\n1,250;a\n1.002,5;b\n")
    (tmp_path / "timed.csv").write_text(
        "timestamp;speed;breed\n2025-01-01T00:00:00Z;1,250;a\n2025-01-01T00:00:01Z;1.002,5;b\n"
    )
    columns = {"prediction": "breed", "numbers": ["speed"]}
    job = job_of(
        tmp_path,
        reference={"images": "reference/", "log": name},
        predictions={"path": "predictions_log.csv", "columns": columns},
    )
    assert build(job).predictions.rows["speed"].tolist() == [1.25, 1002.5]


@pytest.mark.parametrize("header", ["timestamp,said", "said"])
def test_a_reference_log_with_whole_answers_is_read_as_the_window_is(tmp_path, header):
    make_world(tmp_path, lights=(1.0,), requests=2, references=3)
    cells = ["\"{'a': 0.2, 'b': 0.8}\"", "\"{'a': 0.9, 'b': 0.1}\"", "oops"]
    timed = header.startswith("timestamp")
    rows = [f"2025-01-0{day},{cell}" if timed else cell for day, cell in enumerate(cells, start=1)]
    text = "\n".join([header, *rows]) + "\n"
    (tmp_path / "said.csv").write_text(text)
    columns = {"answer": "said", "probabilities": ["said p(*)"]}
    job = job_of(
        tmp_path,
        reference={"images": "reference/", "log": "said.csv"},
        predictions={"path": "predictions_log.csv", "columns": columns},
    )
    found = build(job).predictions.rows
    assert found["prediction"].tolist()[:2] == ["b", "a"]
    assert found["prediction"].isna().tolist() == [False, False, True]
    np.testing.assert_allclose(found["confidence"], [0.8, 0.9, np.nan])
    np.testing.assert_allclose(found["said p(a)"], [0.2, 0.9, np.nan])


@pytest.mark.parametrize(
    ("name", "text"), [("said.csv", "race\nbeagle\n"), ("said.jsonl", '{"race": "beagle"}\n')]
)
def test_a_table_without_any_of_the_predictions_is_refused(tmp_path, name, text):
    make_world(tmp_path, lights=(1.0,), requests=2, references=3)
    (tmp_path / name).write_text(text)
    job = job_of(tmp_path, reference={"images": "reference/", "log": name})
    with pytest.raises(ObjectError, match=r"none of the predictions' columns breed.*are: race"):
        build(job)


@pytest.mark.parametrize("header", ["timestamp,breed,confidence", "breed,confidence"])
def test_a_reference_log_is_read_as_the_window_is_and_its_losses_are_counted(tmp_path, header):
    make_world(tmp_path, lights=(1.0,), requests=2, references=3)
    rows = ["2025-01-01,1,95.8%", "2025-01-01,2,tensor(0.5)", "2025-01-01,3,high"]
    timed = header.startswith("timestamp")
    lines = [header, *(row if timed else row.partition(",")[2] for row in rows)]
    if timed:
        lines.append("2025-01-01,4")
    (tmp_path / "said.csv").write_text("\n".join(lines) + "\n")
    profile = build(job_of(tmp_path, reference={"images": "reference/", "log": "said.csv"}))
    np.testing.assert_allclose(profile.predictions.rows["confidence"], [0.958, 0.5, np.nan])
    if timed:
        assert profile.left_out == {
            "wrong number of fields": 1,
            "values of confidence (not a number)": 1,
        }


def test_a_reference_log_without_the_named_prediction_is_refused_by_name(tmp_path):
    make_world(tmp_path, lights=(1.0,), requests=2, references=3)
    (tmp_path / "said.csv").write_text("timestamp,race\n2025-01-01,beagle\n")
    job = job_of(tmp_path, reference={"images": "reference/", "log": "said.csv"})
    with pytest.raises(ObjectError, match='there is no column "breed"'):
        build(job)


def test_what_is_no_image_is_left_out_and_counted(tmp_path):
    job = make_world(tmp_path, lights=(1.0,), requests=2, references=5)
    (tmp_path / "reference" / "notes.txt").write_text("no image")
    (tmp_path / "reference" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (tmp_path / "reference" / "empty.png").write_bytes(b"")
    profile = build(job)
    assert profile.images == 5
    assert sum(profile.left_out.values()) == 3
    assert profile.left_out["not named as an image"] == 1
    assert profile.left_out["empty file"] == 1


@pytest.mark.parametrize("prefix", ["nowhere/", "predictions_log.csv"])
def test_a_prefix_without_images_says_what_was_found(world, prefix):
    with pytest.raises(ObjectError, match="the reference has no readable image") as caught:
        build(job_of(world, reference={"images": prefix}))
    assert caught.value.exit_code is ExitCode.INPUT


def test_equal_sources_have_equal_ids_and_other_sources_have_others(world):
    first, second = (build(job_of(world)) for _ in range(2))
    assert first.id == second.id
    other = build(job_of(world, reference={"images": "images/"}))
    assert other.id != first.id
    assert settings_digest(job_of(world)) == first.settings_digest != other.settings_digest


def test_a_past_window_brings_images_and_predictions(world):
    window = {"start": "2025-03-03T00:00", "end": "2025-03-04"}
    profile = build(job_of(world, reference={"window": window}))
    assert profile.images == 12
    assert len(profile.predictions.rows) == 12
    assert profile.source == "the log from 2025-03-03 00:00 to 2025-03-04 00:00 UTC"
    assert list(profile.records.columns) == ["image", "fingerprint", "file", "client", "timestamp"]
    assert profile.records["client"].isna().all()


def test_a_past_window_knows_who_sent_each_image_first_and_when(tmp_path):
    make_world(tmp_path, lights=(1.0,), requests=6, references=2)
    path = tmp_path / "predictions_log.csv"
    log = pd.read_csv(path)
    again = log.iloc[[0]].assign(timestamp="2025-03-03T23:59:59Z")
    senders = [f"camera {number % 2}" for number in range(len(log))]
    pd.concat([log.assign(camera=senders), again.assign(camera="late")]).to_csv(path, index=False)
    window = {"start": "2025-03-03T00:00", "end": "2025-03-04"}
    predictions = {"path": path.name, "columns": {"client": "camera"}}
    profile = build(job_of(tmp_path, reference={"window": window}, predictions=predictions))
    assert profile.images == 6
    assert sorted(profile.records["client"]) == ["camera 0"] * 3 + ["camera 1"] * 3
    assert profile.records["timestamp"].is_monotonic_increasing
    assert profile.records["timestamp"].max() < pd.Timestamp("2025-03-03T23:59:59Z")


def test_a_past_window_knows_the_segments_of_its_images_that_its_log_has(tmp_path):
    make_world(tmp_path, lights=(1.0,), requests=6, references=2)
    path = tmp_path / "predictions_log.csv"
    log = pd.read_csv(path)
    gates = ["a", "b", None, "a", " ", "b"]
    log.assign(gate=gates).to_csv(path, index=False)
    window = {"start": "2025-03-03T00:00", "end": "2025-03-04"}
    plain = build(job_of(tmp_path, reference={"window": window}))
    assert list(plain.segments.columns) == []
    wanted = {"columns": ["gate", "not there yet"]}
    profile = build(job_of(tmp_path, reference={"window": window}, segments=wanted))
    assert list(profile.segments.columns) == ["gate"]
    found = ["" if pd.isna(one) else one for one in profile.segments["gate"]]
    assert [one.strip() for one in found] == ["a", "b", "", "a", "", "b"]
    assert profile.id != plain.id
    changed = {"columns": ["{gate:upper}"]}
    made = build(job_of(tmp_path, reference={"window": window}, segments=changed))
    assert made.segments["{gate:upper}"].dropna().str.strip().tolist() == ["A", "B", "A", "", "B"]
    kept = ProfileStore(bucket=open_bucket(str(tmp_path)), folder="profiles")
    kept.save(profile)
    assert kept.load(profile.id).segments.equals(profile.segments)
    assert kept.load(profile.id).records["image"].tolist() == plain.records["image"].tolist()


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ({"start": "yesterday", "end": "2025-03-04"}, "reference.window.start is 'yesterday'"),
        ({"start": "2025-03-05", "end": "2025-03-04"}, "Expected a time before"),
    ],
)
def test_a_past_window_of_other_times_is_a_usage_error(world, window, message):
    with pytest.raises(UsageError, match=message):
        build(job_of(world, reference={"window": window}))


# What people call classes, and what programs that read tables take for no value.
LABELS = [
    *("None", "none", "NA", "N/A", "#N/A", "null", "NULL", "nan", "NaN", "-", "", "  "),
    *("beagle", " beagle ", "1", "1.0", "007", "True", "a,b", "\u00e9cureuil\u00a0", 'say "hi"'),
]


class TestLabels:
    """The same rows as a log and as a table without times give the same categories."""

    def categories(self, folder, frame: pd.DataFrame, name: str, **reference) -> pd.Series:
        path = folder / name
        if name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            frame.to_csv(path, index=False)
        reference = reference or {"images": "reference/", "log": name}
        rows = build(job_of(folder, reference=reference)).predictions.rows
        return rows["prediction"].value_counts(dropna=False).sort_index()

    @pytest.fixture
    def folder(self, tmp_path):
        make_world(tmp_path, lights=(1.0,), requests=2, references=3)
        return tmp_path

    @pytest.fixture
    def frame(self):
        numbers = np.linspace(10.0, 20.0, len(LABELS))
        return pd.DataFrame({"breed": LABELS, "confidence": 0.5, "mean": numbers, "entropy": 5.0})

    @pytest.fixture
    def logged(self, folder, frame):
        return self.categories(folder, frame.assign(timestamp="2025-01-01T00:00:00Z"), "log.csv")

    def test_words_for_no_value_are_classes_and_only_empty_labels_are_missing(self, logged):
        assert logged["None"] == logged["NA"] == logged["null"] == logged["nan"] == 1
        assert logged["beagle"] == 2
        assert logged[logged.index.isna()].tolist() == [2]
        assert logged.sum() == len(LABELS)

    @pytest.mark.parametrize("name", ["said.csv", "said.csv.gz", "said.parquet"])
    def test_a_table_without_times_is_read_as_a_log_is(self, folder, frame, logged, name):
        pd.testing.assert_series_equal(self.categories(folder, frame, name), logged)

    def test_a_reference_needs_no_times_where_the_log_has_them_in_its_names(
        self, folder, frame, logged
    ):
        frame.to_csv(folder / "said.csv", index=False)
        columns = {"prediction": "breed", "timestamp": "{path:%Y-%m-%d}"}
        predictions = {"path": "*/*.csv", "columns": columns}
        reference = {"images": "reference/", "log": "said.csv"}
        rows = build(job_of(folder, reference=reference, predictions=predictions)).predictions.rows
        found = rows["prediction"].value_counts(dropna=False).sort_index()
        pd.testing.assert_series_equal(found, logged)

    def test_a_reference_log_of_several_objects_is_read_where_only_others_stand_in_names(
        self, folder, frame, logged
    ):
        (folder / "said").mkdir()
        timed = frame.assign(timestamp="2025-01-01T00:00:00Z")
        for part, rows in enumerate((timed[:4], timed[4:])):
            rows.to_csv(folder / "said" / f"{part}.csv", index=False)
        predictions = {
            "path": "log/*/*.csv",
            "from_path": "log/{camera}/*.csv",
            "columns": {"prediction": "breed", "client": "camera"},
        }
        reference = {"images": "reference/", "log": "said/*.csv"}
        rows = build(job_of(folder, reference=reference, predictions=predictions)).predictions.rows
        found = rows["prediction"].value_counts(dropna=False).sort_index()
        pd.testing.assert_series_equal(found, logged)

    @pytest.mark.parametrize("name", ["table.csv", "table.csv.gz", "table.parquet"])
    def test_a_table_of_features_is_read_as_a_log_is(self, folder, frame, logged, name):
        found = self.categories(folder, frame, name, features=name)
        pd.testing.assert_series_equal(found, logged)

    @pytest.mark.parametrize(
        "labels",
        [[True, False, True], [1.0, 2.5, None], [1, 2, 2], pd.Categorical(["a", "b", "NA"])],
    )
    def test_labels_that_parquet_holds_as_no_text_are_read_as_a_log_is(self, folder, labels):
        frame = pd.DataFrame({"breed": labels, "confidence": 0.5})
        timed = frame.assign(timestamp="2025-01-01T00:00:00Z")
        pd.testing.assert_series_equal(
            self.categories(folder, frame, "typed.parquet"),
            self.categories(folder, timed, "timed.parquet"),
        )

    def test_spaces_around_the_names_of_columns_and_short_rows_do_not_matter(self, folder):
        text = "id, breed, confidence\n1, None, 0.5\n2, beagle , 0.5\n3\n"
        (folder / "padded.csv").write_text(text)
        job = job_of(folder, reference={"images": "reference/", "log": "padded.csv"})
        rows = build(job).predictions.rows
        assert rows["prediction"].isna().tolist() == [False, False, True]
        assert rows["prediction"].tolist()[:2] == ["None", "beagle"]
        assert rows["confidence"].tolist()[:2] == [0.5, 0.5]

    def test_columns_that_differ_in_spaces_only_are_refused(self, folder):
        (folder / "twice.csv").write_text("mean,breed, breed\n1,a,b\n")
        job = job_of(folder, reference={"features": "twice.csv"})
        with pytest.raises(ObjectError, match="spaces around their names"):
            build(job)


class TestFeatureTable:
    def profile(self, folder, text: str, name: str = "sampled.csv") -> ReferenceProfile:
        (folder / name).write_text(text, encoding="utf-8")
        return build(job_of(folder, reference={"features": name}))

    def test_the_seven_of_the_reference_system_are_taken_and_the_rest_is_unknown(self, tmp_path):
        rows = "\n".join(f"{i},{i}.5,2,3,0,255,7.1,0.05,dog" for i in range(4))
        profile = self.profile(tmp_path, f",{','.join(SEVEN)},label\n{rows}\n")
        assert list(profile.features.columns) == SEVEN
        assert profile.features["mean"].tolist() == [0.5, 1.5, 2.5, 3.5]
        assert profile.predictions.rows.empty
        assert profile.records is None

    def test_values_that_are_no_numbers_are_missing_and_empty_rows_are_counted(self, tmp_path):
        profile = self.profile(tmp_path, "mean,median\n1,x\nnan,inf\n2,3\n")
        assert profile.features["mean"].tolist() == [1, 2]
        assert np.isnan(profile.features["median"][0])
        assert profile.left_out == {"no readable feature in the row": 1}

    def test_a_column_named_as_the_prediction_is_one(self, tmp_path):
        profile = self.profile(tmp_path, "mean,breed\n1,boxer\n2,\n")
        assert profile.predictions.rows["prediction"].dropna().tolist() == ["boxer"]

    def test_labels_that_look_like_numbers_stay_as_they_are(self, tmp_path):
        profile = self.profile(tmp_path, "mean,breed\n1,0\n2,1\n3,\n4,01\n")
        assert profile.predictions.rows["prediction"].dropna().tolist() == ["0", "1", "01"]
        table = pd.DataFrame({"mean": [1.0, 2.0, 3.0], "breed": [0, 1, None]})
        table.to_parquet(tmp_path / "f.parquet")
        profile = build(job_of(tmp_path, reference={"features": "f.parquet"}))
        assert profile.predictions.rows["prediction"].dropna().tolist() == ["0", "1"]

    @pytest.mark.parametrize("text", ["mean,median\n", "mean\nx\ny\n"])
    def test_a_table_without_a_readable_row_is_refused(self, tmp_path, text):
        with pytest.raises(ObjectError, match="no row with a readable feature"):
            self.profile(tmp_path, text)

    def test_parquet_is_read_too(self, tmp_path):
        pd.DataFrame({"mean": [1.0, 2.0]}).to_parquet(tmp_path / "f.parquet")
        profile = build(job_of(tmp_path, reference={"features": "f.parquet"}))
        assert profile.images == 2

    def test_a_table_without_a_known_column_names_what_it_has(self, tmp_path):
        with pytest.raises(ObjectError, match="It has: brightness") as caught:
            self.profile(tmp_path, "brightness\n1\n")
        assert "Expected some of: mean" in caught.value.problem

    @pytest.mark.parametrize("content", [b"", b"PAR1 not parquet"])
    def test_a_file_that_is_no_table_is_one_clear_error(self, tmp_path, content):
        (tmp_path / "f.parquet").write_bytes(content)
        with pytest.raises(ObjectError, match="not a readable table"):
            build(job_of(tmp_path, reference={"features": "f.parquet"}))


class TestTensors:
    torch = pytest.importorskip("torch")

    @pytest.fixture
    def pixels(self):
        generator = np.random.default_rng(3)
        return generator.integers(0, 256, (70, 3, 24, 20), dtype=np.uint8)

    def profile(self, folder, tensor, **settings) -> ReferenceProfile:
        self.torch.save(tensor, folder / "train_images.pt")
        return build(job_of(folder, reference={"tensors": "train_images.pt", **settings}))

    def test_the_numbers_are_those_of_the_same_pixels_as_png(self, tmp_path, pixels):
        profile = self.profile(tmp_path, self.torch.from_numpy(pixels))
        assert profile.images == 70
        for row in (0, 69):
            buffer = io.BytesIO()
            Image.fromarray(pixels[row].transpose(1, 2, 0)).save(buffer, "PNG")
            grey = np.asarray(Image.open(buffer).convert("L"))
            values = profile.features.iloc[row]
            assert values["mean"] == pytest.approx(grey.mean(), abs=1e-9)
            entropy = skimage.measure.shannon_entropy(grey)
            assert values["entropy"] == pytest.approx(entropy, abs=1e-9)
            edges = skimage.filters.sobel(grey).mean()
            assert values["edge_density"] == pytest.approx(edges, abs=1e-9)

    def test_every_scaling_gives_the_same_profile(self, tmp_path, pixels):
        plain = self.torch.from_numpy(pixels)
        unit = plain.float() / 255
        mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        shape = (1, 3, 1, 1)
        normalised = (unit - self.torch.tensor(mean).reshape(shape)) / self.torch.tensor(
            std
        ).reshape(shape)
        expected = self.profile(tmp_path, plain).id
        assert self.profile(tmp_path, unit).id == expected
        assert self.profile(tmp_path, unit.double()).id == expected
        settings = {"tensor_mean": mean, "tensor_std": std}
        assert self.profile(tmp_path, normalised, **settings).id == expected

    def test_each_image_of_a_tensor_has_a_fingerprint(self, tmp_path, pixels):
        records = self.profile(tmp_path, self.torch.from_numpy(pixels)).records
        assert records["image"].is_unique
        first = np.ascontiguousarray(pixels[0].transpose(1, 2, 0))
        assert records["fingerprint"][0] == fingerprint_of(image_from_pixels(first))

    def test_grey_tensors_have_no_colour(self, tmp_path, pixels):
        profile = self.profile(tmp_path, self.torch.from_numpy(pixels[:5, :1]))
        assert profile.features["saturation"].eq(0).all()

    def test_features_of_the_file_are_not_claimed(self, tmp_path, pixels):
        profile = self.profile(tmp_path, self.torch.from_numpy(pixels[:5]))
        assert not {feature.name for feature in FILE_FEATURES} & set(profile.features.columns)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda torch: torch.rand(4, 3, 8, 8) * 255, "the tensor holds values from"),
            (lambda torch: torch.randn(4, 3, 8, 8), "the tensor holds values from"),
            (lambda torch: torch.full((4, 3, 8, 8), float("nan")), "the tensor holds values"),
            (lambda torch: torch.rand(4, 8, 8, 3), r"the tensor is \(4, 8, 8, 3\)"),
            (lambda torch: torch.zeros(4, 3, 8, 8, dtype=torch.int64), "of torch.int64"),
            (lambda torch: torch.zeros(0, 3, 8, 8), r"the tensor is \(0, 3, 8, 8\)"),
            (lambda torch: {"images": torch.rand(4, 3, 8, 8)}, "the file holds a dict"),
        ],
    )
    def test_a_tensor_of_another_shape_or_range_is_refused(self, tmp_path, make, message):
        with pytest.raises(ObjectError, match=message) as caught:
            self.profile(tmp_path, make(self.torch))
        assert "Expected a tensor of shape (N, C, H, W)" in caught.value.problem

    def test_a_mean_for_other_channels_is_refused(self, tmp_path, pixels):
        tensor = self.torch.from_numpy(pixels).float()
        with pytest.raises(ObjectError, match="the tensor has 3 channels"):
            self.profile(tmp_path, tensor, tensor_mean=(0.5,), tensor_std=(0.5,))

    def test_code_in_the_file_is_never_run(self, tmp_path):
        marker = tmp_path / "ran"
        (tmp_path / "train_images.pt").write_bytes(_evil_pickle(str(marker)))
        with pytest.raises(ObjectError, match="not a readable tensor file"):
            build(job_of(tmp_path, reference={"tensors": "train_images.pt"}))
        assert not marker.exists()

    def test_a_file_in_the_old_format_is_read_too(self, tmp_path, pixels):
        path = tmp_path / "train_images.pt"
        self.torch.save(
            self.torch.from_numpy(pixels[:3]), path, _use_new_zipfile_serialization=False
        )
        assert build(job_of(tmp_path, reference={"tensors": path.name})).images == 3


def _evil_pickle(marker: str) -> bytes:
    class Evil:
        def __reduce__(self):
            return open, (marker, "w")

    return pickle.dumps(Evil())


def test_images_that_are_excluded_are_left_out_and_counted(world):
    job = job_of(world)
    names = sorted(path.name for path in (world / "reference").iterdir())
    settings = job.reference.model_copy(update={"exclude": (names[0], "thumbs/**")})
    profile = build(job.model_copy(update={"reference": settings}))
    assert profile.images == 14
    assert profile.left_out == {"excluded by reference.exclude": 1}


def test_a_profile_from_before_images_could_be_excluded_is_of_the_same_settings(world):
    job = job_of(world)
    described = job.reference.model_dump_json(exclude={"exclude"})
    assert settings_digest(job) == hashlib.sha256(described.encode()).hexdigest()[:16]
    settings = job.reference.model_copy(update={"exclude": ("*_thumb.*",)})
    changed = job.model_copy(update={"reference": settings})
    assert settings_digest(changed) != settings_digest(job)
