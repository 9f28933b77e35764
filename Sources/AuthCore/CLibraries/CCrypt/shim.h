#include <crypt.h>

// Swift imports no array as long as those in there.
static const int CCRYPT_DATA_SIZE = sizeof(struct crypt_data);
