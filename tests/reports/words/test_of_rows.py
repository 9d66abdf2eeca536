"""What is said of images, told of rows: sentences are, names and keys are not."""

import pytest

from reports.words.of_rows.findings import told_in_rows
from reports.words.of_rows.sentences import in_rows, page_in_rows
from tests.support import findings as examples
from tests.support.row_findings import drifted_rows


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("The 120 images look like the reference.", "The 120 rows look like the reference."),
        ("An image, and an image.", "A row, and a row."),
        ("Images are darker; 1 image.", "Rows are darker; 1 row."),
        ("40 independent reference pictures show", "40 reference rows show"),
        ("their rows and images are kept", "their rows are kept"),
    ],
)
def test_sentences_speak_of_rows(sentence, told):
    assert in_rows(sentence) == told


@pytest.mark.parametrize(
    "kept",
    ["see images.path", "images/{id}.jpg", "below reference/images/", "[images]", "image_size",
     "scikit-image", '"image"', "`images`", "imagenet"],
)  # fmt: skip
def test_names_keys_and_paths_stay(kept):
    assert in_rows(kept) == kept


def test_a_page_keeps_its_marks_and_its_names():
    page = b'<p class="image" id="images">Two images <bdi>my image</bdi> <code>an image</code></p>'

    assert page_in_rows(page) == (
        b'<p class="image" id="images">Two rows <bdi>my image</bdi> <code>an image</code></p>'
    )


def test_findings_about_images_stay_as_they_are():
    run = examples.drifted()

    assert told_in_rows(run) is run


def test_findings_of_rows_have_no_word_of_images():
    told = told_in_rows(drifted_rows())

    texts = [told.summary, told.headline, *told.warnings, *(one.text for one in told.remarks)]
    assert not [text for text in texts if "image" in text.lower()]
