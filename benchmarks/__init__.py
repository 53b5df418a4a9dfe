"""Quality on the golden sets and speed. Never tests: a timing is a measure, printed with its machine."""
