"""The command line: one run as commands start it, what they print, and how the process ends."""
