"""A bucket that the reference system's own API has written: the job works on it untouched."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.reading import load_job
from reports.findings.answers import State, Verdict
from reports.findings.run import RunFindings
from tests.support.images import SEVEN, encode
from tests.support.reference_api import (
    LOG,
    REFERENCE,
    Clock,
    FolderStore,
    GcsStore,
    ReferenceApi,
    write_reference,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "one-csv-log.toml"
ORDINARY_END = datetime(2025, 3, 10, tzinfo=UTC)
DARK_END = datetime(2025, 3, 17, tzinfo=UTC)
REPORTS = "data_drift_reports/"
REQUESTS = 200
REFERENCES = 500
NAMES = (
    "my dog.jpg",
    "Größe ü.PNG",
    "gro\u0308ße.png",
    'a "good" dog, sitting.jpg',
    "a#b.png",
    "100% real.jpg",
    "a%20b.jpg",
    "a+b c.JPEG",
    "folder/dog.jpg",
    "犬 🐶.webp",
    "it's.jpg",
    "dog.jpg?size=1",
    "back\\slash.jpg",
    "semi;colon.jpg",
    "{id}.jpg",
    "trailing .jpg ",
    " leading.jpg",
    "<b>bold</b>.jpg",
    "*[1].jpg",
    "NULL",
    "nan",
    "no_extension",
    "=1+1.jpg",
    ".hidden.jpg",
)


def as_jpeg(picture: Image.Image) -> bytes:
    return encode(picture, "JPEG", quality=88)


def as_png(picture: Image.Image) -> bytes:
    return encode(picture, "PNG")


def as_deep_png(picture: Image.Image) -> bytes:
    return encode(Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257))


def as_transparent_palette(picture: Image.Image) -> bytes:
    return encode(picture.quantize(64), "PNG", transparency=3)


def turned(picture: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[274] = 6
    return encode(picture, "JPEG", exif=exif)


ENCODERS: tuple[Callable[[Image.Image], bytes], ...] = (
    as_jpeg,
    as_jpeg,
    as_jpeg,
    as_png,
    lambda picture: as_jpeg(picture.convert("L")),
    lambda picture: as_png(picture.convert("LA")),
    lambda picture: as_png(picture.quantize(64)),
    as_transparent_palette,
    lambda picture: as_png(picture.convert("RGBA")),
    lambda picture: as_jpeg(picture.convert("CMYK")),
    as_deep_png,
    turned,
    lambda picture: encode(picture, "WEBP", quality=85),
    lambda picture: encode(picture, "GIF"),
    lambda picture: encode(picture, "BMP"),
    lambda picture: encode(picture.convert("1"), "TIFF"),
)
DEEP_SHARE = 1 / len(ENCODERS)


def photographs(generator: np.random.Generator, number: int, light: float = 1.0) -> list[bytes]:
    """Return uploads of all kinds: views of a photograph, in an order by chance."""
    whole = skimage.data.astronaut()
    uploads = []
    for index in range(number):
        top, left = generator.integers(0, whole.shape[0] - 64, 2)
        pixels = whole[top : top + 48, left : left + 56] * light * generator.normal(1, 0.1)
        picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        uploads.append(ENCODERS[index % len(ENCODERS)](picture))
    return uploads


def send_week(api: ReferenceApi, clock: Clock, uploads: list[bytes]) -> None:
    """Send requests over six days, some of them within one second, some at whole seconds."""
    for index, upload in enumerate(uploads):
        api.post(NAMES[index % len(NAMES)], upload, ("beagle", "boxer")[index % 2])
        clock.advance(0.25 if index % 10 == 3 else 6 * 86_400 / len(uploads))


def objects(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
    own = (REPORTS, ".drift-bucket-")
    return {name: data for name, data in found.items() if not name.startswith(own)}


def run(url: str, until: datetime, *, writes: bool = True, **settings: str) -> RunFindings:
    """Run the job that ships in examples/, with another bucket."""
    environment = {"DRIFT__BUCKET__URL": url, **settings}
    job = load_job(EXAMPLE, environment)
    return run_job(open_workplace(job, writes=writes), RunOptions(until=until))


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A bucket, and what two runs on it found."""

    ordinary: RunFindings
    dark: RunFindings
    before: dict[str, bytes]
    after: dict[str, bytes]
    latest: bytes


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """The API's bucket after an ordinary week and a dark one."""
    root = tmp_path_factory.mktemp("reference-system")
    generator = np.random.default_rng(11)
    store = FolderStore(root=root)
    write_reference(store, photographs(generator, REFERENCES))
    clock = Clock(moment=datetime(2025, 3, 3, 8, 0, 0))
    api = ReferenceApi(store=store, now=clock)
    send_week(api, clock, photographs(generator, REQUESTS))
    clock.moment = datetime(2025, 3, 10, 8, 0, 0, 5)
    send_week(api, clock, photographs(generator, REQUESTS, light=0.5))
    return root


