"""Who may write SQL of their own: the one place that says it, for the SQL page and for the links that lead there."""

from app import access


def refusal() -> str | None:
    """Why the reader may not ask the whole warehouse, in words for them; None where they may.

    Whoever may see a part of the rows only is refused: nothing narrows a statement of their own to that part.
    """
    return None if access.sees_everything() else "A statement of your own would see more than what you may."
