"""What is said of a whole run: the verdict, its sentence, and the content of the report."""
