"""Which part of the traffic an observation belongs to."""
