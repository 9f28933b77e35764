"""JWTs for the contestants: HS256 by hmac, Ed25519 by Debian's libcrypto."""

import base64
import ctypes
import ctypes.util
import functools
import hashlib
import hmac
import json
import time

NID_ED25519 = 1087  # of <openssl/obj_mac.h>
SIGNATURE_SIZE = 64  # bytes, RFC 8032


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@functools.cache
def libcrypto():
    library = ctypes.CDLL(ctypes.util.find_library("crypto"))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    for name, result, arguments in (
        ("EVP_PKEY_new_raw_private_key", pointer, [ctypes.c_int, pointer, ctypes.c_char_p, size]),
        ("EVP_PKEY_get_raw_public_key", ctypes.c_int, [pointer, pointer, pointer]),
        ("EVP_MD_CTX_new", pointer, []),
        ("EVP_MD_CTX_free", None, [pointer]),
        ("EVP_DigestSignInit", ctypes.c_int, [pointer, pointer, pointer, pointer, pointer]),
        ("EVP_DigestSign", ctypes.c_int, [pointer, pointer, pointer, ctypes.c_char_p, size]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Ed25519:
    """A private key, from its seed of 32 bytes."""

    algorithm = "EdDSA"

    def __init__(self, seed):
        self._key = libcrypto().EVP_PKEY_new_raw_private_key(NID_ED25519, None, seed, len(seed))
        if not self._key:
            raise ValueError("not an Ed25519 key")

    @property
    def verification_key(self):
        """The 32 bytes of the public key."""
        public, length = ctypes.create_string_buffer(32), ctypes.c_size_t(32)
        libcrypto().EVP_PKEY_get_raw_public_key(self._key, public, ctypes.byref(length))
        return public.raw

    def sign(self, data):
        library = libcrypto()
        signature, length = ctypes.create_string_buffer(SIGNATURE_SIZE), ctypes.c_size_t(SIGNATURE_SIZE)
        context = library.EVP_MD_CTX_new()
        signed = (
            library.EVP_DigestSignInit(context, None, None, None, self._key) == 1
            and library.EVP_DigestSign(context, signature, ctypes.byref(length), data, len(data)) == 1)
        library.EVP_MD_CTX_free(context)
        if not signed:
            raise ValueError("libcrypto does not sign")
        return signature.raw


class HS256:
    algorithm = "HS256"

    def __init__(self, key):
        self.verification_key = key

    def sign(self, data):
        return hmac.digest(self.verification_key, data, hashlib.sha256)


def token(key, claims, header=None):
    parts = [encode(json.dumps(part).encode()) for part in ({"alg": key.algorithm} | (header or {}), claims)]
    signed = ".".join(parts)
    return f"{signed}.{encode(key.sign(signed.encode()))}"


def claims(life):
    """As a login would issue, for so many seconds from now; about as long as ours."""
    now = int(time.time())
    return {
        "iss": "https://localhost:8443", "aud": "https://localhost:8443", "sub": "0195f3a1-7c3e-7d52-9b1c-2f6c8e4a9d10",
        "sid": "5b0f6a3e-91d7-4c58-8a54-3c1de0b7f926", "username": "bench", "roles": [],
        "iat": now - 60, "nbf": now - 60, "exp": now + life, "jti": "c2d9a4f0-6a37-4f7e-8b19-90b64b0d7ae1"}


def tampered(token):
    """With one character of the signature, or of the id, changed: not the last, whose low bits count for nothing."""
    place = len(token) - 8
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1:]


def opened(token):
    """Header and claims."""
    return [json.loads(decode(part)) for part in token.split(".")[:2]]
