"""Hostile texts by the hundred through the real commands: nothing that they print or send acts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import hostile_texts as look
from benchmarks.fuzzed_texts import fuzz


@pytest.mark.no_cover
def test_no_text_acts_in_anything_that_the_commands_write(tmp_path: Path) -> None:
    tally = fuzz(300, seed=7, folder=tmp_path)
    assert tally.offences == []
    assert tally.texts == 300
    assert tally.finished_runs == 1
    assert tally.outputs["1:1 CSV"] == 300
    wanted = {"stdout", "plain log", "JSON log", "CSV", "message", "page", "JSON", "workspace"}
    assert wanted <= {kind for kind, number in tally.outputs.items() if number}
    # What quotes no text proves nothing.
    # A message names a segment only where one stands out; its texts are shown one by one.
    shown = {"stdout", "plain log", "1:1 message", "page", "JSON", "workspace"}
    assert shown <= {kind for kind, number in tally.quoted.items() if number}


def test_texts_are_distinct_and_the_same_for_a_seed() -> None:
    texts = look.hostile_texts(2_000, seed=1)
    assert len(set(texts)) == 2_000
    assert texts == look.hostile_texts(2_000, seed=1)
    assert sum(any(look.acting(text)) for text in texts) > 1_000
    assert max(map(len, texts)) > 1_000


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (look.in_lines(b"a\x1b[2Jb"), "U+001B"),
        (look.in_lines("a\u202eb".encode()), "U+202E"),
        (look.in_lines(b"a\xff"), "no UTF-8"),
        (look.in_lines(b"x\nERROR zzq the disk is full\n"), "a forged line"),
        (look.in_json_lines(rb'{"message": "\u202e"}'), "decoded U+202E"),
        (look.in_json_document('["\u2066"]'.encode()), "U+2066"),
        (look.in_json_shown(b'["<zzq>"]'), "markup"),
        (look.in_csv(b"a,=1+1\n"), "a formula"),
        (look.in_message("see zzq.example.com"), "markup"),
        (look.in_message("@everyone"), "markup"),
        (look.in_page(b"<p><zzq></p>"), "a tag"),
    ],
)
def test_what_acts_is_noticed(found: object, what: str) -> None:
    assert [one for one in found if one.startswith(what)]  # type: ignore[attr-defined]
