"""Rasa graph components: a sentence encoder, an intent classifier, places by spaCy, and the safety gate, last.

Named in `config.yml` by their full path, as any custom component of Rasa.
"""
