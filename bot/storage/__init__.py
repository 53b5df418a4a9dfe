"""What the bot remembers: updates not yet answered, and the last turns of each chat."""