def run_in_folder(written: Path) -> Ran:
    before = objects(written)
    ordinary = run(str(written), ORDINARY_END, writes=False)
    dark = run(str(written), DARK_END)
    latest = (written / REPORTS / "dogs" / "latest.json").read_bytes()
    return Ran(ordinary=ordinary, dark=dark, before=before, after=objects(written), latest=latest)


def run_on_server(written: Path, server) -> Ran:
    before = {name: data for name, data in objects(written).items() if data}
    bucket = server.make_bucket()
    for name, data in before.items():
        server.put(bucket, name, data)
    ordinary = run(f"gs://{bucket}", ORDINARY_END, writes=False)
    dark = run(f"gs://{bucket}", DARK_END)
    names = [name for name in server.names(bucket) if not name.startswith(REPORTS)]
    return Ran(
        ordinary=ordinary,
        dark=dark,
        before=before,
        after={name: server.get(bucket, name) for name in names},
        latest=server.get(bucket, f"{REPORTS}dogs/latest.json"),
    )


@pytest.fixture(scope="module", params=["folder", "gs"])
def ran(request, written) -> Ran:
    if request.param == "folder":
        return run_in_folder(written)
    return run_on_server(written, request.getfixturevalue("gcs_server"))


def test_the_ordinary_week_is_steady_and_the_dark_one_drifts(ran):
    assert ran.ordinary.verdict is Verdict.STEADY, ran.ordinary.summary
    assert ran.dark.verdict is Verdict.DRIFT, ran.dark.summary
    assert "darker" in ran.dark.summary
    assert json.loads(ran.latest)["run_id"] == ran.dark.run_id


def test_every_logged_image_is_found_whatever_its_name(ran):
    for found in (ran.ordinary, ran.dark):
        assert found.images.logged == found.images.analysed == REQUESTS
        assert (found.log.rows, found.log.rejected) == (REQUESTS, 0)
        assert found.quality.troubles == ()


def test_the_seven_are_compared_and_agree_with_the_logs_own_numbers(ran):
    for found in (ran.ordinary, ran.dark):
        states = {finding.name: finding.state for finding in found.features}
        tested = {name for name, state in states.items() if state is not State.MISSING}
        assert tested == set(SEVEN)
        assert found.quality.cross_check == dict.fromkeys(SEVEN, 0)
        deep = found.quality.deep_images
        assert deep == pytest.approx(REQUESTS * DEEP_SHARE, abs=1)
        assert not any("differs from the recomputed" in warning for warning in found.warnings)


def test_what_the_reference_does_not_know_is_missing_and_says_how_to_supply_it(ran):
    for finding in (*ran.ordinary.features, *ran.ordinary.predictions):
        if finding.name in SEVEN:
            continue
        assert finding.state is State.MISSING
        assert "drift profile build" in finding.note
        assert finding.p_value is None
        key = "reference.log" if finding.name == "prediction" else "reference.images"
        assert key in finding.note
    assert [finding.name for finding in ran.ordinary.predictions] == ["prediction"]


