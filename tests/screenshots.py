"""Draws screenshots of invented conversations, and measures how well they are read.

``python -m tests.screenshots`` reads them all and prints the words read right, the words too many and the
seconds per image; ``--save FOLDER`` keeps the images. ``SCREENSHOT_FONT=file.ttf`` draws with another font.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.vetting.reading import ReadingLimits, Unreadable, read_image
from knowledge.text import fold

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Theme:
    wall: Colour
    bar: Colour
    theirs: Colour
    mine: Colour
    ink: Colour
    faint: Colour


LIGHT = Theme((239, 231, 222), (255, 255, 255), (255, 255, 255), (217, 253, 211), (17, 27, 33), (102, 119, 129))
DARK = Theme((11, 20, 26), (31, 44, 52), (31, 44, 52), (0, 92, 75), (233, 237, 239), (134, 150, 160))
SMS = Theme((255, 255, 255), (255, 255, 255), (233, 233, 235), (52, 120, 246), (0, 0, 0), (130, 130, 135))


@dataclass(frozen=True)
class Look:
    """``font_px``: height of the text at 1080 pixels wide; ``quality``: JPEG quality, None for PNG."""

    theme: Theme = LIGHT
    font_px: int = 44
    quality: int | None = None
    width: int = 1080
    height: int = 2400


@dataclass(frozen=True)
class Bubble:
    text: str
    mine: bool = False


@dataclass(frozen=True)
class Conversation:
    title: str
    bubbles: tuple[Bubble, ...]
    french: bool = True

    @property
    def expected(self) -> str:
        """What is to be read: the bubbles, after the title when it is a phone number."""
        texts = [bubble.text for bubble in self.bubbles]
        return "\n\n".join([self.title, *texts] if self.title.startswith("+") else texts)


ACCENTS = {"\u0301": "acute", "\u0300": "grave", "\u0302": "circumflex", "\u0308": "diaeresis", "\u0327": "cedilla"}


class Pen:
    """Draws text. Pillow's own font has no accented letter: they are composed here, so that no font is needed."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: float) -> None:
        self.draw, self.size = draw, size
        self.own = os.environ.get("SCREENSHOT_FONT")
        self.font = ImageFont.truetype(self.own, size) if self.own else ImageFont.load_default(size)

    def width(self, text: str) -> float:
        return self.font.getlength(text if self.own else "".join(base for base, _ in _letters(text)))

    def write(self, x: float, y: float, text: str, ink: Colour) -> None:
        """``x``, ``y``: left and top of the line."""
        if self.own:
            self.draw.text((x, y), text, font=self.font, fill=ink)
            return
        letters = list(_letters(text))
        self.draw.text((x, y), "".join(base for base, _ in letters), font=self.font, fill=ink)
        plain = ""
        for base, mark in letters:
            if mark:
                self._mark(x + self.font.getlength(plain), y, base, mark, ink)
            plain += base

    def _mark(self, x: float, y: float, base: str, mark: str, ink: Colour) -> None:
        s, pen = self.size, max(2, round(self.size * 0.075))
        middle = x + self.font.getlength(base) / 2
        top, bottom = y + self.font.getbbox(base)[1], y + self.font.getbbox("x")[3]
        if mark == "euro":
            for level in (0.42, 0.56):
                self.draw.line((x - 0.04 * s, y + level * s + 0.12 * s, middle, y + level * s + 0.12 * s), ink, pen)
        elif mark == "cedilla":
            self.draw.line(
                (middle, bottom, middle + 0.06 * s, bottom + 0.12 * s, middle - 0.08 * s, bottom + 0.16 * s), ink, pen
            )
        elif mark == "acute":
            self.draw.line((middle - 0.05 * s, top - 0.07 * s, middle + 0.1 * s, top - 0.2 * s), ink, pen)
        elif mark == "grave":
            self.draw.line((middle + 0.05 * s, top - 0.07 * s, middle - 0.1 * s, top - 0.2 * s), ink, pen)
        elif mark == "circumflex":
            self.draw.line(
                (middle - 0.13 * s, top - 0.06 * s, middle, top - 0.19 * s, middle + 0.13 * s, top - 0.06 * s), ink, pen
            )
        elif mark == "diaeresis":
            for side in (-0.11, 0.11):
                dot = middle + side * s
                self.draw.ellipse((dot - pen * 0.6, top - 0.19 * s, dot + pen * 0.6, top - 0.19 * s + pen * 1.2), ink)


