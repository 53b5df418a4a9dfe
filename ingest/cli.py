"""The maintainers' command line."""
import typer
from knowledge import library
app = typer.Typer()

@app.callback()
def main() -> None:
    """ClicDroit."""

@app.command()
def check() -> None:
    try:
        lib = library.load()
    except library.LibraryError as error:
        for p in error.problems:
            print(p)
        raise typer.Exit(1)
    print(len(lib.fiches), "fiches", len(lib.facts), "facts")