def test_nothing_of_the_buckets_own_is_changed(ran):
    assert ran.after == ran.before
    assert {LOG, REFERENCE} <= ran.after.keys()


def test_times_without_a_zone_are_said_to_be_taken_as_utc(ran):
    assert ran.ordinary.assumed_timezone == "UTC"
    assert any("Timestamps without a zone" in warning for warning in ran.ordinary.warnings)


def test_a_log_that_pandas_rewrites_at_each_request_reads_the_same(written, tmp_path):
    """Pandas' reader rounds a number's last digit anew each time; no name or row is lost."""
    store = FolderStore(root=tmp_path)
    generator = np.random.default_rng(5)
    write_reference(store, photographs(generator, 60), with_index=False)
    clock = Clock(moment=datetime(2025, 3, 3, 8, 0, 0))
    api = ReferenceApi(store=store, now=clock, joins_with_pandas=True)
    names = [name for name in NAMES if name not in {"NULL", "nan"}]
    for index, upload in enumerate(photographs(generator, 2 * len(names))):
        api.post(names[index % len(names)], upload, "beagle")
        clock.advance(60)
    found = run(str(tmp_path), ORDINARY_END, writes=False)
    assert found.images.analysed == found.images.logged == 2 * len(names)
    assert found.quality.cross_check == dict.fromkeys(SEVEN, 0)


class TestRepeatedIds:
    """Ids have a resolution of one second: the same name within it overwrites the image."""

    @pytest.fixture(params=["folder", "gs"])
    def api(self, request, tmp_path):
        if request.param == "folder":
            store = FolderStore(root=tmp_path)
            url = str(tmp_path)
        else:
            server = request.getfixturevalue("gcs_server")
            bucket = server.make_bucket()
            store = GcsStore(server=server, bucket=bucket)
            url = f"gs://{bucket}"
        clock = Clock(moment=datetime(2025, 3, 3, 8, 0, 0))
        return url, clock, ReferenceApi(store=store, now=clock)

    def test_two_rows_with_one_object_are_counted_and_are_no_disagreement(self, api):
        url, clock, api = api
        uploads = photographs(np.random.default_rng(3), 24)
        write_reference(api.store, uploads)
        for upload in uploads[:20]:
            api.post("dog.jpg", upload, "beagle")
            clock.advance(10)
        names = []
        for upload in uploads[20:22]:
            names.append(api.post("dog.jpg", upload, "beagle"))
            clock.advance(0.3)
        other = api.post("cat.jpg", uploads[22], "beagle")
        assert names[0] == names[1] != other
        found = run(url, ORDINARY_END, writes=False)
        assert (found.images.rows, found.images.logged, found.images.analysed) == (23, 22, 22)
        assert found.quality.duplicated_rows == 1
        assert found.quality.cross_check == dict.fromkeys(SEVEN, 0)


def test_names_that_would_leave_the_bucket_are_refused_and_counted(tmp_path):
    store = FolderStore(root=tmp_path / "bucket")
    clock = Clock(moment=datetime(2025, 3, 3, 8, 0, 0))
    api = ReferenceApi(store=store, now=clock)
    uploads = photographs(np.random.default_rng(3), 12)
    write_reference(store, uploads)
    for upload in uploads:
        api.post("dog.jpg", upload, "beagle")
        clock.advance(1)
    log = store.get(LOG)
    (tmp_path / "secret.jpg").write_bytes(uploads[0])
    last = log.splitlines()[-1].split(b",")
    evil = [b",".join([*last[:2], name, *last[3:]]) for name in (b"/../../secret.jpg", b"a//b")]
    store.put(LOG, log + b"\r\n".join([*evil, b""]))
    found = run(str(tmp_path / "bucket"), ORDINARY_END, writes=False)
    assert found.log.reasons == {"unsafe image path": 2}
    assert found.images.logged == found.images.analysed == 12


