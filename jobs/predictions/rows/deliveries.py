"""Rows that a log holds more than once because its delivery promises "at least once".

Two rows are one delivered twice if they are equal in every column, and either an id names the
request or the times are exact to more than a minute. Beside an id, or where a time is exact to
fractions of a second, columns that the delivery itself writes (`DELIVERY_COLUMNS`) may differ. A
time may be written in another way. Equal rows stay where they may be two: in a log with several
rows an image, such as a detector's boxes, only whole requests that come again count as delivered
again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.predictions.log_columns import NeededColumns
from jobs.predictions.rows.order import row_contents
from jobs.times.timestamp_parts import Flags, Integers, Texts, as_flags

# What queues and collectors add to a row, in lower case and without anything but letters.
DELIVERY_COLUMNS = frozenset(
    {
        "insertid", "receivetimestamp", "receivetime", "receivedat", "ingestedat", "ingesttime",
        "ingestiontime", "ingestiontimestamp", "deliveryattempt", "publishtime", "messageid",
        "offset", "kafkaoffset", "sequencenumber", "arrivaltime", "arrivaltimestamp",
        "approximatearrivaltimestamp", "loadedat", "loadtime",
    }
)  # fmt: skip
_MINUTE_US = 60_000_000
_SECOND_US = 1_000_000
# So many images of several rows each make a log of boxes.
_SHARE_OF_BOXES = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What the equal rows of a window turned out to be.

    Attributes
    ----------
    places
        The rows to keep, as positions; one that stands for several rows comes several times.
    delivered_again
        How many rows were left out as delivered again.
    """

    places: Integers
    delivered_again: int = 0


def equal_rows(moments: Integers, table: Texts, needed: NeededColumns) -> Integers:
    """Return for each row the first one that may be the same row.

    Parameters
    ----------
    moments, table
        Rows sorted by `row_order.content_order`, so that equal ones follow each other.
    """
    lasting = _lasting_columns(table.column_names, needed)
    if len(lasting) == table.num_columns and _times_look_alike(moments, table, needed):
        return _first_of_runs(moments, table, needed)
    first: Integers = np.arange(len(moments), dtype=np.int64)
    tied = tied_rows(moments)
    if not len(tied):
        return first
    others = [name for name in table.column_names if name != needed.named.timestamp]
    alike = [name for name in lasting if name != needed.named.timestamp]
    codes = _codes(moments[tied], table.take(pa.array(tied)), alike, others, needed.named.id)
    _, earliest, back = np.unique(codes, return_index=True, return_inverse=True)
    first[tied] = tied[earliest[back]]
    return first


def _times_look_alike(moments: Integers, table: Texts, needed: NeededColumns) -> bool:
    """Tell whether equal times that follow each other are written in the same way."""
    if needed.named.timestamp not in table.column_names:
        return True
    follows = np.flatnonzero(moments[1:] == moments[:-1]) + 1
    return bool(_are_equal(table[needed.named.timestamp], follows - 1, follows).all())


def _first_of_runs(moments: Integers, table: Texts, needed: NeededColumns) -> Integers:
    """Return for each row the first of those around it that are equal in every column."""
    follows = np.flatnonzero(moments[1:] == moments[:-1]) + 1
    # What tells rows apart comes first: then few are left to be compared.
    telling = {needed.named.id, *needed.extra, needed.named.confidence}
    for name in sorted(table.column_names, key=lambda column: (column not in telling, column)):
        if len(follows):
            column = table[name]
            follows = follows[_are_equal(column, follows - 1, follows)]
    starts = np.arange(len(moments), dtype=np.int64)
    starts[follows] = 0
    first: Integers = np.maximum.accumulate(starts)
    return first


def _are_equal(column: Texts, rows: Integers, others: Integers) -> Flags:
    one, other = column.take(pa.array(rows)), column.take(pa.array(others))
    same = pc.fill_null(pc.equal(one, other), False)
    absent = pc.and_(pc.is_null(one), pc.is_null(other))
    return as_flags(pc.or_(same, absent))


def tied_rows(moments: Integers) -> Integers:
    """Return the places of rows that share their time with another; rows are sorted by time."""
    repeated = np.flatnonzero(moments[1:] == moments[:-1])
    return np.union1d(repeated, repeated + 1) if len(repeated) else repeated


