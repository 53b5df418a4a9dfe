"""What every command line of the project says when it is mistyped: one line, in French. Typer speaks English."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup
from typer.exceptions import TyperException

_SAID = {
    "MissingParameter": "il manque {what}",
    "BadParameter": "valeur refusée pour {what}",
    "NoSuchOption": "option inconnue : {what}",
    "BadOptionUsage": "{what} attend une valeur",
}
"""By the name of Typer's error: most of these classes are private to it."""
_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un morceau de l'adresse n'est pas un dossier",
    errno.EACCES: "accès refusé",
    errno.ENOSPC: "disque plein",
}


class CommandGroup(TyperGroup):
    """The commands of a room: ``typer.Typer(cls=CommandGroup)``."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and end the process: 0, 1 (it failed), 2 (it was mistyped)."""
        run = partial(super().main, args, prog_name, complete_var, False, windows_expand_args, **extra)
        if not standalone_mode:
            return run()
        try:
            code = run()
        except typer.Abort:
            sys.exit("Arrêté.")
        except ValidationError as error:
            if not error.title.endswith("Settings"):
                raise
            sys.exit(_bad_settings(error))
        except TyperException as error:
            print(_in_french(error), file=sys.stderr)
            sys.exit(error.exit_code)
        sys.exit(code if isinstance(code, int) else 0)


def reason(error: OSError) -> str:
    """Why a file cannot be read or written."""
    return _REASONS.get(error.errno or 0) or error.strerror or type(error).__name__


def _bad_settings(error: ValidationError) -> str:
    """Their names without their values: one may be a secret."""
    names = sorted({str(problem["loc"][0]).upper() for problem in error.errors(include_input=False)})
    where = "bot/settings.py et README" if error.title == "Settings" else "ingest/settings.py et knowledge/settings.py"
    return f"Erreur : réglage illisible : {', '.join(names)} (voir {where})"


def _in_french(error: TyperException) -> str:
    kind, context = type(error).__name__, getattr(error, "ctx", None)
    if kind == "NoArgsIsHelpError":
        return error.format_message()
    parameter = getattr(error, "param", None)
    what = parameter.get_error_hint().strip("'") if parameter else getattr(error, "option_name", None)
    if what and kind in _SAID:
        said = _SAID[kind].format(what=what)
    elif kind == "BadParameter":
        said = error.message  # raised by a command of ours
    elif context and isinstance(context.command, TyperGroup):
        said = "commande inconnue"
    else:
        said = "il y a un mot de trop (un texte se met entre guillemets)"
    return f"Erreur : {said}" + (f" ; aide : {context.command_path} --help" if context else "")
