"""The same state in sentences: for the terminal, and above each chart."""

from __future__ import annotations

from datetime import timedelta

from ingest.report.state import HORIZON_DAYS, SETTLED, UNREAD, State
from ingest.screen import percent
from knowledge.model import Confidence, format_date

SOON_DAYS = 30


def headlines(state: State) -> list[tuple[str, str]]:
    """(number, what it counts): what a maintainer must know first."""
    soon = state.today + timedelta(days=SOON_DAYS)
    late = sum(len(deadline.texts) for deadline in state.overdue)
    near = sum(len(item.texts) for item in state.deadlines if state.today <= item.day <= soon)
    # Without the file that the bot writes, a zero would say that nobody complained.
    asked, complained = (
        "—" if state.gaps is None else str(sum(group.count for group in groups))
        for groups in (state.gaps or [], state.complaints)
    )
    return [
        (str(late), "en retard de relecture ou sans valeur à jour"),
        (str(near), f"à relire ou à renouveler dans les {SOON_DAYS} jours"),
        (str(state.confidence[Confidence.TO_VERIFY]), "faits à vérifier (dits comme tels aux travailleurs)"),
        (str(len(state.silent)), "faits tus aujourd'hui (période finie ou montant sans valeur)"),
        (percent(state.right) if state.right else "—", "des questions d'essai reçoivent tous leurs faits"),
        (asked, "questions restées sans réponse, transmises"),
        (complained, "réponses signalées (fausses, pas claires…)"),
    ]


def said(state: State) -> dict[str, str]:
    """One sentence for each chart."""
    month, thinnest = state.busiest, min(state.themes, key=lambda theme: theme.facts, default=None)
    peak = f" Le plus chargé des douze prochains mois : {month.label}, {month.total}." if month and month.total else ""
    served = [(theme.served[0] / theme.served[1], theme) for theme in state.themes if theme.served and theme.served[1]]
    weakest = min(served, key=lambda item: item[0], default=None)
    kind = state.kinds[0] if state.kinds else None
    waiting = sum(count for name, count in state.links.items() if name not in (SETTLED, UNREAD))
    return {
        "expiry": f"Ce qui est à relire ou à renouveler, mois par mois.{peak}",
        "coverage": "Les faits de chaque thème, par confiance."
        + (f" Le plus maigre : {thinnest.title}, {thinnest.facts} faits." if thinnest else ""),
        "served": "La part des questions d'essai qui reçoivent tous leurs faits."
        + (f" Le plus faible : {weakest[1].title}, {percent(weakest[1].served or (0, 0))}." if weakest else ""),
        "kinds": "Les sources par genre."
        + (f" Le plus nombreux : {kind.name}, {kind.sources} sources." if kind else "")
        + f" {percent(state.backed)} des faits en ont une qui fait autorité (loi, site officiel, justice).",
        "links": "Les pages des sources : ce que la dernière relecture a trouvé."
        + (f" {waiting} attendent qu'une personne les revoie." if waiting else ""),
    }


def text(state: State) -> str:
    """A short version for the terminal."""
    manifest = state.manifest
    lines = [
        f"Génération {manifest.id}, le {format_date(state.today)} : {manifest.fiches} fiches, {manifest.facts} faits, "
        f"{manifest.sources} sources.",
        "",
        *(f"{number:>8}  {what}" for number, what in headlines(state)),
    ]
    if state.deadlines:
        lines += ["", f"À faire d'abord (échéances à {HORIZON_DAYS} jours) :"]
        for deadline in state.deadlines[:10]:
            late = " (en retard)" if deadline.day < state.today else ""
            lines.append(
                f"  {deadline.day}  {deadline.label(state.today)}{late} : {deadline.subject} ({deadline.file})"
            )
        if len(state.deadlines) > 10:
            lines.append(f"  … et {len(state.deadlines) - 10} autres échéances (dans la page)")
    if state.gaps:
        lines += ["", "Demandé en vain :"]
        lines += [f"  {group.count:>4}  {group.questions[0]}" for group in state.gaps[:5]]
    if state.complaints:
        lines += ["", "Réponses signalées :"]
        for complaint in state.complaints[:5]:
            kinds = ", ".join(f"{label} {count}" for label, count in complaint.kinds.items())
            lines.append(f"  {complaint.count:>4}  {state.fiches.get(complaint.fiche, 'sans fiche')} ({kinds})")
    if state.links:
        lines += ["", "Liens : " + ", ".join(f"{name} {count}" for name, count in state.links.items())]
    return "\n".join([*lines, "", *(said(state)[name] for name in ("expiry", "coverage", "kinds"))])
