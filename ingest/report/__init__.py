"""The state of the base at a glance: a page that stands alone, and a few lines for the terminal."""
