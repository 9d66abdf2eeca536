"""Has it moved: comparison, verdict, the pipeline and the program."""
