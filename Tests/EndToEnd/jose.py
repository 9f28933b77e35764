"""Tokens checked by other people's libraries, with nothing but what the site publishes."""

import joserfc.jwk
import joserfc.jwt
import jwt
from tokens import claims, header


def jwks(site):
    with site.client() as client:
        return client.get("/.well-known/jwks.json").json


def check_with_pyjwt(site, token, algorithm):
    keys = jwt.PyJWKSet.from_dict(jwks(site))
    key = next(key for key in keys.keys if key.key_id == header(token)["kid"])
    said = claims(token)
    return jwt.decode(token, key, algorithms=[algorithm], issuer=site.base_url, audience=said["aud"])


def check_with_joserfc(site, token, algorithm):
    keys = joserfc.jwk.KeySet.import_key_set(jwks(site))
    return joserfc.jwt.decode(token, keys, algorithms=[algorithm]).claims