def _letters(text: str) -> Iterator[tuple[str, str | None]]:
    """Letters of Pillow's font, each with the mark to add."""
    for char in unicodedata.normalize("NFC", text.replace("œ", "oe").replace("\u00a0", " ").replace("–", "-")):
        parts = unicodedata.normalize("NFD", char)
        yield ("C", "euro") if char == "€" else (parts[0], ACCENTS[parts[1]] if len(parts) > 1 else None)


def wrap(pen: Pen, text: str, width: float) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and pen.width(f"{line} {word}") > width:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def draw_chat(talk: Conversation, look: Look, scroll: int = 0) -> Image.Image:
    """One screen; ``scroll``: pixels scrolled up, to draw the next screen of the same conversation."""
    width, height, theme, unit = look.width, look.height, look.theme, look.width / 1080
    image = Image.new("RGB", (width, height), theme.wall)
    draw = ImageDraw.Draw(image)
    text, small = Pen(draw, look.font_px * unit), Pen(draw, look.font_px * unit * 0.68)
    fixed, title = Pen(draw, 34 * unit), Pen(draw, 50 * unit)
    for n in range(0, height, 97):  # the wallpaper's faint drawings
        draw.ellipse(
            (n * 7 % width, n, n * 7 % width + 60 * unit, n + 60 * unit),
            outline=_mix(theme.wall, theme.faint, 0.06),
            width=3,
        )

    y = 300 * unit - scroll
    notice = (
        "Messages et appels chiffrés de bout en bout. Aucun tiers ne peut les lire ou les écouter."
        if talk.french
        else "Messages and calls are end-to-end encrypted. No one outside of this chat can read or listen to them."
    )
    for chip in ("Aujourd’hui" if talk.french else "Today", notice):
        y = _chip(draw, small, wrap(small, chip, 760 * unit), y, width, theme) + 24 * unit
    for n, bubble in enumerate(talk.bubbles):
        y = _bubble(draw, text, small, bubble, f"{9 + n // 4}:{(n * 13 + 2) % 60:02}", y, width, theme, unit)

    draw.rectangle((0, 0, width, 250 * unit), theme.bar)
    fixed.write(48 * unit, 24 * unit, "14:02", theme.ink)
    fixed.write(720 * unit, 24 * unit, "Orange F", theme.ink)
    fixed.write(900 * unit, 24 * unit, "4G", theme.ink)
    fixed.write(970 * unit, 24 * unit, "87%", theme.ink)
    draw.line((70 * unit, 150 * unit, 40 * unit, 175 * unit, 70 * unit, 200 * unit), theme.ink, round(6 * unit))
    draw.ellipse((100 * unit, 120 * unit, 210 * unit, 230 * unit), theme.faint)
    title.write(240 * unit, 115 * unit, talk.title, theme.ink)
    fixed.write(240 * unit, 185 * unit, "en ligne" if talk.french else "online", theme.faint)
    draw.rounded_rectangle(
        (880 * unit, 150 * unit, 940 * unit, 195 * unit), 8 * unit, outline=theme.ink, width=round(5 * unit)
    )
    draw.ellipse((1000 * unit, 150 * unit, 1012 * unit, 162 * unit), theme.ink)

    bottom = height - 190 * unit
    draw.rectangle((0, bottom - 20 * unit, width, height), theme.wall)
    draw.rounded_rectangle((20 * unit, bottom, 900 * unit, bottom + 120 * unit), 60 * unit, theme.bar)
    draw.ellipse(
        (50 * unit, bottom + 35 * unit, 100 * unit, bottom + 85 * unit), outline=theme.faint, width=round(5 * unit)
    )
    text.write(130 * unit, bottom + 28 * unit, "Message", theme.faint)
    draw.ellipse((930 * unit, bottom, 1050 * unit, bottom + 120 * unit), (0, 168, 132))
    return image


