"""From content to a live guide: check what it is made of, train, and know when nothing needs training."""

from bot.publishing.training import TrainingError, ensure_model, model_path

__all__ = ["TrainingError", "ensure_model", "model_path"]
