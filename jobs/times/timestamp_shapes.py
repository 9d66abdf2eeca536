"""The written forms of a moment that a log may use, as RE2 patterns with named groups.

The named groups are the parts of a moment: ``year``, ``month`` (digits) or ``monthname``,
``day``, or ``first`` and ``second_part`` where day and month cannot be told apart by shape;
``hour``, ``minute``, ``second``, ``fraction``, ``half`` (am, pm), ``zone``, and ``zone_again``
behind it. A shape of mails also has ``mail``.
"""

from __future__ import annotations

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_YEAR = r"(?P<year>\d{4})"
_MONTH = r"(?P<month>\d{1,2})"
_DAY = r"(?P<day>\d{1,2})"
_MONTHNAME = (
    r"(?P<monthname>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))\.?"
)
_WEEKDAY = r"(?i:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?"
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm](?:\.|\b))?"
)
_OFFSET = r"[+-]\d{2}(?::?\d{2})?"
_NUMERIC_ZONE = rf"(?:\s*(?P<zone>[Zz]|(?i:utc|gmt)|{_OFFSET})(?:\[[A-Za-z0-9_+/-]+\])?)?"
# timestamp_zones decides what a zone means, and whether it means anything.
_ZONE = (
    rf"(?:\s*\(?(?P<zone>[Zz]|{_OFFSET}|(?i:utc?|gmt)[+-]\d{{1,2}}(?::?\d{{2}})?|[A-Za-z]{{2,5}}|"
    r"[A-Za-z_]+/[A-Za-z0-9_+/-]+)\)?(?:\[[A-Za-z0-9_+/-]+\])?(?:\s*\([^)]*\))?"
    r"(?:\s+(?P<zone_again>[A-Za-z]{2,5}))?)?"
)
_TIME = rf"(?:(?:[Tt_]|,?\s+){_CLOCK}{_ZONE})?"
_NAMED_TIME = rf"(?:(?:,?\s+(?:at\s+)?|[Tt]){_CLOCK}{_ZONE})?"

# Exactly the texts that pyarrow's own, quick conversion reads: most rows of most logs.
PLAIN_LOCAL = r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?)?$"
PLAIN_ZONED = (
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}(?::\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)$"
)

# Ten digits count seconds from September 2001 until 2286; milliseconds, microseconds and
# nanoseconds of the same time have three, six and nine more.
EPOCH = r"^(?:\d{10}|\d{13}|\d{16}|\d{19})(?:\.\d*)?$"

SHAPES = (
    # 2025-03-04T10:00:00.123456789+01:00, 2025-03-04 10:00, 2025-03-04, 2025-03-04T10Z
    rf"^{_YEAR}-{_MONTH}-{_DAY}{_TIME}$",
    rf"^{_YEAR}-{_MONTH}-{_DAY}[Tt ](?P<hour>\d{{2}}){_NUMERIC_ZONE}$",
    # 20250304T100000Z, 20250304100000, 202503041000, 20250304
    (
        r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:[Tt _-]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})"
        rf"(?:[.,](?P<fraction>\d+))?)?{_ZONE})?$"
    ),
    # 2025-03-04T100000+0100
    (
        rf"^{_YEAR}-{_MONTH}-{_DAY}[Tt_ ](?P<hour>\d{{2}})(?P<minute>\d{{2}})"
        rf"(?P<second>\d{{2}})?{_ZONE}$"
    ),
    # 2025/03/04 10:00:00, 2025.03.04
    rf"^{_YEAR}[/.]{_MONTH}[/.]{_DAY}{_TIME}$",
    # 04.03.2025 10:00:00: with dots the day always comes first
    rf"^{_DAY}\.{_MONTH}\.{_YEAR}{_TIME}$",
    # 03/04/2025 10:00, 03-04-2025: which of the two is the day depends on the country
    rf"^(?P<first>\d{{1,2}})/(?P<second_part>\d{{1,2}})/{_YEAR}{_TIME}$",
    rf"^(?P<first>\d{{1,2}})-(?P<second_part>\d{{1,2}})-{_YEAR}{_TIME}$",
    # Tue, 04 Mar 2025 10:00:00 CST: mails and HTTP, where RFC 2822 gives more names a meaning
    rf"^{_WEEKDAY}(?P<mail>,)\s+{_DAY}\s+{_MONTHNAME}\s+{_YEAR}\s+{_CLOCK}{_ZONE}$",
    # Tue, 04 Mar 2025 10:00:00 GMT; 4 March 2025; 04-Mar-2025 10:00
    rf"^(?:{_WEEKDAY},?\s+)?{_DAY}(?:\s+|-){_MONTHNAME}(?:,?\s+|-){_YEAR}{_NAMED_TIME}$",
    # Tuesday, 04-Mar-25 10:00:00 GMT (the older form of RFC 9110)
    rf"^{_WEEKDAY},\s+{_DAY}-{_MONTHNAME}-(?P<year>\d{{2}}){_NAMED_TIME}$",
    # Mar 4, 2025 10:00 AM; Tuesday, March 4, 2025
    rf"^(?:{_WEEKDAY},?\s+)?{_MONTHNAME}\s+{_DAY}(?:,\s*|\s+){_YEAR}{_NAMED_TIME}$",
    # Tue Mar  4 10:00:00 UTC 2025 (asctime and date)
    rf"^{_WEEKDAY}\s+{_MONTHNAME}\s+{_DAY}\s+{_CLOCK}{_ZONE}\s+{_YEAR}$",
    # [04/Mar/2025:10:00:00 +0100] (Apache)
    rf"^\[?{_DAY}/{_MONTHNAME}/{_YEAR}[: ]{_CLOCK}{_NUMERIC_ZONE}\]?$",
)
