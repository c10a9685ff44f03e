"""What a reader may see: everything, or the rows of some organizations, teams and projects."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Grant:
    """Rows of one organization ("" is the one of those that name none); of some teams or projects, where it has any."""

    organization: str
    teams: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """As a page says it."""
        parts = [_named("project", self.projects), _named("team", self.teams)]
        organization = f"organization {self.organization}" if self.organization else "calls that name no organization"
        return " of ".join([part for part in parts if part] + [organization])


@dataclass(frozen=True)
class Scope:
    """Everything, or what one of ``grants`` covers; never both. Without either, nothing."""

    is_everything: bool
    grants: tuple[Grant, ...] = ()

    @classmethod
    def of(cls, grants: list[Grant]) -> "Scope":
        """The union, the same for whoever holds the same grants."""
        return cls(False, tuple(sorted(set(grants))))

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """The inverse of ``text``."""
        said = json.loads(text)
        grants = [
            Grant(grant["organization"], tuple(grant["teams"]), tuple(grant["projects"])) for grant in said["grants"]
        ]
        return cls(said["is_everything"], tuple(grants))

    @property
    def text(self) -> str:
        """The scope as one text: equal scopes have one text, others another. Answers are cached under it."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def title(self) -> str:
        """As a page says it."""
        return "everything" if self.is_everything else "; ".join(grant.title for grant in self.grants) or "nothing"


EVERYTHING = Scope(True)


def _named(noun: str, names: tuple[str, ...]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}" if names else ""
