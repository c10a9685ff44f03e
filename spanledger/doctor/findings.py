"""What a check says: one line, and for a fault its cure."""

from dataclasses import dataclass

OK, NOTE, FAULT = "ok", "note", "fault"


@dataclass(frozen=True)
class Finding:
    """``subject`` was looked at; ``state`` is ok, note (worth knowing, nothing broken) or fault."""

    state: str
    subject: str
    detail: str
    cure: str | None = None

    @property
    def line(self) -> str:
        """The finding on one line."""
        text = f"{self.state:<5}  {self.subject}: {' '.join(self.detail.split())}"
        return f"{text}  → {self.cure}" if self.cure else text


def ok(subject: str, detail: str) -> Finding:
    """All is well."""
    return Finding(OK, subject, detail)


def note(subject: str, detail: str, cure: str | None = None) -> Finding:
    """Worth knowing; does not make the doctor fail."""
    return Finding(NOTE, subject, detail, cure)


def fault(subject: str, detail: str, cure: str) -> Finding:
    """Broken, and what to do about it."""
    return Finding(FAULT, subject, detail, cure)
