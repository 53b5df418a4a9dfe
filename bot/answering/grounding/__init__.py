"""A generated sentence is said only if it holds against a fact that it cites. Code, no model.

``values`` reads amounts, dates, articles; ``vocabulary`` knows the words that decide; ``reading`` cuts a sentence
into what is compared; ``checks`` compares it with a fact; ``grounder`` applies that to sentences that cite facts.
"""
