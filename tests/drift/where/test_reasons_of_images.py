"""Why an image stands out is told by its own numbers."""

from dataclasses import replace

from drift.where.reasons import Reasons, in_words
from tests.support.two_sides import NAMES, pictures, profile_of, window_of


def test_each_image_is_told_its_own_number_where_others_were_lost():
    window = window_of(pictures(9, seed=1))
    analysed = [2, 3, 7]
    features = window.features.iloc[analysed].assign(**{NAMES[0]: [1_000.0, 2_000.0, 3_000.0]})
    some = replace(window, features=features, fingerprints=window.fingerprints[analysed])
    reasons = Reasons(window=some, profile=profile_of(pictures(9, seed=2)))

    told = [in_words(reasons.of(row, {NAMES[0]: 2.0})) for row in analysed]

    numbers = ("1e+03", "2e+03", "3e+03")
    assert [number in words for number, words in zip(numbers, told, strict=True)] == [True] * 3
