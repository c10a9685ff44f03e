"""The names that the package's price lists state, one list a provider.

A list states names by equality, by pattern, and by beginning or part. The last two count only where what follows says
no more than an edition (`model_spellings.SUFFIX`): taken as they stand they price a newer model as an older one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from genai_prices import types

from transforms.pricing.model_spellings import DATE, BedrockName, bedrock, is_suffix


@dataclass
class PriceList:
    """One provider's names."""

    names: dict[str, set[str]] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    beginnings: list[tuple[str, tuple[re.Pattern[str], ...], str]] = field(default_factory=list)

    @classmethod
    def of(cls, provider: types.Provider) -> "PriceList":
        """A provider's list."""
        found = cls()
        for model in provider.models:
            found.names.setdefault(model.id.lower(), set()).add(model.id)
            for clause in _clauses(model.match):
                found._add(clause, model.id)
        return found

    def _add(self, clause: object, model: str) -> None:
        if isinstance(clause, types.ClauseEquals):
            self.names.setdefault(clause.equals.lower(), set()).add(model)
        elif isinstance(clause, types.ClauseEndsWith):
            self.names.setdefault(clause.ends_with.lower(), set()).add(model)
        elif isinstance(clause, types.ClauseRegex) and re.fullmatch(r"\^.*\$", clause.regex):
            self.patterns.append((re.compile(clause.regex), model))
        elif (beginning := _beginning(clause)) is not None:
            self.beginnings.append((*beginning, model))

    def stated(self, name: str) -> set[str]:
        """Ids of the models that state this very name."""
        return self.names.get(name.lower()) or {
            model for pattern, model in self.patterns if pattern.match(name.lower())
        }

    def begun(self, name: str) -> set[str]:
        """Ids of the models that state how this name begins, the longest such beginning; what follows is an edition."""
        fits = [
            (len(start), model)
            for start, conditions, model in self.beginnings
            if name.startswith(start) and _is_edition(start, name) and all(one.search(name) for one in conditions)
        ]
        longest = max((length for length, _ in fits), default=0)
        return {model for length, model in fits if length == longest}


def _is_edition(start: str, name: str) -> bool:
    """Whether a name is a stated beginning and an edition; a list may state the first digits of a date or revision."""
    whole = re.sub(r"[-@]\d+$", "", start)
    return is_suffix(name[len(start) :]) or (whole != start and is_suffix(name[len(whole) :]))


def _beginning(clause: object) -> tuple[str, tuple[re.Pattern[str], ...]] | None:
    if isinstance(clause, types.ClauseStartsWith):
        return clause.starts_with.lower(), ()
    if isinstance(clause, types.ClauseContains):
        return clause.contains.lower(), ()
    if isinstance(clause, types.ClauseAnd):
        starts = [one.starts_with.lower() for one in clause.and_ if isinstance(one, types.ClauseStartsWith)]
        regexes = [re.compile(one.regex) for one in clause.and_ if isinstance(one, types.ClauseRegex)]
        if len(starts) == 1 and len(regexes) == len(clause.and_) - 1:
            return starts[0], tuple(regexes)
    return None


def _clauses(match: object) -> Iterator[object]:
    if isinstance(match, types.ClauseOr):
        for clause in match.or_:
            yield from _clauses(clause)
    else:
        yield match


@dataclass(frozen=True)
class BedrockList:
    """Bedrock's ids taken apart. Its list has global and regional endpoints of a model as two models."""

    ids: tuple[tuple[BedrockName, str], ...]

    @classmethod
    def of(cls, provider: types.Provider) -> "BedrockList":
        """Bedrock's list."""
        return cls(tuple((bedrock(model.id), model.id) for model in provider.models))

    def find(self, name: str) -> tuple[bool, set[str]]:
        """Whether the list has the model at all, and its ids at the endpoint that the name states; a name that states
        none is the region's own endpoint."""
        asked = bedrock(name)
        known = [(one, id_) for one, id_ in self.ids if asked.vendor in {"", one.vendor} and _is_same(one, asked)]
        scope = asked.scope or "regional"
        return bool(known), {id_ for one, id_ in known if one.scope == scope or (not one.scope and scope != "global")}


def _is_same(listed: BedrockName, asked: BedrockName) -> bool:
    """Equal names, or equal but for a date or a version that one of the two leaves out."""
    if listed.version and asked.version and listed.version != asked.version:
        return False
    if listed.model == asked.model:
        return True
    undated = (DATE.sub("", listed.model), DATE.sub("", asked.model))
    return undated[0] == undated[1] and (undated[0] == listed.model or undated[1] == asked.model)
