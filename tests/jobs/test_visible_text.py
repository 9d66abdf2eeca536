"""Text from outside that neither acts nor hides, wherever it is shown."""

import io
import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.cli.streams import HarmlessText
from drift.program_log.formats import PlainFormatter
from jobs.errors import DriftError, JobFileError
from jobs.visible_text import escaped_json, spelled_out, visible, visible_lines

OPEN = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
CLOSE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
# Names as an attacker makes them: mostly of what terminals, viewers and spreadsheets act on.
ACTING = st.sampled_from(
    (
        *("\x1b[2J", "\x1b]0;t\x07", "\x1b[31m", "\x9b1m", "\r", "\n", "\x08", "\x00", "\u202e"),
        *("\u2066", "\u2028", "\u0085", "\ufeff", "\ud800", "\U000e0041", "=", "a", " ", "ä"),
    )
)
NAMES = st.lists(ACTING | st.characters(), max_size=12).map("".join)


def acts(text: str, kept: str = "\n\t") -> bool:
    return any(
        unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and one not in kept
        for one in text.replace("\u00ad", "").replace("\u200c", "").replace("\u200d", "")
    )


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\x00", "\ud800", "\u2028", "\ufeff"])
def test_characters_that_hide_or_reorder_are_spelled_out(character: str) -> None:
    assert visible(f"a{character}b") == f"a{OPEN}U+{ord(character):04X}{CLOSE}b"


@pytest.mark.parametrize(
    "text", ["Bär", "\u0645\u0631\u062d\u0628\u0627", "\U0001f9d1\u200d\U0001f33e", "a b"]
)
def test_names_in_any_script_stay_as_they_are(text: str) -> None:
    assert visible(text) == visible_lines(text) == text


def test_styles_stay_where_a_terminal_is_written_to_and_nothing_else_does() -> None:
    text = "\x1b[1;31mdrift\x1b[0m\n\x1b[2Jgone\x1b]0;title\x07"
    shown = visible_lines(text, styled=True)
    assert shown.startswith(f"\x1b[1;31mdrift\x1b[0m\n{OPEN}U+001B{CLOSE}[2Jgone")
    assert shown.count("\x1b") == 2
    assert "\x1b" not in visible_lines(text)


@settings(max_examples=2_500)
@given(NAMES)
def test_no_name_acts_in_a_log_line_an_error_or_on_stdout(name: str) -> None:
    record = logging.LogRecord("drift", logging.WARNING, "f", 1, "label %s", (name,), None)
    line = PlainFormatter().format(record)
    assert not acts(line, kept="")
    assert not acts(DriftError(f"there is no column {name}").message, kept="")
    fault = JobFileError(name, [f"{name} is unknown", "bad"]).message
    assert not acts(fault)
    assert fault.count("\n") == 1
    printed = io.BytesIO()
    stream = HarmlessText(printed, encoding="utf-8")
    stream.write(f"drift: {name}\n")
    stream.flush()
    assert not acts(printed.getvalue().decode())


def test_a_message_of_several_lines_begins_no_record_of_its_own() -> None:
    forged = "label a\nERROR the disk is full"
    record = logging.LogRecord("drift", logging.INFO, "f", 1, "%s", (forged,), None)
    assert PlainFormatter().format(record) == "INFO label a ERROR the disk is full"


@settings(max_examples=500)
@given(NAMES)
def test_json_means_the_same_and_holds_none_of_these_characters(name: str) -> None:
    escaped = escaped_json(json.dumps({name: name}, ensure_ascii=False))
    assert json.loads(escaped) == {name: name}
    assert not acts(escaped, kept="")
    escaped.encode()


def test_every_hidden_character_is_escaped_in_json_but_the_joiners() -> None:
    # Two halves beside each other would be one character in JSON.
    every = " ".join(map(chr, range(sys.maxunicode + 1)))
    escaped = escaped_json(json.dumps(every, ensure_ascii=False))
    assert not acts(escaped, kept="")
    assert json.loads(escaped) == every


def test_names_that_differ_in_a_line_break_stay_different_once_spelled_out() -> None:
    assert spelled_out("a\nb") == f"a{OPEN}U+000A{CLOSE}b" != spelled_out("a b")
