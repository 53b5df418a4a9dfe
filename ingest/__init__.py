"""How knowledge gets in: the maintainers' commands."""