def animated_gif(picture: Image.Image) -> bytes:
    """Return a film whose first frame is the picture and whose second is black."""
    black = Image.new("P", picture.size)
    return encode(picture.quantize(64), "GIF", save_all=True, append_images=[black])


def deep_tiff(picture: Image.Image) -> bytes:
    return encode(Image.open(io.BytesIO(as_deep_png(picture))), "TIFF")


def truncated(picture: Image.Image) -> bytes:
    return as_jpeg(picture)[:-300]


GOOD_KINDS = {
    "photo.jpg": as_jpeg,
    "photo.png": as_png,
    "photo.webp": ENCODERS[12],
    "photo.bmp": ENCODERS[14],
    "photo.tiff": lambda picture: encode(picture, "TIFF"),
    "film.gif": animated_gif,
    "one-bit.png": lambda picture: as_png(picture.convert("1")),
    "grey.jpg": ENCODERS[4],
    "palette.png": ENCODERS[6],
    "see-through palette.png": as_transparent_palette,
    "LA.png": ENCODERS[5],
    "RGBA.png": ENCODERS[8],
    "CMYK.jpg": ENCODERS[9],
    "16 bit.png": as_deep_png,
    "16 bit.tif": deep_tiff,
    "turned.jpg": turned,
}
BAD_KINDS = {
    "empty.jpg": (b"", "empty file"),
    "cut off.jpg": (None, "truncated image"),
    "page.jpg": (b"<!doctype html><title>404</title><p>Not found", "not an image"),
    "gone.jpg": (None, "not in the bucket"),
}


def test_all_kinds_of_files_in_one_window_add_up_and_bad_ones_have_a_reason(tmp_path):
    store = FolderStore(root=tmp_path)
    clock = Clock(moment=datetime(2025, 3, 3, 8, 0, 0))
    api = ReferenceApi(store=store, now=clock)
    picture = Image.fromarray(skimage.data.astronaut()[100:164, 150:230])
    write_reference(store, [encoder(picture) for encoder in ENCODERS])
    for name, encoder in GOOD_KINDS.items():
        api.post(name, encoder(picture), "beagle")
        clock.advance(1)
    for name, (data, _reason) in BAD_KINDS.items():
        stored = api.post(name, as_jpeg(picture), "beagle")
        if data is not None:
            store.put(stored, data)
        clock.advance(1)
    (cut,) = tmp_path.glob("images/*cut off.jpg")
    cut.write_bytes(truncated(picture))
    (gone,) = tmp_path.glob("images/*gone.jpg")
    gone.unlink()
    found = run(str(tmp_path), ORDINARY_END)
    images = found.images
    assert images.logged == images.analysed + images.missing + images.unreadable + images.unfetched
    assert (images.analysed, images.missing, images.unreadable) == (len(GOOD_KINDS), 1, 3)
    reasons = [reason for _data, reason in BAD_KINDS.values()]
    assert found.quality.reasons == dict.fromkeys(sorted(reasons), 1)
    told = {trouble.name.partition("_")[2]: trouble.reason for trouble in found.quality.troubles}
    assert {name: said.partition(":")[0] for name, said in told.items()} == {
        name: reason for name, (_data, reason) in BAD_KINDS.items()
    }
    assert told["page.jpg"] == "not an image: looks like an HTML page"
    assert found.quality.deep_images == 2
    assert found.quality.cross_check == dict.fromkeys(SEVEN, 0)
    (report,) = tmp_path.glob(f"{REPORTS}dogs/runs/*/report.json")
    assert json.loads(report.read_bytes())["images"]["logged"] == images.logged
    assert report.with_name("evidently.html").stat().st_size > 1_000_000
