"""Labels in a bucket of their own, over a real S3 server."""

import json
from datetime import UTC, datetime

from jobs.buckets.registry import open_bucket
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.labels import ReadLabels
from jobs.labels.reading import read_labels

LOG = PredictionSettings(path="log.csv")
SINCE = datetime(2025, 3, 1, tzinfo=UTC)


def test_labels_in_a_bucket_of_a_real_server(s3_server, tmp_path):
    name = s3_server.make_bucket()
    for number in range(70):
        data = json.dumps({"label": "cat" if number % 2 else "dog"}).encode()
        s3_server.put(name, f"export/2025-03-04/req-{number:03}.json", data)
    s3_server.put(name, "export/2025-02-04/req-old.json", b'{"label": "cat"}')
    settings = LabelSettings.model_validate(
        {
            "path": f"s3://{name}/export/**",
            "allowed_prefixes": [f"s3://{name}/export/"],
            "columns": {"id": "{name:stem}"},
        }
    )
    own = open_bucket(str(tmp_path))

    def read():
        return read_labels(own, open_bucket, settings, LOG, since=SINCE, workers=4)

    first = read()
    s3_server.put(name, "export/2025-03-05/req-000.json", b'{"label": "dog"}')
    second = read()

    assert isinstance(first, ReadLabels)
    assert isinstance(second, ReadLabels)
    assert (len(first.by_id), first.passed_over, first.left_out) == (70, 1, {})
    assert first.listing_digest != second.listing_digest
    assert first.digest == second.digest
    assert first.url == f"s3://{name}/export/**"
    assert second.noted == {"given more than once": 1}
