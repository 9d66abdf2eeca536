"""Views in the extraction: each image is looked at once; a model that fails costs views only."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError, ModelError
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.decoding.decode import decode_image
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.extraction.viewing import looking
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.image_uses import WantedImages
from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.preprocessing import picture_of
from reference_stats.model_view.process.model_process import ModelProcess
from reference_stats.model_view.viewer import Explanations, Pictures
from reference_stats.model_view.views import FAILS_OFTEN, ImageViews
from reference_stats.outcomes import ImageFeatures, MissingImage, UnreadableImage
from reference_stats.sums.decoded_image import DecodedImage
from tests.support.images import MANY_PIXELS, encode, noise, numbered_photographs, photograph
from tests.support.memory_bucket import MemoryBucket
from tests.support.tiny_nets import tiny_net

ROOT = Path(__file__).parents[3]
FILES = {f"images/{number}.jpg": data for number, data in enumerate(numbered_photographs(40))}
MIXED = {
    "images/small.png": encode(Image.fromarray(noise((28, 28)))),
    "images/deep.png": encode(Image.fromarray(noise((30, 30)).astype(np.uint16) * 200)),
    "images/clear.png": encode(Image.fromarray(noise((28, 28, 4)))),
    "images/large.png": encode(photograph(size=(900, 700))),
    "images/four.jpg": encode(photograph().convert("CMYK"), "JPEG"),
    "images/broken.jpg": FILES["images/0.jpg"][:400],
    "images/page.jpg": b"<html>",
}


@dataclass(slots=True)
class CountingViewer:
    """A model that notes what it is asked, and fails once it has seen so many pictures.

    It makes no numbers of pictures all of whose pixels are below `blind_below`.
    """

    inner: ModelProcess
    most: int = 1_000_000
    blind_below: int = 0
    seen: int = 0
    batches: list[int] = field(default_factory=list)

    @property
    def definition(self) -> ViewDefinition:
        return self.inner.definition

    def look(self, pictures: Pictures) -> ImageViews:
        if self.seen + len(pictures) > self.most:
            raise ModelError("net.onnx", "it had enough.")
        self.seen += len(pictures)
        self.batches.append(len(pictures))
        views = self.inner.look(pictures)
        blind = np.flatnonzero(pictures.max(axis=(1, 2, 3)) < self.blind_below)
        views.put(blind, ImageViews.of_failed(len(blind), views.width))
        return views

    def explain(self, pictures: Pictures, most_s: float) -> Explanations:
        return self.inner.explain(pictures, most_s)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelProcess]:
    with ModelProcess(*tiny_net(tmp_path_factory.mktemp("net"))) as opened:
        yield opened


@pytest.fixture
def viewer(model: ModelProcess) -> CountingViewer:
    return CountingViewer(model)


@pytest.fixture
def images() -> MemoryBucket:
    bucket = MemoryBucket()
    bucket.put_all(FILES)
    return bucket


@pytest.fixture
def own() -> MemoryBucket:
    return MemoryBucket("memory://own")


def locations(bucket: Bucket, names: Sequence[str]) -> list[ImageLocation]:
    return [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in names]


def look_at(
    bucket: Bucket,
    wanted: Sequence[str] | WantedImages,
    viewer: CountingViewer | None,
    own: MemoryBucket | None = None,
    **settings: object,
) -> ExtractionResult:
    """Extract with the caches in `own`, or with none."""
    seeing = features = None
    if own is not None:
        features = FeatureCache(bucket=own, prefix="reports")
    if viewer is not None:
        views = None
        if own is not None:
            views = ViewCache(bucket=own, prefix="reports", definition=viewer.definition)
        seeing = Seeing(viewer=viewer, cache=views)
    return extract(
        wanted if isinstance(wanted, WantedImages) else locations(bucket, wanted),
        ImageSettings.model_validate({"path": "unused", **settings}),
        open_bucket=lambda _: bucket,
        cache=features,
        seeing=seeing,
    )


def views_of(result: ExtractionResult) -> ImageViews:
    assert result.views is not None
    assert len(result.views) == len(result)
    return result.views


def expected(viewer: CountingViewer, data: bytes) -> np.ndarray:
    """Return the embedding of an image that is looked at alone."""
    image = decode_image(data, max_pixels=MANY_PIXELS)
    assert isinstance(image, DecodedImage)
    picture = picture_of(image, viewer.definition.preprocessing)
    return viewer.inner.look(picture[np.newaxis]).embeddings[0]


class TestEachImageOnce:
    def test_each_image_has_the_view_of_its_own_picture(
        self, images: MemoryBucket, viewer: CountingViewer
    ) -> None:
        images.put_all(MIXED)
        names = [*MIXED, *FILES, "images/not there.jpg"]
        result = look_at(images, names, viewer)
        views = views_of(result)
        lost = {"images/broken.jpg", "images/page.jpg", "images/not there.jpg"}
        for place, (location, outcome) in enumerate(result.outcomes.items()):
            assert views.known[place] == isinstance(outcome, ImageFeatures)
            assert views.known[place] == (location.name not in lost)
            if views.known[place]:
                data = images.read(location.name).data
                np.testing.assert_array_equal(views.embeddings[place], expected(viewer, data))
        assert result.view_problem == ""
        assert viewer.seen == len(names) - len(lost)
        assert {images.reads[name] for name in FILES} == {2}

    def test_the_features_are_those_without_a_model(
        self, images: MemoryBucket, viewer: CountingViewer
    ) -> None:
        plain = look_at(images, [*FILES], None)
        assert plain.views is None
        assert dict(plain.outcomes) == dict(look_at(images, [*FILES], viewer).outcomes)

    def test_a_second_run_reads_and_looks_at_nothing(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        first = look_at(images, [*FILES], viewer, own)
        images.reads.clear()
        viewer.batches.clear()
        second = look_at(images, [*FILES][::-1], viewer, own)
        assert (second.computed, viewer.batches, images.reads) == (0, [], {})
        again = second.views_of(list(first))
        assert again is not None
        np.testing.assert_array_equal(again.embeddings, views_of(first).embeddings)
        np.testing.assert_array_equal(again.answers, views_of(first).answers)
        np.testing.assert_array_equal(again.classes, views_of(first).classes)
        assert again.known.all()

    def test_images_with_features_are_read_again_for_their_views_alone(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        look_at(images, [*FILES][:30], None, own)
        images.reads.clear()
        result = look_at(images, [*FILES], viewer, own)
        assert result.computed == 10
        assert set(images.reads.values()) == {1}
        assert views_of(result).known.all()
        assert viewer.seen == 40

    def test_images_that_are_missing_each_time_do_not_open_the_model(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        names = [*FILES, "images/not there.jpg", "images/page.jpg"]
        images.put_all(MIXED)
        look_at(images, names, viewer, own)
        viewer.batches.clear()
        assert views_of(look_at(images, names, viewer, own)).known.sum() == 40
        assert viewer.batches == []

    def test_a_view_that_is_known_costs_no_look_where_the_features_are_not(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        look_at(images, [*FILES], viewer, own)
        own.objects = {name: one for name, one in own.objects.items() if "/views/" in name}
        result = look_at(images, [*FILES], viewer, own)
        assert (result.computed, viewer.seen) == (40, 40)
        assert views_of(result).known.all()

    def test_images_with_features_that_are_gone_keep_them(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        look_at(images, [*FILES], None, own)
        images.delete("images/3.jpg")
        images.write("images/4.jpg", b"<html>")
        result = look_at(images, [*FILES], viewer, own)
        assert all(isinstance(one, ImageFeatures) for one in result.outcomes.values())
        assert np.flatnonzero(~views_of(result).known).tolist() == [3, 4]
        assert result.view_problem == ""


class TestOverwrittenNames:
    def test_another_picture_of_the_name_lends_no_view(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        """Its features are believed by the name, its picture is gone."""
        look_at(images, [*FILES], None, own)
        images.write("images/5.jpg", encode(Image.fromarray(noise((40, 50, 3))), "JPEG"))
        for _ in range(2):
            result = look_at(images, [*FILES], viewer, own)
            assert np.flatnonzero(~views_of(result).known).tolist() == [5]

    def test_each_version_has_its_own_view(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        settings = {"immutable": False}
        first = look_at(images, ["images/1.jpg"], viewer, own, **settings)
        images.write("images/1.jpg", FILES["images/2.jpg"])
        second = look_at(images, ["images/1.jpg"], viewer, own, **settings)
        np.testing.assert_array_equal(
            views_of(second).embeddings[0], expected(viewer, FILES["images/2.jpg"])
        )
        assert not np.array_equal(views_of(first).embeddings, views_of(second).embeddings)
        viewer.batches.clear()
        third = look_at(images, ["images/1.jpg"], viewer, own, **settings)
        assert views_of(third).known.all()
        assert viewer.batches == []

    def test_an_image_that_is_looked_up_first_is_read_where_its_view_is_not_known(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        settings = {"immutable": False}
        wanted = WantedImages.of(locations(images, [*FILES]), np.arange(40, dtype=np.int64))
        look_at(images, wanted, None, own, **settings)
        images.reads.clear()
        result = look_at(images, wanted, viewer, own, **settings)
        assert result.computed == 0
        assert views_of(result).known.all()
        assert set(images.reads.values()) == {1}
        images.reads.clear()
        assert views_of(look_at(images, wanted, viewer, own, **settings)).known.all()
        assert not images.reads


class TestAModelThatFailsOnSomeImages:
    @staticmethod
    def blind(viewer: CountingViewer, images: MemoryBucket, count: int) -> list[str]:
        """Let the model make no numbers of so many images."""
        names = [f"images/{number}.jpg" for number in range(0, 2 * count, 2)]
        for place, name in enumerate(names):
            images.put_all({name: encode(Image.new("RGB", (20, 20), (place, 0, 0)))})
        viewer.blind_below = 10
        return names

    def test_they_have_no_view_and_are_looked_at_again_and_the_others_keep_theirs(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        names = self.blind(viewer, images, 4)
        result = look_at(images, [*FILES], viewer, own)
        views = views_of(result)
        assert result.view_problem == ""
        assert [name for name, bad in zip(FILES, views.failed, strict=True) if bad] == names
        assert int(views.known.sum()) == 36
        viewer.seen = 0
        again = look_at(images, [*FILES], viewer, own)
        assert (viewer.seen, again.view_problem) == (4, "")
        np.testing.assert_array_equal(views_of(again).failed, views.failed)
        np.testing.assert_array_equal(views_of(again).embeddings, views.embeddings)

    def test_where_they_are_more_than_one_in_ten_the_model_is_given_up(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        self.blind(viewer, images, 5)
        for _ in range(2):
            result = look_at(images, [*FILES], viewer, own)
            assert result.view_problem == FAILS_OFTEN

    def test_of_few_images_no_share_is_judged(
        self, images: MemoryBucket, viewer: CountingViewer
    ) -> None:
        self.blind(viewer, images, 5)
        result = look_at(images, [*FILES][:19], viewer)
        assert result.view_problem == ""
        assert int(views_of(result).failed.sum()) == 5

    def test_of_many_such_images_not_all_are_looked_at(
        self, images: MemoryBucket, viewer: CountingViewer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking, "images_at_once", lambda *_: 4)
        self.blind(viewer, images, 20)
        viewer.blind_below = 256
        result = look_at(images, [*FILES], viewer)
        assert result.view_problem == FAILS_OFTEN
        assert viewer.seen == 20


class TestAModelThatFails:
    def test_in_the_middle_the_features_and_the_views_so_far_stay(
        self,
        images: MemoryBucket,
        own: MemoryBucket,
        viewer: CountingViewer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(looking, "images_at_once", lambda *_: 4)
        viewer.most = 20
        result = look_at(images, [*FILES], viewer, own)
        assert result.view_problem == "it had enough."
        assert all(isinstance(one, ImageFeatures) for one in result.outcomes.values())
        known = int(views_of(result).known.sum())
        assert 0 < known <= 20
        viewer.most, viewer.seen = 1000, 0
        again = look_at(images, [*FILES], viewer, own)
        assert (again.computed, again.view_problem) == (0, "")
        assert viewer.seen == 40 - known
        assert views_of(again).known.all()

    def test_where_it_cannot_be_opened_there_are_features_only(
        self, images: MemoryBucket, tmp_path: Path
    ) -> None:
        file, choice = tiny_net(tmp_path)
        assert file.path is not None
        file.path.write_bytes(b"no model")
        with ModelProcess(file, choice) as broken:
            seeing = Seeing(viewer=broken)
            result = extract(
                locations(images, [*FILES]),
                ImageSettings(path="unused"),
                open_bucket=lambda _: images,
                seeing=seeing,
            )
        assert result.views is None
        assert result.view_problem != ""
        assert all(isinstance(one, ImageFeatures) for one in result.outcomes.values())

    def test_a_process_that_is_killed_under_it_is_said(
        self, images: MemoryBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking, "images_at_once", lambda *_: 4)
        with ModelProcess(*tiny_net(tmp_path)) as mortal:
            killed = CountingViewer(mortal)
            real = killed.inner.look

            def look(pictures: Pictures) -> ImageViews:
                if killed.seen > 10 and mortal._connection is not None:
                    mortal._connection._process.kill()
                return real(pictures)

            monkeypatch.setattr(ModelProcess, "look", lambda _, pictures: look(pictures))
            result = look_at(images, [*FILES], killed)
        assert "its process was killed" in result.view_problem
        assert 0 < views_of(result).known.sum() < 40
        assert all(isinstance(one, ImageFeatures) for one in result.outcomes.values())

    def test_a_bug_of_ours_is_raised_and_leaves_no_thread(
        self, images: MemoryBucket, viewer: CountingViewer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(self: CountingViewer, pictures: Pictures) -> ImageViews:
            raise LookupError("a bug")

        monkeypatch.setattr(CountingViewer, "look", fail)
        with pytest.raises(LookupError, match="a bug"):
            look_at(images, [*FILES], viewer)
        assert not [one for one in threading.enumerate() if one.name == "look" and one.is_alive()]

    def test_where_known_images_cannot_be_read_again_the_run_goes_on(
        self, images: MemoryBucket, own: MemoryBucket, viewer: CountingViewer
    ) -> None:
        look_at(images, [*FILES], None, own)
        images.refused = {"images/"}
        result = look_at(images, [*FILES], viewer, own)
        assert all(isinstance(one, ImageFeatures) for one in result.outcomes.values())
        assert not views_of(result).known.any()
        assert "could not be read again" in result.view_problem
        with pytest.raises(BucketAccessError):
            look_at(images, [*FILES], viewer)

    def test_views_that_cannot_be_written_are_there_all_the_same(
        self,
        images: MemoryBucket,
        own: MemoryBucket,
        viewer: CountingViewer,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        own.refused = {"reports/views/"}
        result = look_at(images, [*FILES], viewer, own)
        assert views_of(result).known.all()
        assert "the model's views could not be remembered" in caplog.text


class TestMemory:
    def test_pictures_wait_for_a_slow_model_in_bounded_number(
        self, images: MemoryBucket, viewer: CountingViewer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking, "images_at_once", lambda *_: 2)
        images.put_all(
            {f"images/more-{number}.jpg": FILES["images/1.jpg"] for number in range(300)}
        )
        most: list[int] = []
        inner = viewer.inner.look

        def look(self: CountingViewer, pictures: Pictures) -> ImageViews:
            most.append(len(pictures))
            return inner(pictures)

        monkeypatch.setattr(CountingViewer, "look", look)
        result = look_at(images, list(images.objects), viewer)
        assert views_of(result).known.all()
        assert max(most) <= 2

    def test_an_image_whose_picture_cannot_be_made_has_no_view(
        self, images: MemoryBucket, viewer: CountingViewer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In this process, where features are computed that decoding processes do not know."""
        from reference_stats.extraction.measuring import made_pictures  # noqa: PLC0415
        from reference_stats.features.registry import FEATURES  # noqa: PLC0415

        real, made = made_pictures.picture_of, []

        def picture(image: DecodedImage, how: object) -> np.ndarray:
            made.append(image)
            if len(made) == 3:
                raise MemoryError
            return real(image, how)  # type: ignore[arg-type]

        monkeypatch.setattr(made_pictures, "picture_of", picture)
        result = extract(
            locations(images, [*FILES]),
            ImageSettings.model_validate({"path": "unused", "decode_workers": 1}),
            open_bucket=lambda _: images,
            features=[replace(FEATURES[0], name="not known")],
            seeing=Seeing(viewer=viewer),
        )
        assert int((~views_of(result).known).sum()) == 1
        assert result.view_problem == ""


