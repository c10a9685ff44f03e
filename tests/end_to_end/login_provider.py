"""A small OpenID Connect provider on the loopback interface: authorization code with PKCE, signed id tokens."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "explorer", "a secret between the explorer and its provider"


class Provider:
    """Logs in ``user`` (claims) without asking; ends with the block."""

    def __init__(self) -> None:
        self.user: dict[str, Any] = {}
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                provider._get(self, parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                _say(self, *provider._token({name: values[0] for name, values in parse_qs(text).items()}, self.headers))

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Provider":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _get(self, handler: http.server.BaseHTTPRequestHandler, path: str, asked: dict[str, str]) -> None:
        if path == "/.well-known/openid-configuration":
            _say(handler, 200, self._description())
        elif path == "/keys":
            _say(handler, 200, {"keys": [self._key.as_dict(private=False)]})
        elif path == "/authorize":
            code = secrets.token_urlsafe()
            self._codes[code] = asked
            handler.send_response(302)
            answer = urlencode({"code": code, "state": asked["state"]})
            handler.send_header("location", f"{asked['redirect_uri']}?{answer}")
            handler.end_headers()
        else:
            _say(handler, 404, {})

    def _description(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _token(self, sent: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(sent["code"], None)
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or proof != asked["code_challenge"] or headers["authorization"] != f"Basic {basic}":
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        times = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": asked["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, {**times, **self.user}, self._key)
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": signed}


def _say(handler: http.server.BaseHTTPRequestHandler, status: int, said: dict[str, Any]) -> None:
    body = json.dumps(said).encode()
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
