"""Question → Answer. ``pipeline`` lists the steps; nothing here knows Telegram, the clock or the network."""
