"""What every engine that measures images elsewhere must do; subclassed once per engine."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drift.workplace import open_workplace
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.cutting import cut
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.sharded.shard import Shard, ShardDone

_IMAGES_A_SHARD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAtWork:
    """An engine that has started, and the bucket that it works for.

    Attributes
    ----------
    engine
        The engine.
    job
        Its job.
    folder
        Where the bucket is.
    """

    engine: Elsewhere
    job: Job
    folder: Path

    def shards(self, name: str, number: int = 3) -> list[Shard]:
        """Return shards of images that no other name has, which are written now."""
        generator = np.random.default_rng(len(name))
        images = []
        for place in range(number * _IMAGES_A_SHARD):
            path = f"images/{name}-{place}.png"
            pixels = generator.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(self.folder / path)
            images.append(ImageLocation(bucket_url=self.job.bucket.url, name=path, path=path))
        return cut(images, {}, {}, shard_images=_IMAGES_A_SHARD)

    def known(self, shards: Sequence[Shard]) -> int:
        """Return of how many images of some shards the cache has the numbers."""
        cache = open_workplace(self.job).feature_cache
        paths = [image.path for shard in shards for image in shard.locations]
        return 0 if cache is None else len(cache.load(paths))

    @property
    def cache_folder(self) -> Path:
        """Where the parts of all feature sets are."""
        return self.folder / self.job.reports.path / "features"

    def parts(self) -> list[str]:
        """Return the names of the cache's parts, sorted."""
        return sorted(part.name for part in self.cache_folder.rglob("*.parquet"))


class EngineContract(ABC):
    """What a shard becomes does not depend on where it is measured, and nothing is lost.

    A subclass starts its engine; its own name begins with ``Test``, so that pytest finds it.
    """

    @classmethod
    @abstractmethod
    def started(cls, job: Job) -> AbstractContextManager[Elsewhere]:
        """Return the engine for a job, started when entered; it ends when left."""

    @pytest.fixture(scope="class")
    @classmethod
    def at_work(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineAtWork]:
        """Give an engine that all tests of the class share, in a bucket of its own."""
        folder = tmp_path_factory.mktemp("engine") / "bucket"
        (folder / "images").mkdir(parents=True)
        job = Job.model_validate(
            {
                "name": "shards",
                "bucket": {"url": str(folder)},
                "predictions": {"path": "log.csv", "columns": {"prediction": "class"}},
                "images": {"path": "images/{name}"},
                "window": {"last": "1d"},
                "reference": {"images": "images/"},
            }
        )
        with cls.started(job) as engine:
            yield EngineAtWork(engine=engine, job=job, folder=folder)

    def test_each_shard_is_told_once_and_its_numbers_are_in_the_cache(
        self, at_work: EngineAtWork
    ) -> None:
        shards = at_work.shards("once", number=5)
        told: list[ShardDone] = []
        at_work.engine.compute(shards, told.append)
        assert sorted(one.shard for one in told) == sorted(shard.name for shard in shards)
        images = 5 * _IMAGES_A_SHARD
        assert sum(one.images for one in told) == sum(one.computed for one in told) == images
        assert at_work.known(shards) == images

    def test_shards_are_told_in_the_thread_of_the_caller(self, at_work: EngineAtWork) -> None:
        threads = set()
        at_work.engine.compute(
            at_work.shards("thread"), lambda _: threads.add(threading.get_ident())
        )
        assert threads == {threading.get_ident()}

    def test_no_shards_are_done_at_once(self, at_work: EngineAtWork) -> None:
        told: list[ShardDone] = []
        at_work.engine.compute([], told.append)
        assert not told

    def test_shards_that_are_done_again_change_nothing(self, at_work: EngineAtWork) -> None:
        shards = at_work.shards("again")
        told: list[ShardDone] = []
        at_work.engine.compute(shards, told.append)
        parts = at_work.parts()
        at_work.engine.compute(shards, told.append)
        assert at_work.parts() == parts
        assert len(told) == 2 * len(shards)

    def test_images_that_are_not_there_fail_no_shard(self, at_work: EngineAtWork) -> None:
        shards = at_work.shards("gone")
        (at_work.folder / "images/gone-1.png").unlink()
        told: list[ShardDone] = []
        at_work.engine.compute(shards, told.append)
        assert sum(one.computed for one in told) == at_work.known(shards)
        assert at_work.known(shards) == len(shards) * _IMAGES_A_SHARD - 1

    def test_an_error_of_a_shard_is_raised_as_it_is_and_the_engine_goes_on(
        self, at_work: EngineAtWork
    ) -> None:
        shards = at_work.shards("full")
        at_work.cache_folder.mkdir(parents=True, exist_ok=True)
        aside = at_work.cache_folder.rename(at_work.cache_folder.with_name("aside"))
        # Nothing can be written below a file.
        at_work.cache_folder.write_bytes(b"")
        try:
            with pytest.raises(ObjectError, match="features"):
                at_work.engine.compute(shards, lambda _: None)
        finally:
            at_work.cache_folder.unlink()
            aside.rename(at_work.cache_folder)
        at_work.engine.compute(shards, lambda _: None)
        assert at_work.known(shards) == len(shards) * _IMAGES_A_SHARD

    def test_what_the_caller_raises_ends_it_and_the_engine_goes_on(
        self, at_work: EngineAtWork
    ) -> None:
        shards = at_work.shards("caller")

        def refuse(one: ShardDone) -> None:
            raise ObjectError(one.shard, "the caller has seen enough.")

        with pytest.raises(ObjectError, match="seen enough"):
            at_work.engine.compute(shards, refuse)
        told: list[ShardDone] = []
        at_work.engine.compute(shards, told.append)
        assert len(told) == len(shards)
