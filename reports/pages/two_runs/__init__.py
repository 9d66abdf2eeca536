"""Two runs, or two parts of the traffic, side by side: what the command ``drift compare`` shows."""
