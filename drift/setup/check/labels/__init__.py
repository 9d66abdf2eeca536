"""What `drift check` says of labels: how many are there, and how many predictions have one."""
