"""The images in a bucket, by the folders that hold them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.images.endings import IMAGE_ENDINGS
from reference_stats.file_facts.kinds import image_kind

_SNIFFED_BYTES = 32
_GROUPS_SNIFFED = 12
# Tables, programs, models, archives: no need to look what is in them.
_OTHERS = (
    ".csv .tsv .parquet .json .jsonl .ndjson .txt .md .py .pt .pth .pkl .npy .npz .html "
    ".css .js .toml .yaml .yml .xml .zip .gz .tar .log .onnx .h5 .pb .ipynb .db .sqlite "
    ".avro .orc .xlsx .pdf .mp4 .mov .lock .mar .pt2 .safetensors .tflite .keras .engine .ckpt"
)
_NEVER_IMAGES = frozenset(_OTHERS.split())
# No need either to look whether a log is in it.
_NOR_LOGS = (
    ".md .py .pt .pth .pkl .npy .npz .html .css .js .toml .yaml .yml .onnx .h5 .pb .ipynb .pdf "
    ".mp4 .mov .lock .xml .tar .mar .pt2 .safetensors .tflite .keras .engine .ckpt"
)
NEVER_LOGS = frozenset(_NOR_LOGS.split())
# What Windows and picture viewers leave in folders of images.
_LITTER = frozenset(["thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "picasa.ini"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder and what lies below it.

    Attributes
    ----------
    prefix
        The folder with a slash at its end; empty for the bucket itself.
    images
        How many images were seen below it.
    named
        How many of these the log names.
    """

    prefix: str
    images: int
    named: int


def find_images(bucket: Bucket, objects: Sequence[ObjectInfo]) -> list[str]:
    """Return the names of all images: by their endings, and by their first bytes without one."""
    known = [one.name for one in objects if ending_of(one.name) in IMAGE_ENDINGS - {""}]
    unknown: dict[tuple[str, str], list[ObjectInfo]] = defaultdict(list)
    for one in objects:
        ending = ending_of(one.name)
        odd = ending == "" or (ending not in IMAGE_ENDINGS and ending not in _NEVER_IMAGES)
        if odd and one.size_bytes > _SNIFFED_BYTES:
            # An id with a dot in it, such as a3.7, has no ending that means anything.
            key = ending if len(ending) <= 5 and not any(map(str.isdigit, ending)) else ""
            unknown[one.name.partition("/")[0], key].append(one)
    for _, group in sorted(unknown.items(), key=lambda item: -len(item[1]))[:_GROUPS_SNIFFED]:
        if any(_is_image(bucket, one.name) for one in (group[0], group[-1])):
            known += [one.name for one in group]
    return sorted(known)


def may_hold_a_log(name: str) -> bool:
    """Tell whether a log could be in an object of this name: no document, program or litter."""
    return ending_of(name) not in NEVER_LOGS and PurePosixPath(name).name.lower() not in _LITTER


def ending_of(name: str) -> str:
    """Return a name's ending in lower case, such as ``.jpg``."""
    return PurePosixPath(name).suffix.lower()


def _is_image(bucket: Bucket, name: str) -> bool:
    try:
        return image_kind(bucket.read_part(name, 0, _SNIFFED_BYTES)) is not None
    except ObjectError:
        return False


def folders_of(images: Iterable[str], named: Iterable[str]) -> list[Folder]:
    """Return every folder with images below it, with how many of them the log names."""
    counts: Counter[str] = Counter()
    by_log: Counter[str] = Counter()
    log_names = set(named)
    for name in images:
        parts = name.split("/")
        for depth in range(len(parts)):
            prefix = "".join(part + "/" for part in parts[:depth])
            counts[prefix] += 1
            by_log[prefix] += name in log_names
    return [
        Folder(prefix=prefix, images=counts[prefix], named=by_log[prefix])
        for prefix in sorted(counts)
    ]
