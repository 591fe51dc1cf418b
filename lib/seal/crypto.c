/*
 * The one place that knows where libcrypto's functions come from. The name has the version of its
 * interface, so that what is loaded has the types that these headers declare.
 *
 * What is loaded belongs to the process, as a library that is linked does: the table is written once,
 * under the lock, before its address is.
 */
#include "seal/crypto_priv.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LIBRARY "libcrypto.so.3"

_Static_assert(OPENSSL_VERSION_MAJOR == 3, "LIBRARY is that of the headers");

/*
 * For packagers, to whom ldd does not show it: an ELF note, FDO's 0x407c0c0a
 * (https://uapi-group.org/specifications/specs/elf_dlopen_metadata/).
 */
#define NOTE_TEXT                                                                                  \
	"[{\"feature\":\"seal\",\"description\":\"Sealed logs: signing and verifying them\","      \
	"\"priority\":\"recommended\",\"soname\":[\"" LIBRARY "\"]}]"

__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {
	uint32_t owner_bytes, text_bytes, type;
	char owner[4];
	_Alignas(4) char text[sizeof(NOTE_TEXT)];
} note = {4, sizeof(NOTE_TEXT), 0x407c0c0a, "FDO", NOTE_TEXT};

static const struct {
	char name[36];
	size_t place; /* in struct crypto */
} rows[] = {
#define CRYPTO(name) {#name, offsetof(struct crypto, name)},
#include "seal/crypto.def"
#undef CRYPTO
};

static struct crypto functions;
static _Atomic(const struct crypto *) loaded;
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

/* Finds all of them. NULL, or the one that is missing. */
static const char *find_functions(void *library, struct crypto *out)
{
	for (size_t i = 0; i < LEN(rows); i++) {
		void *function = dlsym(library, rows[i].name);

		if (!function)
			return rows[i].name;
		memcpy((char *)out + rows[i].place, &function, sizeof(function));
	}
	return NULL;
}

static int load(struct err *e)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const char *missing;

	if (!library)
		return err_set(e,
			       "cannot load libcrypto, which signs and verifies: %s (package "
			       "libssl3)",
			       dlerror());
	missing = find_functions(library, &functions);
	if (!missing)
		return 0;
	(void)dlclose(library);
	return err_set(e, "cannot load libcrypto, which signs and verifies: " LIBRARY " has no %s",
		       missing);
}

const struct crypto *crypto(struct err *e)
{
	const struct crypto *c = atomic_load_explicit(&loaded, memory_order_acquire);

	if (c)
		return c;
	(void)pthread_mutex_lock(&loading);
	c = atomic_load_explicit(&loaded, memory_order_relaxed);
	if (!c && load(e) == 0) {
		c = &functions;
		atomic_store_explicit(&loaded, c, memory_order_release);
	}
	(void)pthread_mutex_unlock(&loading);
	return c;
}

int seal_crypto_load(struct err *e)
{
	return crypto(e) ? 0 : -1;
}