def _chip(draw: ImageDraw.ImageDraw, pen: Pen, lines: list[str], y: float, width: int, theme: Theme) -> float:
    step, wide = pen.size * 1.35, max(pen.width(line) for line in lines)
    draw.rounded_rectangle(
        (width / 2 - wide / 2 - pen.size, y, width / 2 + wide / 2 + pen.size, y + step * len(lines) + pen.size * 0.8),
        16,
        theme.bar,
    )
    for n, line in enumerate(lines):
        pen.write(width / 2 - pen.width(line) / 2, y + pen.size * 0.4 + step * n, line, theme.faint)
    return y + step * len(lines) + pen.size * 0.8


def _bubble(
    draw: ImageDraw.ImageDraw,
    pen: Pen,
    small: Pen,
    bubble: Bubble,
    hour: str,
    y: float,
    width: int,
    theme: Theme,
    unit: float,
) -> float:
    lines = wrap(pen, bubble.text, 800 * unit)
    step, pad = pen.size * 1.32, 30 * unit
    wide = max(pen.width(line) for line in lines)
    stamp = small.width(hour) + (70 * unit if bubble.mine else 20 * unit)
    # The hour stands beside the last line when there is room, under it otherwise.
    beside = pen.width(lines[-1]) + stamp + 20 * unit <= max(wide, 800 * unit)
    wide = max(wide, pen.width(lines[-1]) + stamp + 20 * unit if beside else stamp)
    high = step * len(lines) + (0 if beside else small.size * 1.2) + pad
    left = width - wide - 2 * pad - 40 * unit if bubble.mine else 40 * unit
    draw.rounded_rectangle(
        (left, y, left + wide + 2 * pad, y + high), 28 * unit, theme.mine if bubble.mine else theme.theirs
    )
    ink = (255, 255, 255) if theme is SMS and bubble.mine else theme.ink
    for n, line in enumerate(lines):
        pen.write(left + pad, y + pad / 2 + step * n, line, ink)
    x, base = left + 2 * pad + wide - stamp - 10 * unit, y + high - small.size * 1.35
    small.write(x, base, hour, _mix(theme.mine if bubble.mine else theme.theirs, ink, 0.6))
    if bubble.mine:
        for shift in (0, 14 * unit):
            tick = x + small.width(hour) + 12 * unit + shift
            draw.line(
                (
                    tick,
                    base + small.size * 0.6,
                    tick + 8 * unit,
                    base + small.size * 0.85,
                    tick + 24 * unit,
                    base + small.size * 0.35,
                ),
                (83, 189, 235),
                max(2, round(4 * unit)),
            )
    return y + high + 14 * unit


def _mix(under: Colour, over: Colour, share: float) -> Colour:
    r, g, b = (round(u + (o - u) * share) for u, o in zip(under, over, strict=True))
    return r, g, b


def encode(image: Image.Image, quality: int | None = None) -> bytes:
    out = BytesIO()
    if quality is None:
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _talk(title: str, *texts: str, french: bool = True) -> Conversation:
    """``>`` in front of a text: sent by the owner of the phone."""
    return Conversation(title, tuple(Bubble(text.removeprefix("> "), text.startswith("> ")) for text in texts), french)


