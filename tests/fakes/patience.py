"""How long a test waits for something that always comes: a busy machine makes no test fail."""

# Seconds. Only what hangs for ever takes as long; nothing that works comes near it.
PATIENCE = 600.0
# Seconds for the inputs of a run in which nothing may end because time is over.
FOREVER = 36_000
