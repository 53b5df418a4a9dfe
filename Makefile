# ClicDroit. « make run » installe tout et ouvre une conversation ; « make test » vérifie.
PYTHON ?= python3.11
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.core-installed
DEV_STAMP := $(VENV)/.dev-installed
ST_STAMP := $(VENV)/.st-installed
EXTRAS_STAMP := $(VENV)/.extras-installed
# In the order of collection: the bot's tests, the longest, come first and no worker ends alone with one of them.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

# Packages are installed uncompiled and compiled when first imported: where this is set, they would be at every start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help

run: build  ## Installer, construire la base et discuter (ou lancer le bot Telegram si TELEGRAM_TOKEN est réglé)
	@if [ -n "$$TELEGRAM_TOKEN" ] || grep -qs '^TELEGRAM_TOKEN=.' .env; then $(PY) -m bot telegram; else $(PY) -m bot chat; fi

build: $(STAMP)  ## Construire la base de connaissances (seulement ce qui a changé)
	@$(PY) -m ingest build

check: $(STAMP)  ## Vérifier les fiches, les sources et les dates
	@$(PY) -m ingest check

test: $(DEV_STAMP)  ## Les tests (moins de 4 minutes)
	@$(PY) -m pytest -q $(PARALLEL) -m "not extras and not full" tests

test-all: $(DEV_STAMP) $(EXTRAS_STAMP)  ## Tous les tests, avec l'extra sentence-transformers
	@$(PY) -m pytest -q $(PARALLEL) tests

lint: $(DEV_STAMP)  ## Style du code
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

types: $(DEV_STAMP)  ## Types
	@$(PY) -m mypy bot ingest knowledge retrieval detection benchmarks

bench: $(DEV_STAMP) build  ## Mesurer la vitesse et la mémoire
	@$(PY) -m benchmarks load

gate: $(DEV_STAMP) build  ## Refuser une baisse de qualité de plus de trois points (moitié dev)
	@$(PY) -m benchmarks gate

install-st: $(ST_STAMP)  ## Installer l'extra sentence-transformers (gros ; voir README)

install-postgres: $(STAMP)  ## Installer de quoi garder les messages dans PostgreSQL (plusieurs instances ; docs/scaling.md)
	@$(PIP) --no-deps --no-compile --require-hashes -r requirements/postgres.lock

install-llm: $(STAMP)  ## Installer de quoi parler à un modèle de langue compatible OpenAI (docs/modele-de-langue.md)
	@$(PIP) --no-deps --no-compile --require-hashes -r requirements/llm.lock

lock: $(DEV_STAMP)  ## Refaire les fichiers de verrouillage après un changement de pyproject.toml
	@$(PY) -m pip install --quiet uv && $(PY) requirements/lock.py

licences: $(DEV_STAMP)  ## Refaire docs/licences.md, après make lock
	@$(PY) requirements/licences.py

clean:  ## Effacer l'environnement et les données construites
	rm -rf $(VENV) data

help:  ## Cette liste
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "Erreur : il faut Python 3.11 (commande $(PYTHON)) ; ou make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { echo "Erreur : il faut Python 3.11 ou 3.12, et $(PYTHON) est une autre version."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Erreur : le module venv manque à $(PYTHON) ; sous Debian ou Ubuntu : apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@# Python 3.11 brings a pip of 2023, which takes twice as long; it would do all the same.
	@$(PIP) --require-hashes -r requirements/pip.lock || echo "pip n'a pas pu être mis à jour : l'installation sera seulement plus lente."

$(STAMP): requirements/core.lock | $(PY)
	@echo "Installation (une seule fois)…"
	@$(PIP) --no-deps --no-compile --require-hashes -r requirements/core.lock
	@touch $@

# dev.lock holds all of core.lock: one installation does for both.
$(DEV_STAMP): requirements/dev.lock requirements/core.lock | $(PY)
	@echo "Installation (une seule fois)…"
	@$(PIP) --no-deps --no-compile --require-hashes -r requirements/dev.lock
	@touch $(STAMP) $@

$(ST_STAMP): requirements/sentence-transformers.lock $(STAMP)
	@echo "Installation de sentence-transformers (plusieurs centaines de Mo)…"
	@$(PIP) --no-deps --no-compile -r requirements/sentence-transformers.lock
	@touch $@

$(EXTRAS_STAMP): requirements/extras-test.lock $(ST_STAMP)
	@$(PIP) --no-deps -r requirements/extras-test.lock
	@touch $@

.PHONY: run build check test test-all lint types bench gate install-st install-postgres install-llm lock licences clean help
