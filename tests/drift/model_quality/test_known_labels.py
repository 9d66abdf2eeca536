"""Remembered labels: they join as those that were read, and nothing damaged is believed."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model_quality.joining.answers import Answers
from drift.model_quality.joining.hashed_labels import hashed
from drift.model_quality.joining.joined import join_labels, names_match, spelled
from drift.model_quality.joining.label_index import KeyedLabels, LabelIndex
from drift.model_quality.records.known_labels import KnownLabels, labels_bytes, parse_labels
from jobs.labels.labels import LabelFacts, LeftOutLabel, ReadLabels

FACTS = LabelFacts(
    url="gs://dogs/labels/*.csv",
    objects=3,
    rows=9,
    digest="d" * 64,
    listing_digest="l" * 64,
    left_out={"no label": 1},
    noted={"corrected later": 2},
    examples=(LeftOutLabel(source="labels/é.csv", line=4, key="a\n", reason="no label"),),
    passed_over=2,
)
KEYS = st.sampled_from(["a", "b", "x/a", "x/b", "y/a", "gs://dogs/a", "./b", "é", "z"])
CLASSES = st.sampled_from(["cat", "dog", "Dog", "ü"])


def _index(by_id: dict[str, str], by_image: dict[str, str]) -> LabelIndex:
    def frame(labels: dict[str, str]) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "key": pd.Series(list(labels), dtype="str"),
                "label": pd.Series(list(labels.values()), dtype="str"),
                "moment": np.zeros(len(labels), np.int64),
                "source": pd.Series(["labels.csv"] * len(labels), dtype="str"),
                "line": np.arange(2, 2 + len(labels), dtype=np.int64),
            }
        )

    read = ReadLabels(
        by_id=frame(by_id), by_image=frame(by_image), url="", objects=1, rows=1, digest="",
        listing_digest="",
    )  # fmt: skip
    return LabelIndex.of(read, "gs://dogs")


def _answers(ids: list[str | None], images: list[str | None]) -> Answers:
    count = len(ids)
    return Answers(
        moments=np.arange(count, dtype=np.int64),
        images=pa.array(images, pa.string()),
        ids=pa.array(ids, pa.string()),
        predicted=pa.array(["dog"] * count, pa.string()),
        own_label=pa.nulls(count, pa.string()),
        confidence=np.full(count, 0.5),
        version=pa.nulls(count, pa.string()),
        probabilities={},
    )


def _stored(index: LabelIndex, key: str = "key") -> bytes:
    data = labels_bytes(KnownLabels(index=index, facts=FACTS), key)
    assert data is not None
    return data


@given(
    by_id=st.dictionaries(KEYS, CLASSES),
    by_image=st.dictionaries(KEYS, CLASSES),
    rows=st.lists(st.tuples(st.none() | KEYS, st.none() | KEYS), max_size=12),
    last_part=st.booleans(),
)
def test_remembered_labels_are_joined_as_those_that_were_read(
    by_id: dict[str, str],
    by_image: dict[str, str],
    rows: list[tuple[str | None, str | None]],
    last_part: bool,
) -> None:
    index = _index(by_id, by_image)
    known = parse_labels(_stored(index), "key")
    assert known is not None
    assert known.facts == FACTS
    assert known.index.count == index.count
    assert known.index.names_images_alone == index.names_images_alone
    answers = _answers([one for one, _ in rows], [one for _, one in rows])
    assert names_match(answers, known.index) == names_match(answers, index)
    read, found = (
        spelled(join_labels(answers, one, last_part=last_part)) for one in (index, known.index)
    )
    assert found.rows.table.equals(read.rows.table)
    assert (found.labels, found.left_out, found.noted, found.newest) == (
        read.labels, read.left_out, read.noted, read.newest,
    )  # fmt: skip


def test_no_other_key_and_nothing_damaged_is_believed() -> None:
    data = _stored(_index({"a": "cat", "b": "dog"}, {"x/a": "dog"}))
    assert parse_labels(data, "key") is not None
    assert parse_labels(data, "other") is None
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 4
        assert parse_labels(bytes(changed), "key") is None
    for length in range(len(data)):
        assert parse_labels(data[:length], "key") is None


@pytest.mark.parametrize("body", [b"", b"{}\n", b"[]\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_what_has_a_checksum_and_is_no_labels_is_nothing(body: bytes) -> None:
    assert parse_labels(zlib.crc32(body).to_bytes(8, "little") + body, "key") is None


def test_labels_whose_digests_are_alike_are_not_remembered() -> None:
    twice = KeyedLabels(
        keys=pa.array(["a", "a"]), labels=pa.array(["cat", "dog"]), numbers=np.arange(2)
    )
    assert hashed(twice, ["cat", "dog"]) is None
    index = LabelIndex(by_id=twice, by_image=_index({}, {}).by_image, count=2)
    assert labels_bytes(KnownLabels(index=index, facts=FACTS), "key") is None