CONVERSATIONS = (
    _talk(
        "+33 6 39 98 12 34",
        "Bonjour, je suis Claire, du service recrutement de Clic Avenir. Nous cherchons 50 personnes pour aimer des vidéos depuis leur téléphone, 3 € par vidéo.",
        "> Bonjour, c’est payé comment ?",
        "Vous recevez 15 € tout de suite après les trois premières tâches, puis de 150 à 280 € par jour. Il suffit de nous écrire sur Telegram : @clic_avenir_07",
        "Pour débloquer les tâches premium, il faut d’abord déposer 50 € sur la plateforme https://clic-avenir.example/depot",
    ),
    _talk(
        "Karim Recrutement",
        "Bonsoir, votre CV a été retenu pour un poste de testeur d’applications à domicile. Salaire : 2 450 € net par mois.",
        "> Il y a un contrat de travail ?",
        "Oui, il sera signé après la formation. La formation coûte 89 €, remboursée dès le premier mois.",
        "Envoyez une photo recto verso de votre carte d’identité et votre RIB au 06 39 98 45 67.",
    ),
    _talk(
        "+44 7700 900123",
        "Hello, I am Sarah from Bright Tasks. We offer an online part-time job: rate hotels for 60 minutes a day.",
        "You earn $45 to $120 per day, paid in USDT to your wallet. No experience needed.",
        "> How did you get my number?",
        "From our partner agency. Please register at https://bright-tasks.example/join with the code HX4471",
        french=False,
    ),
    _talk(
        "Léa Annotation",
        "Coucou ! La mission de cette semaine : annoter 400 images de panneaux routiers, 0,04 € par image, à rendre dimanche avant minuit.",
        "> Donc 16 € pour environ 4 heures de travail ?",
        "C’est ça. Le paiement se fait le 10 du mois par virement, facture à envoyer à compta@annotation-ouest.example",
    ),
    _talk(
        "+33 6 39 98 65 43",
        "Félicitations, vous êtes sélectionné(e) pour le programme mystère. Nous vous envoyons un chèque de 1 800 €, vous gardez 300 € et vous renvoyez le reste en coupons PCS.",
        "> Pourquoi des coupons ?",
        "C’est pour tester le service du bureau de tabac. Répondez vite, il ne reste que 2 places.",
    ),
    _talk(
        "Transcription Sud",
        "Bonjour Inès, nous avons 12 heures d’audio à transcrire en français. Tarif : 18 € l’heure d’audio, soit 216 € au total.",
        "Le délai est de 10 jours. Il faut un numéro SIRET ; sinon nous passons par une société de portage.",
        "> Je suis encore étudiante, est-ce possible ?",
        "Oui, avec le statut de micro-entrepreneur. Tout est expliqué sur https://transcription-sud.example/statut",
    ),
    _talk(
        "+44 7700 900456",
        "Your application for Remote Data Labeler is approved! Pay: $38 per hour, 20 hours per week.",
        "To start, buy the equipment from our approved vendor and send the receipt. We refund $950 within 3 days.",
        "> Can I use my own laptop?",
        "Sorry, the laptop must have our security software installed. Pay by gift card or crypto only.",
        french=False,
    ),
    _talk(
        "Groupe Tâches VIP",
        "Mission n° 7 : abonnez-vous à la chaîne, envoyez la capture d’écran à l’assistante, et gagnez 6 €.",
        "Mission n° 8 (prépayée) : versez 120 €, récupérez 168 € en 15 minutes. Bénéfice garanti de 40 %.",
        "> J’ai versé mais mon solde est bloqué à -340 €",
        "Votre compte est gelé : il faut payer 680 € de plus pour tout retirer.",
    ),
    _talk(
        "+33 6 39 98 77 01",
        "Bonjour, suite à votre annonce je propose un emploi d’assistant administratif en télétravail, 25 heures par semaine, 1 150 € par mois.",
        "Le travail : recevoir des colis chez vous, changer l’étiquette et les renvoyer à l’adresse indiquée. 30 € par colis.",
        "> Les colis sont à quel nom ?",
        "Au vôtre, pour simplifier la douane.",
    ),
    _talk(
        "Nour Plateforme",
        "Votre compte a été suspendu à cause d’une activité inhabituelle. Le solde de 73,50 € reste acquis.",
        "> Je n’ai rien fait d’inhabituel, pouvez-vous vérifier ?",
        "La vérification prend 5 jours ouvrés. Vous pouvez contester à l’adresse recours@petites-taches.example",
    ),
    _talk(
        "Tom Reviews",
        "Hi! We pay people to write five-star reviews on Google Maps. $8 per review, up to 12 reviews a day.",
        "> Is that legal?",
        "Everybody does it. Use a different account for each review and never mention us.",
        "Payment every Friday by PayPal, friends and family, minimum $40.",
        french=False,
    ),
    _talk(
        "+33 6 39 98 31 07",
        "Bonjour, c’est Monsieur Lefèvre de l’agence Horizon Emploi. J’ai bien reçu votre dossier.",
        "Pour valider l’embauche, donnez-moi le code à 6 chiffres que vous venez de recevoir par SMS.",
        "> C’est le code de ma banque…",
        "Oui c’est normal, c’est pour enregistrer le virement de la prime de 400 €.",
    ),
    _talk(
        "Modération Europe",
        "Poste : modérateur de contenus, équipe de nuit, 11,88 € brut de l’heure, contrat de 6 mois.",
        "Le poste peut exposer à des images choquantes ; un suivi psychologique est prévu chaque semaine.",
        "> Où est le bureau ?",
        "À Lisbonne, le logement est fourni. Écrivez à rh@moderation-europe.example avant le 30 novembre.",
    ),
    _talk(
        "+44 7700 900789",
        "Dear candidate, your salary is waiting. Activate your employee wallet with a deposit of 0.01 BTC.",
        "The deposit is refundable at any time. Our team made over $2,300 last week.",
        "Join the group before 6 tonight, the link expires: https://wallet-staff.example/a1b2",
        french=False,
    ),
    _talk(
        "Sofiane Voix",
        "Salut, on cherche des voix pour un assistant vocal : lire 600 phrases, environ 3 heures, 75 € en une fois.",
        "> Vous gardez ma voix combien de temps ?",
        "La cession des droits est sans limite de durée. Le contrat est ici : https://voix.example/contrat.pdf",
    ),
    _talk(
        "+33 6 39 98 20 20",
        "URGENT recrutement immédiat ! Gagnez jusqu’à 5 000 € par mois sans diplôme, sans effort, depuis votre canapé.",
        "Répondez OUI et rejoignez le canal. Premier versement le jour même par Western Union.",
        "> OUI",
        "Parfait. Frais de dossier : 35 € à régler en carte prépayée, envoyez-moi les codes.",
    ),
    _talk(
        "Enquêtes Rémunérées",
        "Merci d’avoir répondu à l’enquête « Habitudes alimentaires ». Vous gagnez 1,20 €, soit 120 points.",
        "> Le seuil de retrait est de combien ?",
        "Le seuil est de 20 €. Les points expirent après 12 mois sans activité.",
        "Parrainez une amie et recevez 2 € dès sa première enquête.",
    ),
    _talk(
        "Maya HR",
        "Good morning. The interview will be by chat only, it takes 30 minutes. Please keep this confidential.",
        "> Which company is this for?",
        "A top client, the name is shared after signing. Send your full name, address, date of birth and bank details.",
        "Starting bonus: €500 on the first Monday.",
        french=False,
    ),
    _talk(
        "Portage Atlantique",
        "Bonjour, votre note d’honoraires de 640 € est validée. Après frais de gestion (8 %) et cotisations, il vous reste 331,52 € net.",
        "> Pouvez-vous m’envoyer le détail du calcul ?",
        "Bien sûr, le bulletin de paie arrive vendredi. Une question ? Appelez le 02 61 91 33 44.",
    ),
    _talk(
        "+33 6 39 98 50 62",
        "Bonjour, êtes-vous disponible pour un travail simple ? Copier et coller des annonces, 0,50 € par annonce, sans plafond.",
        "> Oui, je commence quand ?",
        "Dès aujourd’hui. Créez un compte sur https://copie-colle.example avec le code parrain MARTIN59 et payez 19,90 € d’inscription.",
        "L’inscription est remboursée à la 100e annonce.",
    ),
    _talk(
        "Accueil Livraison",
        "Location de compte livreur : 120 € par semaine, vous roulez avec mon nom. Pas besoin de papiers.",
        "> Et en cas de contrôle ?",
        "Tu dis que tu dépannes un ami. Le reste de l’argent est versé en espèces chaque lundi à Saint-Denis.",
    ),
)

