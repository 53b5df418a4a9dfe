"""Inline keyboards and what their buttons say back (64 bytes at most)."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.answer import Answer, AskBack, Part, Status
from bot.storage.opinions import REASONS, Rating
from bot.telegram.completion import mark
from bot.telegram.receipt import RATED, pack
from knowledge.generation import Generation

EXAMPLE, THEME, THEMES, FICHE, MORE, AGAIN = "e", "t", "ts", "f", "m", "r"
VET_REPLIED, CHECK_ASK, CHECK_REPLY, CHECK_STAGES, CHECK_STAGE, CHECK_SUMMARY = "v", "ca", "cr", "cs", "cg", "cm"
SHARE, SHARE_YES, SHARE_NO = "ch", "cy", "cn"
MODEL, AGREE, DECLINE = "lm", "y", "n"
MODEL_LABELS = ("D'accord", "Non, sans modèle", "Ne plus l'utiliser")
OFFER_ACTIONS = frozenset(
    {VET_REPLIED, CHECK_ASK, CHECK_REPLY, CHECK_STAGES, CHECK_STAGE, CHECK_SUMMARY, SHARE, SHARE_YES, SHARE_NO}
)
RATE, HAND_OVER, DECIDE = "o", "g", "gd"
OPINION_ACTIONS = frozenset({RATE, HAND_OVER, DECIDE})
ERASE = "x"
COMPLETE = "k"
YES, NO = "oui", "non"
RATINGS = {
    "u": Rating.USEFUL,
    "i": Rating.USELESS,
    "m": Rating.INCOMPLETE,
    "f": Rating.WRONG,
    "c": Rating.UNCLEAR,
    "q": Rating.BESIDE,
}
# Words beside the emoji: a screen reader says them, and they mean something without it.
RATING_LABELS = {
    Rating.USEFUL: "👍 Utile",
    Rating.USELESS: "👎 Pas utile",
    Rating.INCOMPLETE: "Incomplet",
    Rating.WRONG: "Faux",
    Rating.UNCLEAR: "Pas clair",
    Rating.BESIDE: "Pas ma question",
}
HAND_OVER_LABEL = "Transmettre ma question (anonymisée)"
HAND_OVER_LABELS = ((YES, "Oui, transmettre ce texte"), (NO, "Non, ne rien envoyer"))
ERASE_LABELS = ((YES, "Oui, tout effacer"), (NO, "Non, ne rien effacer"))
VET_LABEL = "Vérifier cette offre"
ASK_LABEL = "Répondre à quelques questions"
STAGES_LABEL = "Que faire maintenant ?"
SUMMARY_LABEL = "Résumé à transmettre"
SHARE_LABEL = "Partager ce message (anonymisé)"
SHARE_LABELS = ("Oui, partager ce texte", "Non, ne rien partager")
SKIP_LABEL = "Passer les questions"
REPLY_LABELS = (("oui", "Oui"), ("non", "Non"), ("ne_sais_pas", "Je ne sais pas"))
START_VERIFY, START_THEME, START_CRISIS = "verifier", "theme-", "detresse"
"""Deep links: ``t.me/<bot>?start=verifier``, ``?start=theme-<theme>``, ``?start=detresse``; any other welcomes."""
START_ASK = "question"
VERIFY_LABEL = "Vérifier une offre reçue"
LABEL_MAX = 60
MORE_LABEL = "Plus de détails"
BACK_LABEL = "Tous les thèmes"
AGAIN_LABEL = "Me répondre"


def examples(messages: dict[str, list[str]]) -> InlineKeyboardMarkup:
    rows = [[_button(text, f"{EXAMPLE}:{index}")] for index, text in enumerate(messages["welcome_examples"])]
    return InlineKeyboardMarkup([*rows, [_button(BACK_LABEL, THEMES)]])


def themes(generation: Generation) -> InlineKeyboardMarkup:
    used = {fiche.theme for fiche in generation.fiches.values()}
    return InlineKeyboardMarkup(
        [[_button(theme.title, f"{THEME}:{theme.id}")] for theme in generation.themes.values() if theme.id in used]
    )


def fiches(generation: Generation, theme: str) -> InlineKeyboardMarkup:
    rows = [[_button(f.question, f"{FICHE}:{f.id}")] for f in generation.fiches.values() if f.theme == theme]
    return InlineKeyboardMarkup([*rows, [_button(BACK_LABEL, THEMES)]])


def under(answer: Answer, generation: Generation) -> InlineKeyboardMarkup | None:
    """« Plus de détails » for the parts that hold more, the nearest subject of an abstention, a way to hand the
    question over, and an opinion. Nothing under distress."""
    rows = []
    for part in answer.parts:
        if part.fiche and part.has_more:
            label = MORE_LABEL if len(answer.parts) == 1 else f"{MORE_LABEL} : {part.nearest_question}"
            rows.append([_button(label, _more(part, answer, generation))])
        elif part.fiche and part.nearest_question and not part.sentences:
            rows.append([_button(part.nearest_question, f"{FICHE}:{part.fiche}")])
    if can_be_handed_over(answer):
        rows.append([_button(HAND_OVER_LABEL, f"{HAND_OVER}:")])
    if answer.status in RATED:
        rows.append(_ratings(pack(answer, generation), (Rating.USEFUL, Rating.USELESS)))
    return InlineKeyboardMarkup(rows) if rows else None


def shown_facts(generation: Generation, fiche_id: str, mask: str) -> frozenset[str]:
    """The facts a « Plus de détails » button says were already shown. Raises ``ValueError``."""
    bits = int(mask, 16)
    return frozenset(fact.id for index, fact in enumerate(generation.fiches[fiche_id].facts) if bits >> index & 1)


def can_be_handed_over(answer: Answer) -> bool:
    return any(part.status is Status.ABSTAINED for part in answer.parts)


def for_minors(generation: Generation, fiche: str) -> InlineKeyboardMarkup | None:
    """The fiche that the first words to a minor are taken from."""
    if fiche not in generation.fiches:
        return None
    return InlineKeyboardMarkup([[_button(generation.fiches[fiche].question, f"{FICHE}:{fiche}")]])


def after_rating(markup: InlineKeyboardMarkup | None, receipt: str, asks_why: bool) -> InlineKeyboardMarkup | None:
    """The buttons of an answer once it is rated: the reasons take the place of the opinion, or nothing does."""
    rows = [list(row) for row in (markup.inline_keyboard if markup else ()) if not _is_rating(row[0])]
    if asks_why:
        rows += [_ratings(receipt, REASONS[:2]), _ratings(receipt, REASONS[2:])]
    return InlineKeyboardMarkup(rows) if rows else None


def options(ask: AskBack, question: str) -> InlineKeyboardMarkup:
    """One button for each reply to what is asked back after ``question``."""
    return InlineKeyboardMarkup(
        [[_button(label, f"{COMPLETE}:{mark(question, ask.says[label])}")] for label in ask.options]
    )


def hand_over_or_not() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(label, f"{DECIDE}:{reply}")] for reply, label in HAND_OVER_LABELS])


def erase_or_not() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(label, f"{ERASE}:{reply}")] for reply, label in ERASE_LABELS])


def _ratings(receipt: str, ratings: Sequence[Rating]) -> list[InlineKeyboardButton]:
    codes = {rating: code for code, rating in RATINGS.items()}
    return [_button(RATING_LABELS[rating], f"{RATE}:{codes[rating]}:{receipt}") for rating in ratings]


def _is_rating(button: InlineKeyboardButton) -> bool:
    return isinstance(button.callback_data, str) and button.callback_data.startswith(f"{RATE}:")


def under_card(username: str) -> InlineKeyboardMarkup:
    """A card is read where the bot may be unknown: the button opens it."""
    link = f"https://t.me/{username}?start={START_VERIFY}"
    return InlineKeyboardMarkup([[InlineKeyboardButton(VERIFY_LABEL, url=link)]])


def vet_this() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(VET_LABEL, f"{VET_REPLIED}:")]])


def ask_again() -> InlineKeyboardMarkup:
    """Under a message that answers the question: the button finds it there."""
    return InlineKeyboardMarkup([[_button(AGAIN_LABEL, f"{AGAIN}:")]])


def under_verdict(token: str, has_questions: bool, can_share: bool) -> InlineKeyboardMarkup:
    rows = [[_button(STAGES_LABEL, f"{CHECK_STAGES}:{token}")], *_to_hand_on(token, can_share)]
    if has_questions:
        rows.insert(0, [_button(ASK_LABEL, f"{CHECK_ASK}:{token}")])
    return InlineKeyboardMarkup(rows)


def replies(token: str, signal: str) -> InlineKeyboardMarkup:
    row = [_button(label, f"{CHECK_REPLY}:{token}:{signal}:{reply}") for reply, label in REPLY_LABELS]
    return InlineKeyboardMarkup([row, [_button(SKIP_LABEL, f"{CHECK_STAGES}:{token}")]])


def is_question(markup: InlineKeyboardMarkup | None) -> bool:
    """Whether these are the buttons of a question of the checklist."""
    buttons = [button for row in (markup.inline_keyboard if markup else ()) for button in row]
    return any(str(button.callback_data).startswith(f"{CHECK_REPLY}:") for button in buttons)


def stages(token: str, labels: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(label, f"{CHECK_STAGE}:{token}:{stage}")] for stage, label in labels])


def after_steps(token: str, can_share: bool) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(_to_hand_on(token, can_share))


def share_or_not(token: str, seal: str) -> InlineKeyboardMarkup:
    """``seal``: of what is shown, so that a « oui » is to that and to nothing else."""
    yes, no = SHARE_LABELS
    return InlineKeyboardMarkup([[_button(yes, f"{SHARE_YES}:{token}:{seal}")], [_button(no, f"{SHARE_NO}:{token}")]])


def _to_hand_on(token: str, can_share: bool) -> list[list[InlineKeyboardButton]]:
    rows = [[_button(SUMMARY_LABEL, f"{CHECK_SUMMARY}:{token}")]]
    return [*rows, [_button(SHARE_LABEL, f"{SHARE}:{token}")]] if can_share else rows


def model_agree() -> InlineKeyboardMarkup:
    yes, no, _ = MODEL_LABELS
    return InlineKeyboardMarkup([[_button(yes, f"{MODEL}:{AGREE}"), _button(no, f"{MODEL}:{DECLINE}")]])


def model_take_back() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(MODEL_LABELS[2], f"{MODEL}:{DECLINE}")]])


def _more(part: Part, answer: Answer, generation: Generation) -> str:
    shown = {citation.fact_id for citation in answer.citations}
    facts = generation.fiches[part.fiche or ""].facts
    mask = sum(1 << index for index, fact in enumerate(facts) if fact.id in shown)
    return f"{MORE}:{part.fiche}:{mask:x}"


def _button(label: str, data: str) -> InlineKeyboardButton:
    if len(label) > LABEL_MAX:
        label = label[: LABEL_MAX - 1].rstrip() + "…"
    return InlineKeyboardButton(label, callback_data=data)
