"""Blocks of whole lines, whatever their lengths and wherever a block ends."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from jobs.predictions.formats.text_blocks import HEAD_BYTES, read_blocks
from jobs.predictions.log_columns import LONGEST_LINE_BYTES

MOST = LONGEST_LINE_BYTES
SIZES = [1 << 16, MOST, MOST + 1, 2 * MOST, 5 * MOST]


def lines_in(path: Path, block_bytes: int) -> list[bytes]:
    """Return all lines of a file in their order, of over-long ones what was kept."""
    found: list[bytes] = []
    for block in read_blocks(path, block_bytes):
        assert not block.data or block.data.endswith(b"\n")
        found += block.data.splitlines()
        if block.overlong is not None:
            found.append(block.overlong)
    return found


@pytest.mark.parametrize("block_bytes", SIZES)
@pytest.mark.parametrize("ends", [b"\n", b""])
@pytest.mark.parametrize("length", [0, 1, MOST - 1, MOST, MOST + 1, MOST + 500, 3 * MOST])
@pytest.mark.parametrize("before", [b"", b"first\n", b"x" * 70_000 + b"\n", b"x" * MOST + b"\n"])
def test_a_line_is_kept_whole_up_to_the_longest_and_cut_to_its_head_beyond(
    tmp_path: Path, block_bytes: int, ends: bytes, length: int, before: bytes
) -> None:
    line = b"2025-03-04," + b"y" * length if length else b""
    path = tmp_path / "log.csv"
    path.write_bytes(before + line + b"\nlast but one\n" + line + ends)
    expected = line if len(line) <= MOST else line[:HEAD_BYTES]
    wanted = [*before.splitlines(), expected, b"last but one", *([expected] if line + ends else [])]
    assert lines_in(path, block_bytes) == wanted


def test_many_endless_lines_in_a_row_are_one_head_each(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [b"%d" % number + b"z" * (number * MOST // 2) for number in range(8)]
    path.write_bytes(b"\n".join(lines))
    expected = [line if len(line) <= MOST else line[:HEAD_BYTES] for line in lines]
    for block_bytes in SIZES:
        assert lines_in(path, block_bytes) == expected


def test_packed_text_is_unpacked_block_by_block(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [b"line %d" % number for number in range(300_000)]
    path.write_bytes(gzip.compress(b"\n".join(lines), 1))
    assert lines_in(path, 1 << 16) == lines


def test_a_file_without_a_byte_has_no_block(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.touch()
    assert list(read_blocks(path)) == []
