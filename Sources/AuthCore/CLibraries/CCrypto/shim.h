#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

// What a key is made of: macros that Swift cannot import.
static const int CCRYPTO_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
static const int CCRYPTO_KEY_PAIR = EVP_PKEY_KEYPAIR;

// A parameter builder keeps the pointers to the names it is given, so these must be C's own strings;
// it keeps the pointers to the values too, until its parameters are made.
static inline int ccrypto_push_p256_point(OSSL_PARAM_BLD *builder, const void *point, size_t length) {
    return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1
        && OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, length) == 1;
}
static inline int ccrypto_push_private_number(OSSL_PARAM_BLD *builder, const BIGNUM *number) {
    return OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1;
}
