/*
 * The keys of tty_key.def as one constant array without pointers.
 */
#include "table/tty_key.h"

#include "base/attr.h"

#include <stdint.h>

static const struct tty_key {
	char bytes[8];
	char name[16];
	uint8_t length;
} keys[] = {
#define KEY(bytes, name) {bytes, name, sizeof(bytes) - 1},
#include "table/tty_key.def"
#undef KEY
};

const char *tty_key_name(struct sv bytes, size_t *length)
{
	for (size_t i = 0; i < LEN(keys); i++) {
		if (sv_starts(bytes, sv_make(keys[i].bytes, keys[i].length))) {
			*length = keys[i].length;
			return keys[i].name;
		}
	}
	return NULL;
}
