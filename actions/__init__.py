"""What the guide does in each branch: rasa_sdk actions, one file per branch.

Each action asks the directory and returns messages. They run inside the engine's process; `rasa run actions` runs them
as a server of their own.
"""
