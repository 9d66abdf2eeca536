"""Which label of each key counts, against a plain model, whatever the order and the objects."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from jobs.labels.given import GivenLabels
from jobs.labels.labels import CONTRADICTING, CORRECTED, NOT_KNOWN, TWICE
from jobs.labels.settling import settle

LABELS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "ä", "10", None]),
        st.sampled_from(["cat", "dog", "Cat"]),
        st.sampled_from([NOT_KNOWN, 5, 6, 7]),
    ),
    max_size=25,
)


def given_of(rows, seed=0) -> GivenLabels:
    """Return labels in some order, in some of three objects."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(rows))
    keys, labels, moments = ([rows[at][part] for at in order] for part in range(3))
    return GivenLabels(
        ids=pa.array(keys, pa.string()),
        images=pa.array([key and f"{key}.jpg" for key in keys], pa.string()),
        labels=pa.array(labels, pa.string()),
        moments=np.array(moments, np.int64),
        sources=random.integers(0, 3, len(rows)),
        lines=random.permutation(len(rows)) + 2,
        names=["b", "a", "c"],
    )


def plainly(rows):
    """Return the label of each key, and how many labels there are of each reason."""
    counting, counts = {}, {CONTRADICTING: 0, TWICE: 0, CORRECTED: 0}
    for key in sorted({key for key, _, _ in rows if key is not None}):
        own = [(moment, label) for one, label, moment in rows if one == key]
        newest = [label for moment, label in own if moment == max(own)[0]]
        if len({label.lower() for label in newest}) > 1:
            counts[CONTRADICTING] += len(own)
            continue
        counting[key] = min(newest)
        same = sum(label.lower() == newest[0].lower() for _, label in own)
        counts[TWICE] += same - 1
        counts[CORRECTED] += len(own) - same
    return counting, counts


@for_all(LABELS)
def test_the_label_that_counts_is_that_of_a_plain_model(rows):
    settled = settle(given_of(rows))
    counting, counts = plainly(rows)

    found = dict(zip(settled.by_id["key"], settled.by_id["label"], strict=True))
    assert found == counting
    assert list(settled.by_id["key"]) == sorted(counting)
    assert list(settled.by_image["label"]) == [counting[one] for one in sorted(counting)]
    told = {**settled.left_out, **settled.noted}
    assert {reason: int(rows.sum()) for reason, rows in told.items()} == counts


@for_all(LABELS, st.integers(0, 99))
def test_order_and_objects_change_neither_digest_nor_counts(rows, seed):
    one, other = settle(given_of(rows)), settle(given_of(rows, seed))

    assert one.digest == other.digest
    assert one.by_id[["key", "label", "moment"]].equals(other.by_id[["key", "label", "moment"]])


@pytest.mark.parametrize(
    "other", [[("1", "dog", 5)], [("1", "cat", 6)], [("2", "cat", 5)], [("1", "cat", 5)] * 0]
)
def test_another_label_has_another_digest(other):
    assert settle(given_of([("1", "cat", 5)])).digest != settle(given_of(other)).digest
