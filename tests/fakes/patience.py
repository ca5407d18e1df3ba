"""How long a test waits for something that always comes: a busy machine makes no test fail."""

# Seconds. Only what hangs for ever takes as long; nothing that works comes near it.
PATIENCE = 1200.0
