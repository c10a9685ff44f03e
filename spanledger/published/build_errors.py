"""Why a build was not published."""


class BuildError(RuntimeError):
    """A build that was not published; names the models or checks that failed and says what they said."""


class LakeReadError(BuildError):
    """The model that reads the lake failed."""
