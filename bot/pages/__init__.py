"""The pages people open in a browser: the guide with its chat, and the whole directory as plain HTML."""

from bot.pages.routes import routes

__all__ = ["routes"]