LOOKS = (
    Look(),
    Look(DARK),
    Look(font_px=58),
    Look(quality=35),
    Look(DARK, quality=35),
    Look(SMS, font_px=50, quality=70),
    Look(DARK, font_px=58, quality=35, width=1170, height=2532),
    Look(width=720, height=1600, quality=80),
)


def samples() -> Iterator[tuple[str, Conversation, bytes]]:
    """Every conversation in two looks: alone, then with two messages of the next one."""
    for n, first in enumerate(CONVERSATIONS):
        for turn in (0, 3):
            look = LOOKS[(n + turn) % len(LOOKS)]
            following = CONVERSATIONS[(n + 1) % len(CONVERSATIONS)].bubbles[:2] if turn else ()
            talk = replace(first, bubbles=first.bubbles + following)
            if look.font_px > 50:
                look = replace(look, height=look.height + 900)  # so that the last bubble is on the screen
            yield f"{n:02}-{turn}", talk, encode(draw_chat(talk, look), look.quality)


def words_right(expected: str, found: str, accents: bool) -> tuple[int, int, int]:
    """Words expected, read right, and read too many."""
    spaced = [re.sub(r"(?<=\w)(?=[€$:;!?](?!//))", " ", text) for text in (expected, found)]  # « 15€ » is read right
    wanted, got = (text.replace("’", "'").split() if accents else fold(text).split() for text in spaced)
    right = sum(block.size for block in SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks())
    return len(wanted), right, len(got) - right


