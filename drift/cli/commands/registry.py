"""The subcommands, each with the line that ``drift --help`` shows; imported when called."""

from __future__ import annotations

COMMANDS = {
    "init": "Look into a bucket and write a job file for it.",
    "check": "Try everything that a run needs, and write nothing.",
    "run": "Do one run: read, compare, publish.",
    "profile": "Build or show the reference profile.",
    "baseline": "Show or rebuild the records of normal days.",
    "schedule": "Run the job again and again by its cron expression.",
    "open": "Show the newest report, or another one, in the browser.",
    "compare": "Show two runs, or two versions of a model, side by side.",
    "history": "Print the past runs as a table.",
    "status": "Print which jobs of a bucket have run when they should have.",
    "accept": "Mark a past window as a new level, normal from then on.",
    "reject": "Mark a past window as not normal, so that it never teaches what is.",
    "schema": "Print the JSON Schema of the job file, by which editors complete it.",
    "completion": "Print the script by which bash, zsh or fish completes drift.",
    "prune": "Delete the reports of old runs, and what nobody needs any more.",
    "notify": "Send a test message to everybody who would be told.",
    "demo": "Make a small world in a folder and run the job on two of its days.",
}
