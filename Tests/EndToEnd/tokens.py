"""Access tokens opened, and forged with the site's own signing key, so that a refusal has one cause only."""

import base64
import json
import time
import uuid

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def header(token):
    return json.loads(decode(token.split(".")[0]))


def claims(token):
    return json.loads(decode(token.split(".")[1]))


def session_of_refresh_token(token):
    """The id of its session, which it begins with."""
    return str(uuid.UUID(bytes=decode(token)[:16]))


def wait_until_expired(token):
    """For a token that was just issued by a site whose tokens live for a second, or a JWT of any."""
    left = claims(token)["exp"] - time.time() if "." in token else 1.0
    time.sleep(max(0.0, left) + 0.02)


def _integer(text):
    return int.from_bytes(decode(text), "big")


def sign(key, data):
    """The JWS signature of data by a private JWK (RFC 7518, RFC 8037)."""
    if key["kty"] == "OKP":
        return ed25519.Ed25519PrivateKey.from_private_bytes(decode(key["d"])).sign(data)
    if key["kty"] == "EC":
        private = ec.derive_private_key(_integer(key["d"]), ec.SECP256R1())
        r, s = decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    code = hmac.HMAC(decode(key["k"]), hashes.SHA256())
    code.update(data)
    return code.finalize()


def signing_keys(site):
    return json.loads((site.keys / "signing.json").read_text())["keys"]


class Forge:
    """Makes tokens like a real one, with what a test changes; signed by the key that signed the real one."""

    def __init__(self, site, token):
        self.header, self.claims = header(token), claims(token)
        self.key = next(key for key in signing_keys(site) if key["kid"] == self.header["kid"])

    def token(self, header=None, without=(), key=None, **changes):
        body = {name: value for name, value in (self.claims | changes).items() if name not in without}
        return self.raw(json.dumps(self.header | (header or {})), json.dumps(body), key)

    def raw(self, header, payload, key=None):
        """Signs header and payload texts as they are, valid JSON or not."""
        parts = [encode(text if isinstance(text, bytes) else text.encode()) for text in (header, payload)]
        signed = ".".join(parts)
        return f"{signed}.{encode(sign(key or self.key, signed.encode()))}"
