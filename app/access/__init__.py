"""Who may see what. One question of a page is one `scope()`; `app.warehouse` puts it for every question there is.

login_file  the tables `[allow]` and `[[scope]]`: who sees everything, who sees which organization, teams, projects
reader      who reads now, and so what they may see
scopes      what that is
tables      how each table of a build is narrowed to it
narrowing   a connection that has the narrowed tables and no others
"""

from app.access.login_file import LoginFileError, RefusedError, read_rules
from app.access.reader import FILE, NotLoggedInError, UnreadableError, kept, scope, sees_everything
from app.access.scopes import EVERYTHING, Grant, Scope

__all__ = [
    "EVERYTHING",
    "FILE",
    "Grant",
    "LoginFileError",
    "NotLoggedInError",
    "RefusedError",
    "Scope",
    "UnreadableError",
    "kept",
    "read_rules",
    "scope",
    "sees_everything",
]
