"""Which objects could be the prediction log: names in, families of objects with their globs out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.setup.log.part_names import (
    DATE,
    general_part,
    path_of,
    with_any_folder,
    with_any_part,
)
from drift.setup.words import LOG_WORDS, REFERENCE_WORDS, TABLE_WORDS, has_word
from jobs.buckets.bucket import ObjectInfo
from jobs.predictions.selection.object_names import (
    LogFormat,
    compile_glob,
    day_comes_first,
    format_of,
    named_span,
    without_rotation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFamily:
    """Objects whose names differ in dates, numbers or parts only: one log, if it is one.

    Attributes
    ----------
    path
        What `predictions.path` would be: the one object's name, or a glob.
    members
        The objects, sorted by name.
    kind
        How they are written, told from the content of one; None where the names tell it.
    """

    path: str
    members: tuple[ObjectInfo, ...]
    kind: LogFormat | None = None

    @property
    def size_bytes(self) -> int:
        """All members' sizes together."""
        return sum(info.size_bytes for info in self.members)

    @property
    def is_dated(self) -> bool:
        """Whether the names tell days or months."""
        return any(DATE.search(part) for part in self.members[0].name.split("/"))

    def name_points(self) -> float:
        """Return how much the names look like those of a prediction log; 0 is neutral."""
        parts = self.path.split("/")
        folders, name = "/".join(parts[:-1]), parts[-1]
        points = 2.0 * has_word(name, LOG_WORDS) + 1.0 * has_word(folders, LOG_WORDS)
        points -= 3.0 * has_word(name, REFERENCE_WORDS) + 2.0 * has_word(folders, REFERENCE_WORDS)
        points -= 2.0 * has_word(name, TABLE_WORDS) + 1.0 * has_word(folders, TABLE_WORDS)
        return points + 1.5 * self.is_dated

    def some_members(self, oldest: int, newest: int) -> tuple[ObjectInfo, ...]:
        """Return the first and the last members by name, or by days that the names end with."""
        filled = self._in_time_order([info for info in self.members if info.size_bytes])
        if len(filled) <= oldest + newest:
            return tuple(filled)
        return tuple(filled[:oldest] + filled[-newest:])

    def _in_time_order(self, members: list[ObjectInfo]) -> list[ObjectInfo]:
        """Return the members as they are, or by day where names sort by the day of the month."""
        day_first = day_comes_first(info.name for info in members)
        if day_first is None:
            return members
        glob = compile_glob(self.path)

        def day(info: ObjectInfo) -> tuple[bool, object, str]:
            span = named_span(info.name, glob, day_first=day_first)
            return span is not None, span and span.start, info.name

        return sorted(members, key=day)


def find_families(objects: Iterable[ObjectInfo]) -> list[LogFamily]:
    """Return every family of objects in a format that the job reads, the likeliest names first."""
    groups: dict[tuple[str, ...], list[ObjectInfo]] = defaultdict(list)
    seen = list(objects)
    for info in seen:
        if format_of(info.name) is not None:
            groups[tuple(map(general_part, info.name.split("/")))].append(info)
    names = [info.name for info in seen]
    families = [family_of(members, names) for members in groups.values()]
    return sorted(families, key=lambda family: (-family.name_points(), family.path))


def family_of(
    members: Sequence[ObjectInfo], names: Sequence[str], kind: LogFormat | None = None
) -> LogFamily:
    """Return objects of like names as one log, with a path that takes in parts to come.

    Parameters
    ----------
    names
        What lies in the bucket.
    kind
        As in `LogFamily`.
    """
    family = LogFamily(path=path_of(members), members=tuple(members), kind=kind)
    return _with_coming_parts(family, names)


def _with_coming_parts(family: LogFamily, names: Sequence[str]) -> LogFamily:
    """Let the family's path take in parts that are not there yet, if it takes in nothing else."""
    *folders, last = family.path.split("/")
    general = with_any_part(last)
    if general.startswith("*.") and not has_word("/".join(folders), LOG_WORDS):
        # "*.csv" alone would take in every table that is put there later.
        general = last
    wider = replace(family, path="/".join([*map(with_any_folder, folders), general]))
    return family if too_wide(wider, names) else wider


