"""What an extraction hands out, and what it does about what others could not measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from drift.execution.shard_computing import compute_shard, open_for_shards
from drift.workplace import Workplace
from jobs.errors import BucketAccessError, ImagesRefusedError, ObjectError, UsageError
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.image_uses import WantedImages
from reference_stats.outcomes import ImageFeatures, MissingImage, UnfetchedImage
from tests.support.engine_here import EngineHere
from tests.support.images import numbered_photographs
from tests.support.memory_bucket import MemoryBucket

URL, UPLOADS = "/bucket", "gs://uploads"
IMAGES = 60
NAMES = [f"images/{number:02}.jpg" for number in range(IMAGES)]
FILES = dict(zip(NAMES, numbered_photographs(IMAGES), strict=True))
DAY = 86_400_000_000


@dataclass(kw_only=True)
class World:
    """Two buckets, and a run beside a worker that reads its images through buckets of its own."""

    own: MemoryBucket = field(default_factory=lambda: MemoryBucket(URL))
    uploads: MemoryBucket = field(default_factory=lambda: MemoryBucket(UPLOADS))
    workers_own: MemoryBucket = field(default_factory=lambda: MemoryBucket(URL))
    workers_uploads: MemoryBucket = field(default_factory=lambda: MemoryBucket(UPLOADS))
    immutable: bool = True

    def __post_init__(self) -> None:
        self.own.put_all(FILES)
        self.uploads.put_all(FILES)
        # The same objects, counted and refused by themselves.
        self.workers_own.objects, self.workers_own._written = self.own.objects, self.own._written
        self.workers_uploads.objects = self.uploads.objects

    @property
    def job(self) -> Job:
        images = {
            "path": "images/{name}",
            "allowed_prefixes": [f"{UPLOADS}/"],
            "immutable": self.immutable,
        }
        return Job.model_validate(
            {
                "name": "taken",
                "bucket": {"url": URL},
                "predictions": {"path": "log.csv", "columns": {"prediction": "class"}},
                "images": images,
                "window": {"last": "1d"},
                "reference": {"images": "images/"},
            }
        )

    def worker(self) -> Workplace:
        buckets = {URL: self.workers_own, UPLOADS: self.workers_uploads}
        place = open_for_shards(self.job)
        return replace(place, bucket=self.workers_own, open_bucket=buckets.__getitem__)

    @property
    def cache(self) -> FeatureCache:
        return FeatureCache(bucket=self.own, prefix=self.job.reports.path)

    def extract(self, wanted: WantedImages, engine: EngineHere | None) -> ExtractionResult:
        buckets = {URL: self.own, UPLOADS: self.uploads}
        return extract(
            wanted,
            self.job.image_rules,
            open_bucket=buckets.__getitem__,
            cache=self.cache,
            elsewhere=engine,
        )

    def engine(self, **more: object) -> EngineHere:
        return EngineHere(place=self.worker(), **{"shard_images": 10, **more})


@pytest.fixture
def world() -> World:
    return World()


def own(names: Sequence[str] = NAMES) -> list[ImageLocation]:
    return [ImageLocation(bucket_url=URL, name=name, path=name) for name in names]


def uploaded(names: Sequence[str] = NAMES) -> list[ImageLocation]:
    return [
        ImageLocation(bucket_url=UPLOADS, name=name, path=f"{UPLOADS}/{name}") for name in names
    ]


def logged(images: Sequence[ImageLocation]) -> WantedImages:
    return WantedImages.of(images, np.arange(len(images), dtype=np.int64) * 1_000_000 + DAY)


def image_reads(bucket: MemoryBucket) -> list[int]:
    return [number for name, number in bucket.reads.items() if name.startswith("images/")]


def test_the_run_reads_no_image_that_others_measured_and_no_part_twice(world: World) -> None:
    world.extract(logged(own(NAMES[:20])), None)
    world.own.reads.clear()
    engine = world.engine()
    found = world.extract(logged(own()), engine)
    assert sum(map(len, engine.handed)) == found.computed == 40
    assert not image_reads(world.own)
    parts = [number for name, number in world.own.reads.items() if "/part-" in name]
    assert parts == [1] * 5
    assert all(isinstance(one, ImageFeatures) for one in found.outcomes.values())


@pytest.mark.parametrize("images", [logged(own()), WantedImages.of(own())])
def test_where_images_may_change_those_just_measured_are_not_asked_for(images) -> None:
    world = World(immutable=False)
    found = world.extract(images, world.engine())
    assert len(found) == found.computed == IMAGES
    assert not world.own.infos
    assert not image_reads(world.own)


def test_missing_images_are_asked_for_once(world: World) -> None:
    for name in NAMES[5:15]:
        world.own.delete(name)
    found = world.extract(logged(own()), world.engine())
    assert found.computed == 50
    assert [found[one] for one in own(NAMES[5:15])] == [MissingImage()] * 10
    assert not image_reads(world.own)
    assert set(image_reads(world.workers_own)) == {1}


def test_images_that_did_not_come_are_asked_for_once_more_by_the_run(world: World) -> None:
    world.workers_own.refused = set(NAMES[3:8])
    found = world.extract(logged(own()), world.engine())
    assert found.computed == IMAGES
    assert sorted(name for name in world.own.reads if name.startswith("images/")) == NAMES[3:8]


def test_workers_that_are_refused_what_the_run_may_read_end_it(world: World) -> None:
    world.workers_uploads.refused = {"images/"}
    with pytest.raises(BucketAccessError, match="same rights on this bucket") as raised:
        world.extract(logged(uploaded()), world.engine(shard_images=30))
    assert raised.value.url == UPLOADS


def test_a_bucket_that_refuses_the_run_too_costs_its_images_only(world: World) -> None:
    world.uploads.refused = world.workers_uploads.refused = {"images/"}
    alone = World()
    alone.uploads.refused = {"images/"}
    wanted = logged([*own(NAMES[:30]), *uploaded(NAMES[:30])])
    found = world.extract(wanted, world.engine(shard_images=30))
    assert dict(found.outcomes) == dict(alone.extract(wanted, None).outcomes)
    assert all(isinstance(found[one], UnfetchedImage) for one in uploaded(NAMES[:30]))


def test_where_everything_is_refused_the_run_fails_as_on_one_machine(world: World) -> None:
    world.uploads.refused = world.workers_uploads.refused = {"images/"}
    with pytest.raises(ImagesRefusedError, match="permission denied"):
        world.extract(logged(uploaded()), world.engine(shard_images=30))


def test_a_worker_that_cannot_write_fails_its_shard(world: World) -> None:
    world.workers_own.refused = {world.job.reports.path}
    with pytest.raises(BucketAccessError, match="permission denied"):
        world.extract(logged(own()), world.engine())


def test_a_shard_of_another_job_is_refused(world: World) -> None:
    other = ImageLocation(bucket_url="gs://others", name="a.jpg", path="gs://others/a.jpg")
    with pytest.raises(UsageError, match="gs://others"):
        compute_shard(world.worker(), Shard(locations=(other,)))


def test_names_used_more_than_once_stay_with_the_run(world: World) -> None:
    images = own([*NAMES, *NAMES[:7]])
    engine = world.engine()
    world.extract(logged(images), engine)
    handed = {one.name for shard in engine.handed for one in shard.locations}
    assert handed == set(NAMES[7:])
    assert sorted(name for name in world.own.reads if name.startswith("images/")) == NAMES[:7]


def test_names_used_again_behind_the_rows_stay_with_the_run(world: World) -> None:
    wanted = replace(logged(own()), followed=lambda: {NAMES[9]: 400 * DAY})
    engine = world.engine()
    world.extract(wanted, engine)
    handed = {one.name for shard in engine.handed for one in shard.locations}
    assert handed == set(NAMES) - {NAMES[9]}


def test_images_that_were_just_listed_are_taken_in_their_version(world: World) -> None:
    versions = {name: world.own.info(name).version for name in NAMES}
    # Another picture comes between the listing and the reading.
    world.own.write(NAMES[0], FILES[NAMES[1]])
    found = world.extract(WantedImages.of(own(), versions=versions), world.engine())
    assert len(found) == IMAGES
    assert [name for name in world.own.reads if name.startswith("images/")] == [NAMES[0]]
    again = World()
    again.own.write(NAMES[0], FILES[NAMES[1]])
    alone = again.extract(WantedImages.of(own(), versions=versions), None)
    assert dict(found.outcomes) == dict(alone.outcomes)


@dataclass(kw_only=True)
class Forgetful(EngineHere):
    """An engine whose parts are gone when the run looks for them."""

    lose: Callable[[], None]

    def compute(self, shards: Sequence[Shard], done: Callable[[ShardDone], None]) -> None:
        super().compute(shards, done)
        self.lose()


def test_what_is_not_in_the_cache_afterwards_is_measured_by_the_run(world: World) -> None:
    def lose() -> None:
        part = next(name for name in world.own.objects if "/part-" in name)
        world.own.delete(part)

    engine = Forgetful(place=world.worker(), shard_images=10, lose=lose)
    found = world.extract(logged(own()), engine)
    assert len(image_reads(world.own)) == 10
    assert all(isinstance(one, ImageFeatures) for one in found.outcomes.values())


def test_few_unknown_images_are_not_handed_out(world: World) -> None:
    engine = world.engine(fewest_images=IMAGES + 1)
    world.extract(logged(own()), engine)
    assert not engine.handed
    assert len(image_reads(world.own)) == IMAGES


def test_progress_counts_all_images_and_ends_with_all(world: World) -> None:
    world.own.delete(NAMES[3])
    steps: list[tuple[int, int]] = []
    extract(
        logged(own()),
        world.job.image_rules,
        open_bucket=lambda _: world.own,
        cache=world.cache,
        elsewhere=world.engine(),
        progress=lambda done, everything: steps.append((done, everything)),
    )
    assert steps[-1] == (IMAGES, IMAGES)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_an_error_of_the_engine_is_raised_and_what_is_done_stays(world: World) -> None:
    def lose() -> None:
        raise ObjectError("tcp://scheduler", "it is gone.")

    engine = Forgetful(place=world.worker(), shard_images=10, lose=lose)
    with pytest.raises(ObjectError, match="it is gone"):
        world.extract(logged(own()), engine)
    assert len(world.cache.load(NAMES)) == IMAGES
