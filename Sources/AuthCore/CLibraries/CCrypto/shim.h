#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

// What a key is made of: macros that Swift cannot import.
static const int CCRYPTO_PUBLIC_KEY = EVP_PKEY_PUBLIC_KEY;
static const int CCRYPTO_KEY_PAIR = EVP_PKEY_KEYPAIR;
