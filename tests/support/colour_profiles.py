"""ICC profiles made by code: little more than a name and the three colours."""

from __future__ import annotations

import struct

# CIE XYZ of red, green and blue, adapted to D50.
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))


def icc_profile(
    name: str, colours: tuple[tuple[float, float, float], ...] = (), *, version: int = 4
) -> bytes:
    """Return a profile with a description in the way of ICC's version 2 or 4."""
    if version == 2:
        text = name.encode() + b"\0"
        described = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text
    else:
        text = name.encode("utf-16-be")
        described = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(text), 28)
        described += text
    bodies = {b"desc": described}
    for tag, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), colours, strict=False):
        bodies[tag] = b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(65536 * x) for x in xyz))
    header = bytes(16) + b"RGB XYZ " + bytes(104)
    table, content = struct.pack(">I", len(bodies)), b""
    start = 128 + 4 + 12 * len(bodies)
    for tag, body in bodies.items():
        table += struct.pack(">4sII", tag, start + len(content), len(body))
        content += body + bytes(-len(body) % 4)
    return header + table + content
