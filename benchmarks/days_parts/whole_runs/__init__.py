"""Ten days of a simulated world as a real bucket, judged by the command and by the benchmark."""
