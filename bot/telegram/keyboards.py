"""Inline keyboards and what their buttons say back (64 bytes at most)."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answering.answer import Answer, Part
from knowledge.generation import Generation

EXAMPLE, THEME, THEMES, FICHE, MORE = "e", "t", "ts", "f", "m"
VET_REPLIED, CHECK_ASK, CHECK_REPLY, CHECK_STAGES, CHECK_STAGE, CHECK_SUMMARY = "v", "ca", "cr", "cs", "cg", "cm"
MODEL, AGREE, DECLINE = "lm", "y", "n"
MODEL_LABELS = ("D'accord", "Non, sans modèle", "Ne plus l'utiliser")
OFFER_ACTIONS = frozenset({VET_REPLIED, CHECK_ASK, CHECK_REPLY, CHECK_STAGES, CHECK_STAGE, CHECK_SUMMARY})
VET_LABEL = "Vérifier cette offre"
ASK_LABEL = "Répondre à quelques questions"
STAGES_LABEL = "Que faire maintenant ?"
SUMMARY_LABEL = "Résumé à transmettre"
SKIP_LABEL = "Passer les questions"
REPLY_LABELS = (("oui", "Oui"), ("non", "Non"), ("ne_sais_pas", "Je ne sais pas"))
LABEL_MAX = 60
MORE_LABEL = "Plus de détails"
BACK_LABEL = "Tous les thèmes"


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
    """« Plus de détails » for the parts that hold more, and the nearest subject of an abstention."""
    rows = []
    for part in answer.parts:
        if part.fiche and part.has_more:
            label = MORE_LABEL if len(answer.parts) == 1 else f"{MORE_LABEL} : {part.nearest_question}"
            rows.append([_button(label, _more(part, answer, generation))])
        elif part.fiche and part.nearest_question and not part.sentences:
            rows.append([_button(part.nearest_question, f"{FICHE}:{part.fiche}")])
    return InlineKeyboardMarkup(rows) if rows else None


def shown_facts(generation: Generation, fiche_id: str, mask: str) -> frozenset[str]:
    """The facts a « Plus de détails » button says were already shown. Raises ``ValueError``."""
    bits = int(mask, 16)
    return frozenset(fact.id for index, fact in enumerate(generation.fiches[fiche_id].facts) if bits >> index & 1)


def vet_this() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(VET_LABEL, f"{VET_REPLIED}:")]])


def under_verdict(token: str, has_questions: bool) -> InlineKeyboardMarkup:
    rows = [[_button(STAGES_LABEL, f"{CHECK_STAGES}:{token}")], [_button(SUMMARY_LABEL, f"{CHECK_SUMMARY}:{token}")]]
    if has_questions:
        rows.insert(0, [_button(ASK_LABEL, f"{CHECK_ASK}:{token}")])
    return InlineKeyboardMarkup(rows)


def replies(token: str, signal: str) -> InlineKeyboardMarkup:
    row = [_button(label, f"{CHECK_REPLY}:{token}:{signal}:{reply}") for reply, label in REPLY_LABELS]
    return InlineKeyboardMarkup([row, [_button(SKIP_LABEL, f"{CHECK_STAGES}:{token}")]])


def stages(token: str, labels: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(label, f"{CHECK_STAGE}:{token}:{stage}")] for stage, label in labels])


def after_steps(token: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[_button(SUMMARY_LABEL, f"{CHECK_SUMMARY}:{token}")]])


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
