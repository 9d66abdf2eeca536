"""What a text editor is told of the job file, so that it completes and checks one."""
