"""A run over a folder with its model; prints images, views, their digest, and if it was opened.

python -m tests.support.viewing_run FOLDER [kill]
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from dataclasses import asdict, replace
from pathlib import Path

from drift.run_model.run_model import LazyViewer
from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.viewing import looking
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.definition import definition_from
from reference_stats.model_view.process.model_process import ModelProcess
from tests.support.tiny_nets import tiny_net


def main(folder: Path, *, is_killed: bool) -> None:
    """Look at the images; where it is killed, once some views are written."""
    looking._IMAGES_PER_PART = 10
    looking.images_at_once = lambda *_: 5
    bucket = open_bucket(str(folder))
    note = folder / "known.json"
    known = definition_from(json.loads(note.read_text())) if note.exists() else None
    names = sorted(f"images/{path.name}" for path in (folder / "images").iterdir())
    file, choice = tiny_net(folder, f"{os.getpid()}.onnx")
    # One model to all runs, whoever made its file.
    with ModelProcess(replace(file, url="net.onnx"), choice) as model:
        opened: list[ModelProcess] = []

        def ready() -> ModelProcess:
            opened.append(model)
            return model

        viewer = LazyViewer(known or ready().definition, ready, lambda _: None)
        cache = ViewCache(bucket=bucket, prefix="reports", definition=viewer.definition)

        def progress(done: int, of: int) -> None:
            if is_killed and any((folder / cache.folder).glob("part-*")):
                os.kill(os.getpid(), signal.SIGKILL)

        result = extract(
            [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in names],
            ImageSettings(path="images/"),
            open_bucket=lambda _: bucket,
            cache=FeatureCache(bucket=bucket, prefix="reports"),
            seeing=Seeing(viewer=viewer, cache=cache),
            progress=progress,
        )
        if is_killed:
            os.kill(os.getpid(), signal.SIGKILL)
        if known is None:
            note.write_text(json.dumps(asdict(viewer.definition)))
        assert result.views is not None
        digest = hashlib.sha256(result.views.embeddings.tobytes()).hexdigest()
        print(len(result), int(result.views.known.sum()), digest, bool(opened))


if __name__ == "__main__":
    main(Path(sys.argv[1]), is_killed=len(sys.argv) > 2)