def measure(save: Path | None = None) -> None:
    limits = ReadingLimits()
    strict, lenient, seconds, cpu, whole = [0, 0, 0], [0, 0, 0], [], 0.0, 0
    for name, talk, data in samples():
        if save:
            (save / f"{name}.png").write_bytes(data)
        started, used = time.perf_counter(), time.process_time()
        try:
            found = read_image(data, limits)
        except Unreadable as error:
            found = f"({error.reason})"
        seconds.append(time.perf_counter() - started)
        cpu += time.process_time() - used
        exact = words_right(talk.expected, found, accents=True)
        strict = [a + b for a, b in zip(strict, exact, strict=True)]
        lenient = [a + b for a, b in zip(lenient, words_right(talk.expected, found, accents=False), strict=True)]
        whole += found.count("\n\n") == talk.expected.count("\n\n")
        if exact[0] != exact[1] or exact[2]:
            print(f"--- {name} {exact}\n{found}\n")
    for label, (wanted, right, extra) in (("accents count", strict), ("accents do not", lenient)):
        print(f"{label}: {right}/{wanted} words right ({right / wanted:.2%}), {extra} too many")
    print(f"bubbles apart as drawn: {whole}/{len(seconds)} images")
    seconds_after_first = sorted(seconds[1:])
    p95 = seconds_after_first[int(len(seconds_after_first) * 0.95)]
    print(
        f"first image {seconds[0]:.2f} s (models loaded), then p50 {statistics.median(seconds_after_first):.2f} s, p95 {p95:.2f} s"
    )
    print(f"processor: {cpu / len(seconds):.2f} s per image, on two threads")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path)
    measure(parser.parse_args().save)
