"""``python -m ingest``."""

from ingest.cli import app

if __name__ == "__main__":
    app()
