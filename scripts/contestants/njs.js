// Inside nginx: checks signature and expiry of the HS256 JWT in the cookie __Host-access.
// The key is nginx's variable $njs_key. njs has no comparison in constant time.
import crypto from 'crypto';

function isGood(token, key) {
    const parts = token.split('.');
    if (parts.length !== 3) return false;
    try {
        if (JSON.parse(Buffer.from(parts[0], 'base64url').toString()).alg !== 'HS256') return false;
        const code = crypto.createHmac('sha256', key).update(parts[0] + '.' + parts[1]).digest('base64url');
        if (code !== parts[2]) return false;
        return JSON.parse(Buffer.from(parts[1], 'base64url').toString()).exp > Date.now() / 1000;
    } catch (error) {
        return false;
    }
}

function verify(r) {
    const cookie = /(?:^|; )__Host-access=([^;]*)/.exec(r.headersIn.Cookie || '');
    r.return(cookie && isGood(cookie[1], r.variables.njs_key) ? 204 : 401);
}

export default { verify };
