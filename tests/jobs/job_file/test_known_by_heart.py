"""Whether a model may have been trained on the images of its job's reference."""

import pytest

from jobs.job_file.job import Job

STRETCH = {"window": {"start": "2025-03-01", "end": "2025-03-08"}}
IMAGES = {"images": "reference/"}


@pytest.mark.parametrize(
    ("reference", "said", "known"),
    [
        (IMAGES, None, True),
        (IMAGES, False, False),
        (IMAGES, True, True),
        (STRETCH, None, False),
        (STRETCH, True, True),
    ],
)
def test_images_are_taken_for_those_of_the_training_and_traffic_is_not(reference, said, known):
    job = Job.model_validate(
        {
            "name": "dogs",
            "bucket": {"url": "bucket"},
            "predictions": {"path": "log.csv"},
            "images": {"path": "{image}"},
            "window": {"last": "1d"},
            "reference": reference,
            "model": {"path": "dogs.onnx", "trained_on_reference": said},
        }
    )

    assert job.model_knows_reference is known