def settle_deliveries(
    moments: Integers, table: Texts, copies: Integers, needed: NeededColumns
) -> Deliveries:
    """Return which rows a window keeps.

    Parameters
    ----------
    moments, table
        Different rows, sorted by time.
    copies
        How many rows of the log each stands for.
    """
    everything = Deliveries(places=np.repeat(np.arange(len(moments)), copies))
    several = np.flatnonzero(copies > 1)
    if not len(several):
        return everything
    identified = has_value(table, needed.named.id)
    exact = bool((moments % _MINUTE_US).any())
    groups, sizes = _requests(moments, table, needed)
    of_boxes = int((sizes > 1).sum()) > _SHARE_OF_BOXES * len(sizes)
    group_copies = _common_copies(groups, copies, len(sizes))
    whole = np.where(sizes[groups] > 1, group_copies[groups] == copies, not of_boxes)
    once = (copies > 1) & (identified | exact) & (whole | _ids_are_of_rows(table, needed))
    kept = np.where(once, 1, copies)
    return Deliveries(
        places=np.repeat(np.arange(len(moments)), kept),
        delivered_again=int((copies - kept).sum()),
    )


def has_value(table: Texts, column: str | None) -> Flags:
    """Tell which rows have a value in a column, which may not be there."""
    if column is None or column not in table.column_names:
        return np.zeros(table.num_rows, np.bool_)
    return as_flags(pc.is_valid(table[column]))


def _ids_are_of_rows(table: Texts, needed: NeededColumns) -> bool:
    """Tell whether different rows have different ids, so that equal ones are one row."""
    column = needed.named.id
    if not has_value(table, column).all():
        return False
    return bool(pc.count_distinct(table[column]).as_py() == table.num_rows)


def _lasting_columns(names: Sequence[str], needed: NeededColumns) -> list[str]:
    """Return the columns in which a row that comes again has to be the same."""
    named = {value for _, value in needed.named if isinstance(value, str)}
    own = {*named, *needed.extra, *needed.segments}
    return [name for name in names if name in own or not is_of_delivery(name)]


def _codes(
    moments: Integers,
    table: Texts,
    identified_by: Sequence[str],
    others_by: Sequence[str],
    identity: str | None,
) -> Integers:
    """Return a number per row; rows of one number may be one row.

    Parameters
    ----------
    identified_by, others_by
        The columns in which rows with an id or an exact time, and all others, have to be equal.
    """
    is_exact = moments % _SECOND_US != 0
    contents = pc.if_else(
        pa.array(has_value(table, identity) | is_exact),
        row_contents(table.select(list(identified_by))),
        row_contents(table.select(list(others_by))),
    )
    return _numbers([pa.array(moments), contents])


def is_of_delivery(column: str) -> bool:
    """Tell whether a column is written by what delivers the rows."""
    last = column.rpartition(".")[2]
    return "".join(filter(str.isalpha, last)).lower() in DELIVERY_COLUMNS


def _requests(moments: Integers, table: Texts, needed: NeededColumns) -> tuple[Integers, Integers]:
    """Return the request of each row, as a number, and how many different rows each has."""
    groups: Integers = np.arange(len(moments), dtype=np.int64)
    tied = tied_rows(moments)
    if len(tied):
        part = table.take(pa.array(tied))
        images = [part[name] for name in needed.extra if name in part.column_names]
        codes = _numbers([pa.array(moments[tied]), *images])
        _, earliest, back = np.unique(codes, return_index=True, return_inverse=True)
        groups[tied] = tied[earliest[back]]
    _, numbers, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    return numbers.astype(np.int64), sizes.astype(np.int64)


def _common_copies(groups: Integers, copies: Integers, count: int) -> Integers:
    """Return how often each request came, 0 where its rows came differently often."""
    least = np.full(count, np.iinfo(np.int64).max)
    most = np.zeros(count, np.int64)
    np.minimum.at(least, groups, copies)
    np.maximum.at(most, groups, copies)
    return np.where(least == most, least, 0)


def _numbers(columns: Sequence[Texts]) -> Integers:
    """Return a number per row; rows of one number are equal in all columns."""
    numbers: Integers = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = whole.dictionary_encode()
        codes = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy()
        pairs = numbers * (len(encoded.dictionary) + 1) + codes
        numbers = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
    return numbers
