"""What the command line's exit codes mean."""

import click

FAILED, USAGE, NOTHING_PUBLISHED, IN_THE_WAY, OUTSIDE_TOLERANCE = 1, 2, 3, 4, 5

MEANING = """\
\b
Exit codes:
  0  done
  1  failed; the message says what and why
  2  wrong usage, or a setting that does not fit
  3  nothing has been published yet
  4  something is in the way: a port, the data directory, or another build
  5  compared, and what was found is outside the tolerance or margin
"""


class Failure(click.ClickException):
    """Ends a command with a message for the user and one of the exit codes above."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance but types it as the class's
