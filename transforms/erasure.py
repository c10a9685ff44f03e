"""One user in texts: where an id stands, and what is to stand there instead.

An id is looked for as a whole word in every text: as it is, as JSON escapes it, as an address quotes it. Longer ids of
other users that hold it (`ann` in `ann-marie`) are known and stay. Ids that are numbers, words of JSON or shorter than
four characters stand in texts by chance; they are looked for only *where a user is named*: whole values of keys and
columns such as `user.id`, and `user_id=` in the counters of budgets.
"""

import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from transforms.pseudonyms import names_user, pseudonym

SHORTEST = 4
LONG_ENOUGH = 6  # to be looked for in bytes of unknown form
_WORDS_OF_JSON = {"true", "false", "null"}
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_WORD_BEGINS, _WORD_ENDS = r"(?:(?<!\w)|(?<=\\[bfnrt]))", r"(?!\w)"


def subject_digest(organization: str, user: str, key: bytes) -> str:
    """What a receipt says instead of the id: the same for an id and its pseudonym; without the key it tells nothing."""
    text = f"erased:{organization}\0{pseudonym(user, key)}"
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def is_chance_word(text: str) -> bool:
    """Whether ``text`` may stand in other texts without naming anybody."""
    return len(text) < SHORTEST or text.lower() in _WORDS_OF_JSON or _NUMBER.fullmatch(text) is not None


@dataclass(frozen=True)
class Subject:
    """A user of an organization: ``ids`` are all texts that name them, ``alias`` takes their place.

    ``others`` are longer ids of other users. ``named_only``: look only where a user is named. An organization of None
    is everybody's."""

    organization: str | None
    ids: tuple[str, ...]
    alias: str
    others: tuple[str, ...] = ()
    named_only: bool = False

    def replaced(self, text: str, key: str | None = None) -> str:
        """``text`` without the user; ``key`` is the name of the attribute or column that it is the value of."""
        if key is not None and text in self.ids and names_user(key):
            return self.alias
        if not any(needle in text for needle in self.needles):
            return text
        if self.named_only:
            return self._counters.sub(lambda found: found[1] + self.alias, self._in_json(text))
        return self._anywhere.sub(lambda found: self.alias if found["id"] else found[0], text)

    def masked(self, content: bytes) -> bytes:
        """Bytes of unknown form without the user: as many bytes as before."""
        if self.named_only:
            return content
        for needle in sorted((one.encode() for one in self.needles), key=len, reverse=True):
            if len(needle) >= LONG_ENOUGH:
                content = content.replace(needle, b"x" * len(needle))
        return content

    def stands_in(self, content: bytes) -> bool:
        """Whether bytes of a file hold the user as a word; never where only named users count."""
        if self.named_only or not any(
            needle.encode() in content for needle in self.needles if len(needle) >= LONG_ENOUGH
        ):
            return False
        text = content.decode("utf-8", "replace")
        return any(found["id"] for found in self._anywhere.finditer(text) if len(found[0]) >= LONG_ENOUGH)

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Every spelling of the ids."""
        return tuple(dict.fromkeys(one for text in self.ids for one in _spellings(text)))

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        protected = [spelling for other in self.others for spelling in _spellings(other)]
        return re.compile(
            rf"{_WORD_BEGINS}(?:{_any_of(protected)}|(?P<id>{_any_of(self.needles)})){_WORD_ENDS}"
            if protected
            else rf"{_WORD_BEGINS}(?P<id>{_any_of(self.needles)}){_WORD_ENDS}"
        )

    @cached_property
    def _counters(self) -> re.Pattern[str]:
        return re.compile(rf"((?<!\w)user_id=)(?:{_any_of(quote(text, safe='') for text in self.ids)})(?=[&@/\"]|$)")

    def _in_json(self, text: str) -> str:
        if text.lstrip()[:1] not in ("{", "["):
            return text
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return text
        found: list[bool] = []
        new = self._walked(said, None, found)
        return json.dumps(new, ensure_ascii=False, separators=(",", ":")) if found else text

    def _walked(self, said: Any, key: str | None, found: list[bool]) -> Any:
        if isinstance(said, dict):
            return {name: self._walked(value, name, found) for name, value in said.items()}
        if isinstance(said, list):
            return [self._walked(value, key, found) for value in said]
        if isinstance(said, str):
            new = self.replaced(said, key)
            found.extend([True] * (new != said))
            return new
        is_id = isinstance(said, int) and not isinstance(said, bool) and str(said) in self.ids
        if is_id and key is not None and names_user(key):
            found.append(True)
            return int(self.alias) if _NUMBER.fullmatch(self.alias) else self.alias
        return said


def alias_for(ids: Iterable[str], random_digits: str, random_hex: str) -> str:
    """A name that says nothing; a number where an id is one, so that the value keeps its type."""
    if any(_NUMBER.fullmatch(text) for text in ids):
        return "9" + random_digits
    words = {word for text in ids for word in re.split(r"\W+", text)}
    return ("nobody-" if "erased" in words else "erased-") + random_hex


def _spellings(text: str) -> list[str]:
    escaped = [json.dumps(text, ensure_ascii=is_ascii)[1:-1] for is_ascii in (False, True)]
    return list(dict.fromkeys([text, *escaped, *(json.dumps(one)[1:-1] for one in escaped), quote(text, safe="")]))


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
