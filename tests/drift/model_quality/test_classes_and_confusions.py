"""Which classes are worst, and which confusions grew."""

import numpy as np
from scipy.stats import binom, fisher_exact

from drift.model_quality.scoring.classes import classes_of
from drift.model_quality.scoring.confusions import GREW_RATE, MOST_CONFUSIONS, confusions_of
from drift.model_quality.sums import ClassifierSums
from tests.support.classifier_rows import sums_of


def test_the_worst_recall_that_labels_can_show_comes_first():
    sums = sums_of(
        {
            ("once wrong", "good"): 1,
            ("bad", "bad"): 70,
            ("bad", "good"): 30,
            ("good", "good"): 200,
            ("few, bad", "good"): 4,
            ("few, bad", "few, bad"): 6,
            ("good", "never true"): 1,
        }
    )

    found = classes_of(sums, None, ())

    names = [one.name for one in found]
    assert names == ["bad", "few, bad", "good", "once wrong", "never true"]
    assert found[-1].recall is None
    assert (found[-1].labelled, found[-1].predicted, found[-1].f1) == (0, 1, None)


def test_ties_are_ordered_by_labels_and_then_by_name():
    sums = sums_of({("b", "b"): 6, ("a", "a"): 6, ("more", "more"): 9})

    assert [one.name for one in classes_of(sums, None, ())] == ["more", "a", "b"]


def test_a_class_that_the_model_does_not_have_is_told():
    sums = sums_of({("new", "cat"): 5, ("rare", "cat"): 5, ("cat", "cat"): 5})

    known = {one.name: one.known_to_model for one in classes_of(sums, None, {"rare"})}

    assert known == {"new": False, "rare": True, "cat": True}


def test_recall_before_is_that_of_what_it_is_compared_with():
    sums = sums_of({("a", "a"): 5, ("a", "b"): 5, ("b", "b"): 10, ("c", "c"): 1})
    before = sums_of({("a", "a"): 9, ("a", "b"): 1, ("b", "b"): 10, ("d", "c"): 1})

    found = {one.name: one.recall_before for one in classes_of(sums, before, ())}

    assert found["a"].value == 0.9
    assert found["a"].low < 0.9 < found["a"].high
    assert found["c"] is None
    assert "d" not in found


def test_nothing_labelled_is_no_class_and_no_confusion():
    assert classes_of(ClassifierSums(predictions=3), None, ()) == ()
    assert confusions_of(ClassifierSums(predictions=3), sums_of({("a", "b"): 1})) == ()


def test_a_confusion_that_grew_comes_before_more_frequent_ones():
    before = sums_of(
        {("cat", "cat"): 450, ("cat", "dog"): 50, ("fox", "fox"): 499, ("fox", "dog"): 1}
    )
    sums = sums_of({("cat", "cat"): 90, ("cat", "dog"): 10, ("fox", "fox"): 92, ("fox", "dog"): 8})

    first, second = confusions_of(sums, before)

    assert (first.true, first.predicted, first.grew) == ("fox", "dog", True)
    assert (first.share, first.share_before) == (0.08, 0.002)
    assert (second.true, second.share_before, second.grew) == ("cat", 0.1, False)


def test_a_confusion_alone_grows_where_fishers_test_says_so():
    """The chance of scipy's test of the whole table stands beside the rate."""
    said = {}
    for count in range(1, 12):
        sums = sums_of({("a", "a"): 60 - count, ("a", "b"): count})
        table = [[count, 60 - count], [5, 295]]
        chance = fisher_exact(table, alternative="greater").pvalue
        found = confusions_of(sums, sums_of({("a", "a"): 295, ("a", "b"): 5}))
        said[count] = (found[0].grew, bool(chance <= GREW_RATE))

    assert {grew for grew, _ in said.values()} == {True, False}
    assert all(grew == expected for grew, expected in said.values())


def test_confusions_that_no_count_could_show_take_no_power_from_the_others():
    few = {(f"rare {number}", "a"): 1 for number in range(300)}
    before = sums_of({("a", "a"): 298, ("a", "b"): 2} | few)
    sums = sums_of({("a", "a"): 91, ("a", "b"): 9} | few)

    assert confusions_of(sums, before)[0].grew


def test_of_a_class_that_was_not_there_before_nothing_is_known():
    found = confusions_of(sums_of({("new", "a"): 50}), sums_of({("a", "a"): 50}))

    assert (found[0].share, found[0].share_before, found[0].grew) == (1.0, None, False)


def test_a_new_confusion_of_a_known_class_was_none_before():
    found = confusions_of(sums_of({("a", "b"): 50}), sums_of({("a", "a"): 50}))

    assert (found[0].share_before, found[0].grew) == (0.0, True)


def test_images_that_are_asked_for_again_are_no_evidence():
    before = sums_of({("a", "a"): 98, ("a", "b"): 2})
    sums = ClassifierSums(predictions=80, confusion={("a", "a"): 60, ("a", "b"): 20}, images=8)

    assert not confusions_of(sums, before)[0].grew
    assert confusions_of(sums_of(dict(sums.confusion)), before)[0].grew


def test_of_thousands_the_list_keeps_those_that_matter():
    classes = [f"{number:02}" for number in range(30)]
    cells = {(one, other): 1 + (one == "07") for one in classes for other in classes}

    found = confusions_of(sums_of(cells), None)

    assert len(found) == MOST_CONFUSIONS
    assert [one.true for one in found[:29]] == ["07"] * 29


def test_confusions_seldom_grow_in_a_model_that_is_as_good_as_before():
    """400 pairs of sets: at most 1 % say so, within the binomial interval of 99.9 %."""
    generator = np.random.default_rng(0)
    shares = np.full((12, 12), 0.3 / 11) + np.eye(12) * (0.7 - 0.3 / 11)
    shares *= (1 / np.arange(1, 13) / (1 / np.arange(1, 13)).sum())[:, None]
    false = sum(
        any(one.grew for one in confusions_of(_drawn(shares, 300, generator), before))
        for before in (_drawn(shares, 1000, generator) for _ in range(400))
    )

    assert false <= binom.ppf(0.9995, 400, GREW_RATE)


def test_a_confusion_that_grows_by_a_tenth_is_nearly_always_seen():
    """100 sets of 500 labels, of which one class in four is taken for another in 12, not 2 %."""
    generator = np.random.default_rng(1)
    usual = np.full((4, 4), 0.02) + np.eye(4) * 0.92
    usual /= usual.sum()
    worse = usual.copy()
    worse[0, 1] += 0.1 * usual[0].sum()
    worse[0, 0] -= 0.1 * usual[0].sum()
    seen = 0
    for _ in range(100):
        found = confusions_of(_drawn(worse, 500, generator), _drawn(usual, 2000, generator))
        seen += any(one.grew and (one.true, one.predicted) == ("00", "01") for one in found)

    assert seen >= binom.ppf(0.0005, 100, 0.9)


def _drawn(shares, count, generator):
    counts = generator.multinomial(count, shares.ravel())
    width = len(shares)
    return sums_of(
        {
            (f"{cell // width:02}", f"{cell % width:02}"): int(counts[cell])
            for cell in np.flatnonzero(counts).tolist()
        }
    )
