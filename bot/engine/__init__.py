"""The dialogue engine: Rasa inside, a plain call outside."""
