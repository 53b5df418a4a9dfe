"""Open-data corpora that maintainers bring by package name: one connector a file. Nothing here is needed to answer."""
