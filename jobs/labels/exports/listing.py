"""Which objects may be exports: empty text files too, as images without objects have such ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import InputError, ObjectMissingError, UsageError
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.labels import UnreadLabels
from jobs.labels.listing import LabelListing, digest_of
from jobs.labels.places import LabelPlace, label_place
from jobs.predictions.selection.choose import NamedObject
from jobs.predictions.selection.object_names import (
    compile_glob,
    day_comes_first,
    fixed_prefix,
    is_glob,
    named_span,
    not_excluded,
)

ENDINGS = (".json", ".ndjson", ".xml", ".txt", ".zip")
"""Of a glob, other objects are none: images and settings lie beside YOLO's text files."""


def list_exports(
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    settings: LabelSettings,
    predictions: PredictionSettings,
    reports: str = "",
) -> LabelListing | UnreadLabels:
    """Return which objects may be exports, as `list_labels` does; that none is there is fine."""
    try:
        place = label_place(bucket, open_bucket, settings)
        infos = list(_infos(place, settings))
        if reports and place.bucket is bucket:
            infos = [one for one in infos if not one.name.startswith(f"{reports}/")]
    except (InputError, UsageError) as error:
        return UnreadLabels(url=str(settings.path), reason=error.message)
    names = [info.name for info in infos]
    day_first = predictions.day_first
    if day_first is None:
        day_first = day_comes_first(names)
    glob = compile_glob(place.path)
    objects = [
        NamedObject(info=info, kind=None, span=named_span(info.name, glob, day_first=day_first))
        for info in infos
    ]
    digest = digest_of(place.url, objects)
    return LabelListing(place=place, objects=tuple(objects), digest=digest)


def _infos(place: LabelPlace, settings: LabelSettings) -> Iterable[ObjectInfo]:
    if not is_glob(place.path):
        try:
            return [place.bucket.info(place.path)]
        except ObjectMissingError:
            return []
    glob = compile_glob(place.path)
    found = {
        info.name: info
        for info in place.bucket.list(fixed_prefix(place.path))
        if glob.fullmatch(info.name)
        and info.name.lower().endswith(ENDINGS)
        and info.name.rpartition("/")[2][:1] not in {"_", ".", ""}
    }
    return [found[name] for name in sorted(not_excluded(found, settings.exclude))]
