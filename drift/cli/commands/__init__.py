"""The subcommands of ``drift``: one file each."""
