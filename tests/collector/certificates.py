"""A small certificate authority for tests: authorities, servers, clients, valid or expired."""

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.config import TlsFiles

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Made:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path

    @property
    def sha256(self) -> str:
        """The fingerprint, in hex."""
        return _read(self).fingerprint(hashes.SHA256()).hex()

    def under(self, authority: "Made | None" = None) -> TlsFiles:
        """These as a server's files that ask clients for certificates of ``authority``."""
        return TlsFiles(self.certificate, self.key, authority.certificate if authority else None)


def authority(folder: Path, name: str) -> Made:
    """A certificate that signs others."""
    return _make(folder, name, None, is_authority=True)


def issued(folder: Path, name: str, by: Made, *, is_expired: bool = False) -> Made:
    """A certificate for localhost and 127.0.0.1, whose common name is ``name``."""
    return _make(folder, name, by, is_expired=is_expired)


def _read(made: Made) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.certificate.read_bytes())


def _make(folder: Path, name: str, by: Made | None, *, is_authority: bool = False, is_expired: bool = False) -> Made:
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    first, last = (now - 3 * _DAY, now - _DAY) if is_expired else (now - _DAY, now + _DAY)
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    unsigned = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=_read(by).subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(here), critical=False)
    )
    signing = serialization.load_pem_private_key(by.key.read_bytes(), None) if by else key
    assert isinstance(signing, ec.EllipticCurvePrivateKey)
    made = Made(folder / f"{name}.pem", folder / f"{name}.key")
    made.certificate.write_bytes(unsigned.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made