def merge_families(
    families: Sequence[LogFamily],
    columns: Mapping[str, frozenset[str]],
    names: Sequence[str] = (),
) -> list[LogFamily]:
    """Return the families, those that are shards of one log joined.

    Joined are families of the same columns whose paths differ in one part only, below a folder or
    after a beginning that is named like a log; those that are named like something else, such as
    ``train``, stay alone.

    Parameters
    ----------
    columns
        The columns by the name of a family's first member, where known.
    names
        What lies in the bucket. Families are not joined where a run could not read all that their
        common path takes in.
    """
    merged: list[LogFamily] = []
    for family in families:
        partner = next(
            (
                place
                for place, other in enumerate(merged)
                if columns.get(family.members[0].name)
                and columns.get(family.members[0].name) == columns.get(other.members[0].name)
                and (family.kind is None) == (other.kind is None)
                and _is_readable(_joint_path(family.path, other.path), names, (family, other))
            ),
            None,
        )
        if partner is None:
            merged.append(family)
            continue
        other = merged[partner]
        path = _joint_path(family.path, other.path) or other.path
        members = {info.name: info for info in (*other.members, *family.members)}
        kinds = {other.kind, family.kind}
        merged[partner] = replace(
            other,
            path=path,
            members=tuple(members[name] for name in sorted(members)),
            kind=LogFormat.JSON if LogFormat.JSON in kinds else other.kind,
        )
    return merged


def _is_readable(path: str | None, names: Sequence[str], families: Sequence[LogFamily]) -> bool:
    """Tell whether there is a path, and what it takes in is of the families or has a format."""
    if path is None or "*" not in path:
        return path is not None
    glob = compile_glob(path)
    own = {without_rotation(info.name) for family in families for info in family.members}
    return all(
        without_rotation(name) in own or format_of(name) is not None
        for name in names
        if glob.fullmatch(name)
    )


def too_wide(family: LogFamily, names: Sequence[str]) -> list[str]:
    """Return the names that the family's glob takes in although they do not belong to it."""
    if "*" not in family.path:
        return []
    glob = compile_glob(family.path)
    own = {info.name for info in family.members}
    return [name for name in names if name not in own and glob.fullmatch(name)]


def _joint_path(first: str, second: str) -> str | None:
    """Return a glob over two paths that differ in one part, or None."""
    ones, others = first.split("/"), second.split("/")
    if len(ones) != len(others):
        return None
    rotated = _rotated_by_number(ones, others)
    rotated = rotated or _rotated(ones, others) or _rotated(others, ones)
    if rotated:
        return rotated
    differing = [
        place for place, pair in enumerate(zip(ones, others, strict=True)) if len(set(pair)) > 1
    ]
    if len(differing) != 1:
        return None
    place = differing[0]
    blockers = REFERENCE_WORDS | TABLE_WORDS
    if any(has_word(part, blockers) for part in (ones[place], others[place])):
        return None
    joint = _joint_part(ones[place], others[place])
    before = "/".join([*ones[:place], joint.partition("*")[0]])
    if joint == "*" and place == len(ones) - 1:
        return None
    return (
        "/".join([*ones[:place], joint, *ones[place + 1 :]])
        if has_word(before, LOG_WORDS)
        else None
    )


def _rotated_by_number(ones: Sequence[str], others: Sequence[str]) -> str | None:
    """Return a glob over ``log.csv``, ``log.csv.1`` and ``log.csv.2.gz``."""
    names = {
        without_rotation(part.rstrip("*").replace("*", "1")) for part in (ones[-1], others[-1])
    }
    if ones[:-1] != others[:-1] or len(names) > 1 or ones == others:
        return None
    return "/".join([*ones[:-1], names.pop() + "*"])


def _rotated(dated: Sequence[str], current: Sequence[str]) -> str | None:
    """Return a glob over ``log-*.csv.gz`` and the ``log.csv`` that is still being written."""
    if dated[:-1] == current[:-1] and dated[-1] == current[-1] + ".gz":
        return "/".join([*current[:-1], current[-1] + "*"])
    start, star, end = dated[-1].partition("*")
    name, dot, ending = current[-1].partition(".")
    if dated[:-1] != current[:-1] or not (star and dot) or start.rstrip("-_.") != name:
        return None
    same = end == "." + ending
    return "/".join([*current[:-1], f"{name}*.{ending}" + ("" if same else "*")])


def _joint_part(one: str, other: str) -> str:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start] and one[start] != "*":
        start += 1
    # Whole words only: "cam_" of cam_a and cam_b, not "pr" of prod and preview.
    while start and one[start - 1].isalnum():
        start -= 1
    end = 0
    rest = min(len(one), len(other)) - start
    while end < rest and one[-1 - end] == other[-1 - end]:
        end += 1
    while end and one[len(one) - end].isalnum() and one[len(one) - end] != ".":
        end -= 1
    return one[:start] + "*" + one[len(one) - end :]
