"""What makes a site of the files in docs/, and the page of commands from the program."""
