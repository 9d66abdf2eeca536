"""The subcommands, each with the line that ``drift --help`` shows; imported when called."""

from __future__ import annotations

COMMANDS = {
    "run": "Do one run: read, compare, publish.",
    "profile": "Build or show the reference profile.",
    "schedule": "Run the job again and again by its cron expression.",
    "accept": "Mark a past window as normal.",
    "demo": "Make a small world in a folder and run the job on two of its days.",
}
