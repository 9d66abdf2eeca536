"""What a cell of a column of numbers means, by its text alone."""

import numpy as np
import pyarrow as pa
import pytest

from jobs.predictions.values.numbers import NumberForm, read_numbers


def read(text: str, *, is_share: bool = True) -> tuple[float, NumberForm]:
    numbers = read_numbers(pa.array([text]), is_share=is_share)
    form = NumberForm(int(numbers.forms[0]))
    assert bool(numbers.readable[0]) == bool(np.isfinite(numbers.values[0]))
    return float(numbers.values[0]), form


@pytest.mark.parametrize(
    ("text", "value", "form"),
    [
        ("0.958", 0.958, NumberForm.PLAIN),
        (" +1 ", 1.0, NumberForm.PLAIN),
        ("1e-3", 0.001, NumberForm.PLAIN),
        ("95.8%", 0.958, NumberForm.PER_CENT),
        ("95,8 %", 0.958, NumberForm.PER_CENT),
        ("95.8\u00a0%", 0.958, NumberForm.PER_CENT),
        ("0,958", 0.958, NumberForm.COMMA),
        ("1,000", 1.0, NumberForm.COMMA),
        ("tensor(0.8123, device='cuda:0')", 0.8123, NumberForm.PRINTED),
        ("tensor(0.5, grad_fn=<MaxBackward0>)", 0.5, NumberForm.PRINTED),
        ("tensor([[0.9]], device='cuda:0', dtype=torch.float16)", 0.9, NumberForm.PRINTED),
        ("tensor(1.)", 1.0, NumberForm.PRINTED),
        ("[0.81]", 0.81, NumberForm.PRINTED),
        ("(0.81,)", 0.81, NumberForm.PRINTED),
        ("array(0.81, dtype=float32)", 0.81, NumberForm.PRINTED),
        ("array([0.81], dtype=float32)", 0.81, NumberForm.PRINTED),
        ("np.float32(0.81)", 0.81, NumberForm.PRINTED),
        ("tf.Tensor([0.81], shape=(1,), dtype=float32)", 0.81, NumberForm.PRINTED),
        ("<tf.Tensor: shape=(), dtype=float32, numpy=0.81>", 0.81, NumberForm.PRINTED),
        ("Decimal('0.81')", 0.81, NumberForm.PRINTED),
    ],
)
def test_a_share_is_read_in_every_form_that_is_certain(text, value, form):
    assert read(text) == (pytest.approx(value, abs=1e-12), form)


@pytest.mark.parametrize(
    "text",
    ["high", "inf", "1e999", "%", "[]", "[0.1, 0.9]", "(0.9", "0.9]", "Error(404)", "1.234,5"],
)
def test_whatever_is_not_surely_one_number_is_lost(text):
    value, form = read(text)
    assert np.isnan(value)
    assert form is NumberForm.NONE


@pytest.mark.parametrize("text", ["", "nan", "None", "-"])
def test_a_missing_value_is_not_lost(text):
    assert read_numbers(pa.array([text, None])).readable.all()


def test_a_number_that_is_no_share_has_no_per_cent_and_may_have_thousands():
    for text in ("95%", "1,000"):
        assert np.isnan(read(text, is_share=False)[0])
    assert read("12,5", is_share=False)[0] == 12.5
    assert read("0,958", is_share=False)[0] == 0.958
