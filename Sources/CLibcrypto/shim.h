// EC_GROUP_precompute_mult below, which OpenSSL 3 deprecates and has nothing in place of.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>

// A table of multiples of the group's generator, with which EC_POINT_mul multiplies it. 1, or 0 where this libcrypto makes none.
static inline int parasol_ec_group_precompute(EC_GROUP *group, BN_CTX *context) {
#if OPENSSL_VERSION_MAJOR >= 4 || defined(OPENSSL_NO_DEPRECATED_3_0)
    (void)group;
    (void)context;
    return 0;
#else
    return EC_GROUP_precompute_mult(group, context) == 1 && EC_GROUP_have_precompute_mult(group) == 1;
#endif
}
