// node express.js HS256|EdDSA KEYFILE: checks signature and expiry of the JWT in the cookie
// __Host-access, with Express and node's crypto. It listens at descriptor 0.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const express = require('express');

const [algorithm, file] = process.argv.slice(2);
const bytes = fs.readFileSync(file);
const key = algorithm === 'EdDSA'
    ? crypto.createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
    : crypto.createSecretKey(bytes);

function isSigned(text, signature) {
    if (algorithm === 'EdDSA') return crypto.verify(null, Buffer.from(text), key, signature);
    const code = crypto.createHmac('sha256', key).update(text).digest();
    return code.length === signature.length && crypto.timingSafeEqual(code, signature);
}

function isGood(token) {
    const parts = token.split('.');
    if (parts.length !== 3) return false;
    try {
        const header = JSON.parse(Buffer.from(parts[0], 'base64url'));
        if (header.alg !== algorithm) return false;
        if (!isSigned(`${parts[0]}.${parts[1]}`, Buffer.from(parts[2], 'base64url'))) return false;
        return JSON.parse(Buffer.from(parts[1], 'base64url')).exp > Date.now() / 1000;
    } catch (error) {
        return false;
    }
}

const app = express();
app.disable('x-powered-by');
app.get('/verify', (request, response) => {
    const cookie = /(?:^|; )__Host-access=([^;]*)/.exec(request.headers.cookie || '');
    response.status(cookie && isGood(cookie[1]) ? 204 : 401).end();
});
app.listen({ fd: 0 });
