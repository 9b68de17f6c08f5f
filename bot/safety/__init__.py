"""Safety: is this message a crisis, and is this text fit to show to someone in one?"""

from __future__ import annotations

from bot.safety.screening import Level, Reason, Screening, screen, screen_by_rules, warm

__all__ = ["Level", "Reason", "Screening", "screen", "screen_by_rules", "warm"]