@pytest.mark.slow
def test_runs_side_by_side_and_one_that_is_killed_leave_a_cache_that_is_whole(
    tmp_path: Path, viewer: CountingViewer
) -> None:
    """Three runs over a folder, the first of them killed while it looks."""
    (tmp_path / "images").mkdir()
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    tiny_net(tmp_path)
    command = [sys.executable, "-m", "tests.support.viewing_run", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.Popen([*command, "kill"], cwd=ROOT, env=environment)
    others = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert killed.wait(timeout=120) == -9
    told = [one.communicate(timeout=120)[0].decode().split() for one in others]
    assert [one.returncode for one in others] == [0, 0]
    assert [one[:2] for one in told] == [["40", "40"]] * 2
    assert told[0][2] == told[1][2]
    last = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    # Nothing is opened any more.
    assert last.stdout.decode().split()[3] == "False"


def test_an_unreadable_image_has_no_view(images: MemoryBucket, viewer: CountingViewer) -> None:
    images.write("images/odd.jpg", b"GIF89a")
    result = look_at(images, ["images/odd.jpg", "images/none.jpg", "images/1.jpg"], viewer)
    kinds = [type(one) for one in result.outcomes.values()]
    assert kinds == [UnreadableImage, MissingImage, ImageFeatures]
    assert views_of(result).known.tolist() == [False, False, True]
