/*
 * The one place that knows where libcrypto's functions come from. The name has the version of its
 * interface, so that what is loaded has the types that these headers declare.
 *
 * What is loaded belongs to the process, as a library that is linked does: the table is written once,
 * under the lock, and made read-only, as the linker's is, before its address is known.
 */
#include "seal/crypto_priv.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

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

static const struct crypto *_Atomic loaded;
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

/* A table of them in pages of its own, which nobody writes to any more. */
static const struct crypto *make_table(void *library, struct err *e)
{
	struct crypto *table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char *missing;

	if (table == MAP_FAILED) {
		(void)err_sys(e, "cannot load libcrypto, which signs and verifies");
		return NULL;
	}
	missing = find_functions(library, table);
	if (missing)
		(void)err_set(
			e, "cannot load libcrypto, which signs and verifies: " LIBRARY " has no %s",
			missing);
	else if (mprotect(table, sizeof(*table), PROT_READ) == 0)
		return table;
	else
		(void)err_sys(e, "cannot protect the table of libcrypto's functions");
	(void)munmap(table, sizeof(*table));
	return NULL;
}

static const struct crypto *load(struct err *e)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const struct crypto *table;

	if (!library) {
		(void)err_set(e,
			      "cannot load libcrypto, which signs and verifies: %s (package "
			      "libssl3)",
			      dlerror());
		return NULL;
	}
	table = make_table(library, e);
	if (!table)
		(void)dlclose(library);
	return table;
}

const struct crypto *crypto(struct err *e)
{
	const struct crypto *c = atomic_load_explicit(&loaded, memory_order_acquire);

	if (c)
		return c;
	(void)pthread_mutex_lock(&loading);
	c = atomic_load_explicit(&loaded, memory_order_relaxed);
	if (!c) {
		c = load(e);
		atomic_store_explicit(&loaded, c, memory_order_release);
	}
	(void)pthread_mutex_unlock(&loading);
	return c;
}

int seal_crypto_load(struct err *e)
{
	return crypto(e) ? 0 : -1;
}
