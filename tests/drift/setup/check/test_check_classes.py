"""What check says about classes that a run cannot compare, or compares under other names."""

import pandas as pd
import pytest

from drift.setup.check.classes import check_classes
from drift.setup.check.result import CheckState
from tests.support.log_window import read_log


def checked(classes: list[str], reference: list[str] | None) -> list:
    times = [f"2025-03-04T10:{row // 60:02d}:{row % 60:02d}Z" for row in range(len(classes))]
    lines = ["timestamp,pred", *(f"{time},{one}" for time, one in zip(times, classes, strict=True))]
    rows = read_log({"log.csv": "\n".join([*lines, ""])}, columns={"prediction": "pred"})
    assert len(rows) == len(classes)
    known = None if reference is None else pd.DataFrame({"prediction": reference}, dtype="str")
    return list(check_classes(rows, known))


@pytest.mark.parametrize(
    ("window", "reference", "said"),
    [
        (
            [f"n{one}" for one in range(60)],
            [f"n{one}" for one in range(30, 90)],
            "too rare to be compared, each: 90 classes in 120 values",
        ),
        (["0"] * 30, ["cat"] * 30, "Other names for the classes?"),
        (["tabby_cat"] * 30 + ["dog"] * 9, ["tabby cat"] * 30 + ["dog"] * 9, "Likely a renaming"),
    ],
)
def test_what_a_run_will_say_of_the_classes_is_said_before(window, reference, said):
    (check,) = checked(window, reference)
    assert check.state is CheckState.LOOK
    assert said in check.found


@pytest.mark.parametrize(
    ("window", "reference"),
    [
        (["2.0"] * 30, ["2"] * 30),
        (["cat"] * 20 + ["dog"] * 10, ["cat"] * 30),
        (["cat"] * 30, None),
        ([""] * 30, ["cat"] * 30),
    ],
)
def test_classes_that_can_be_compared_are_no_matter(window, reference):
    assert checked(window, reference) == []
