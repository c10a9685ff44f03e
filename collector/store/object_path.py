"""Names in an object store, `s3://bucket/prefix/…`, which split and join like paths and are opened like none."""

from pathlib import Path, PurePath, PurePosixPath

SCHEME = "s3:"


class ObjectPath(PurePosixPath):
    """The name of an object, or what several begin with. Only a store (`collector.store.object_store`) reads it."""

    def __str__(self) -> str:
        is_whole = self.parts[:1] == (SCHEME,)  # else a part of a name, relative to another
        return f"{SCHEME}//{'/'.join(self.parts[1:])}" if is_whole else "/".join(self.parts)

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.parts[1]

    @property
    def key(self) -> str:
        """The name within the bucket."""
        return "/".join(self.parts[2:])


def place_of(text: str | PurePath) -> PurePath:
    """A place as somebody wrote it, a folder or `s3://bucket/prefix`. Raises ValueError saying what was expected."""
    if isinstance(text, ObjectPath) or not str(text).startswith(SCHEME):
        return text if isinstance(text, ObjectPath) else Path(text)
    found = ObjectPath(str(text))
    if len(found.parts) < 3 or ".." in found.parts:
        raise ValueError("s3://bucket/prefix, with a prefix that nothing else in the bucket begins with")
    return found


def absolute(place: PurePath) -> PurePath:
    """The place whatever the working directory is."""
    return place.absolute() if isinstance(place, Path) else place
