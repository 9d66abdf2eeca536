"""Images that are new to the model, as a table."""

import json

from drift.notebook.view_tables import novel_table
from reports.json_report.report import report_json
from tests.support import findings as examples
from tests.support.model_view_findings import novel_images, unanswering_model


def test_each_novel_image_has_its_group_and_the_nearest_one() -> None:
    table = novel_table(json.loads(report_json(novel_images())))

    assert table["image"].tolist() == [
        "images/fox 1.jpg",
        "images/fox 2.jpg",
        "images/fox 3.jpg",
        "images/truck.jpg",
    ]
    assert table["group"].tolist() == [1, 1, 1, 2]
    assert table.loc[2, "nearest"] == "reference/dog 2.jpg"
    assert table.loc[3, ["size", "predicted"]].tolist() == [3, "dog"]


def test_a_model_without_classes_leaves_them_empty() -> None:
    table = novel_table(json.loads(report_json(unanswering_model())))

    assert table["predicted_share"].isna().all()
    assert (table["predicted"] == "").all()


def test_without_a_model_and_in_older_reports_the_table_is_empty_with_its_columns() -> None:
    report = json.loads(report_json(examples.drifted()))
    older = {key: value for key, value in report.items() if key != "model_view"}

    for one in (report, older):
        table = novel_table(one)
        assert table.empty
        assert table.dtypes["group"] == "int64"
