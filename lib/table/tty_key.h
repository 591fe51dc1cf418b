/*
 * Names for the keys in TTY records: "up" for ESC [ A.
 *
 *	size_t length;
 *	const char *name = tty_key_name(bytes, &length);
 *	if (name)
 *		bytes = sv_from(bytes, length);
 */
#ifndef AURUM_TABLE_TTY_KEY_H
#define AURUM_TABLE_TTY_KEY_H

#include "base/sv.h"

/*
 * The name of the longest key sequence that the bytes start with, and how many bytes it
 * takes; NULL, with *length untouched, when they start with no key's sequence. The name is
 * a constant. Reads every row at worst.
 */
const char *tty_key_name(struct sv bytes, size_t *length);

#endif
