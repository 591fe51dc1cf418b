/*
 * OpenSSL's libcrypto, which is not linked but loaded when a hash or a signature is first asked for. A
 * program that has nothing to do with a seal starts without its 4.6 MB.
 *
 *	if (seal_crypto_load(&e) != 0) ...	-- "cannot load libcrypto: ..."
 *
 * All that needs it loads it by itself, and says if it cannot: seal_digest_new(), seal_key_new(),
 * seal_vkey_parse(), seal_quote_key_new() with this error; seal_check_signature() and seal_quote_check()
 * hold nothing for good. Call this before files can no longer be opened (sandbox/sandbox.h), and where
 * a person is to read why before anything else is told.
 */
#ifndef AURUM_SEAL_CRYPTO_H
#define AURUM_SEAL_CRYPTO_H

#include "base/attr.h"
#include "base/err.h"

/*
 * Loads it, once in a process and for all of its threads; it stays until the end. 0, or -1 with *e: it
 * is not there, or has not all that is needed. What failed is tried again.
 */
MUST_CHECK int seal_crypto_load(struct err *e);

#endif
