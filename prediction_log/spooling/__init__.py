"""The local disk between a server and the store: another process sends what a killed one left."""
