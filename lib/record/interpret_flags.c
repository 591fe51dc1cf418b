/*
 * Readings of numbers whose bits mean something: flags, modes, permissions, capabilities. Most
 * are rows of `set`: the names of the bits that are set, in the order of a table.
 *
 * Widths follow the reference, which keeps most values in 32 bits: what is above is cut off.
 */
#include "record/interpret_parts.h"

#include <sys/stat.h>

/* Every bit has a name; the names of those that are set, in the order of the table. */
struct set {
	const struct name_table *names;
	unsigned base;
	char separator;
	uint64_t mask;      /* of the bits that count */
	uint64_t none_mask; /* when none of these bits is set ... */
	const char *none;   /* ... this comes first; NULL for nothing */
	bool none_alone;    /* and the others are not looked at */
	size_t rows;        /* of the table that count; 0 for all */
};

/* The names of the bits of number, each after the separator but for the first in out. */
static void put_bits(const struct set *set, uint64_t number, size_t from, struct buf *out)
{
	table_each (set->names, i) {
		uint64_t bits = table_value(set->names, i);

		if (set->rows && i >= set->rows)
			break;
		/* Rows with the bits of the row before are other names for them. */
		if (!(bits & number) || (i > 0 && bits == table_value(set->names, i - 1)))
			continue;
		if (out->n > from)
			buf_putc(out, set->separator);
		buf_put(out, table_name(set->names, i));
	}
}

static void put_set(const struct value *v, const void *how, struct buf *out)
{
	const struct set *set = how;
	size_t from = out->n;
	uint64_t number;

	if (!value_number(v, set->base, &number, out))
		return;
	number &= set->mask;
	if (set->none && (number & set->none_mask) == 0) {
		buf_puts(out, set->none);
		if (set->none_alone)
			return;
	}
	put_bits(set, number, from, out);
	if (out->n == from)
		put_hex_raw(v, NULL, out);
}

#define SET(...)                                                                                   \
	{                                                                                          \
		put_set, &(const struct set)                                                       \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define WORD UINT32_MAX

const struct reading as_open_flags =
	SET(&table_open_flags, 16, '|', WORD, 3 /* O_ACCMODE */, "O_RDONLY", false, 0);
const struct reading as_mmap_flags =
	SET(&table_mmap_flags, 16, '|', WORD, 0xf /* MAP_TYPE */, "MAP_FILE", false, 0);
const struct reading as_prot_mmap =
	SET(&table_mmap_prot_flags, 16, '|', WORD, 7, "PROT_NONE", true, 4);
const struct reading as_prot = SET(&table_mmap_prot_flags, 16, '|', WORD, 7, "PROT_NONE", true, 3);
const struct reading as_access = SET(&table_access_flags, 16, '|', UINT64_MAX, 15, "F_OK", true, 3);
const struct reading as_mount_flags = SET(&table_mount_flags, 16, '|', WORD, 0, NULL, false, 0);
const struct reading as_umount_flags = SET(&table_umount_flags, 16, '|', WORD, 0, NULL, false, 0);
const struct reading as_msg_flags = SET(&table_msg_flags, 16, '|', WORD, 0, NULL, false, 0);
const struct reading as_resolve = SET(&table_resolve_flags, 16, '|', UINT64_MAX, 0, NULL, false, 0);
const struct reading as_path_flags =
	SET(&table_lookup_flags, 16, ',', WORD, UINT64_MAX, "none", true, 0);

static void put_clone_flags(const struct value *v, const void *how, struct buf *out)
{
	static const struct set flags = {&table_clone_flags, 16, '|', 0, 0, NULL, false, 0};
	const char *signal = NULL;
	size_t from = out->n;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	number &= UINT32_MAX;
	put_bits(&flags, number, from, out);
	/* The low byte is not a set: it is the signal that the parent gets. */
	if ((number & 0xff) && (number & 0xff) < 32)
		signal = name_of(&table_signals, number & 0xff);
	if (signal)
		buf_printf(out, "%s%s", out->n > from ? "|" : "", signal);
	if (out->n == from)
		buf_printf(out, "0x%x", (uint32_t)number);
}

const struct reading as_clone_flags = {put_clone_flags, NULL};

/* Three octal digits. */
static void put_permissions(uint64_t mode, struct buf *out)
{
	const char digits[] = {(char)('0' + (mode >> 6 & 7)), (char)('0' + (mode >> 3 & 7)),
			       (char)('0' + (mode & 7))};

	buf_put(out, sv_make(digits, sizeof(digits)));
}

/* Set-id bits in words, then the permissions in octal after a 0. */
static void put_short_mode(uint32_t mode, struct buf *out)
{
	if (mode & S_ISUID)
		buf_puts(out, "suid,");
	if (mode & S_ISGID)
		buf_puts(out, "sgid,");
	if (mode & S_ISVTX)
		buf_puts(out, "sticky,");
	buf_putc(out, '0');
	put_permissions(mode, out);
}

static void put_mode_short(const struct value *v, const void *how, struct buf *out)
{
	uint64_t number;

	if (value_number(v, *(const unsigned *)how, &number, out))
		put_short_mode((uint32_t)number, out);
}

static void put_mode(const struct value *v, const void *how, struct buf *out)
{
	const char *type;
	uint64_t number;

	if (!value_number(v, *(const unsigned *)how, &number, out))
		return;
	type = name_of(&table_rule_filetypes, number & S_IFMT);
	if (type)
		buf_puts(out, type);
	else
		buf_printf(out, "%03o", (unsigned)(number & S_IFMT) >> 12);
	if (number & S_ISUID)
		buf_puts(out, ",suid");
	if (number & S_ISGID)
		buf_puts(out, ",sgid");
	if (number & S_ISVTX)
		buf_puts(out, ",sticky");
	buf_putc(out, ',');
	put_permissions(number, out);
}

static const unsigned octal = 8, hexadecimal = 16;

const struct reading as_mode = {put_mode, &octal};
const struct reading as_mode_hex = {put_mode, &hexadecimal};
const struct reading as_mode_short = {put_mode_short, &octal};
const struct reading as_mode_short_hex = {put_mode_short, &hexadecimal};

static void put_shm_flags(const struct value *v, const void *how, struct buf *out)
{
	static const struct set ipc = {&table_ipc_flags, 16, '|', 0, 0, NULL, false, 0};
	static const struct set shm = {&table_shm_flags, 16, '|', 0, 0, NULL, false, 0};
	size_t from = out->n;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	put_bits(&ipc, number & 03000, from, out);
	put_bits(&shm, number & 014000, from, out);
	if (out->n > from)
		buf_putc(out, '|');
	put_short_mode((uint32_t)number & 0777, out);
}

const struct reading as_shm_flags = {put_shm_flags, NULL};

static void put_perm(const struct value *v, const void *how, struct buf *out)
{
	static const char *const words[] = {"exec", "write", "read", "attr"};
	static const unsigned order[] = {2, 1, 0, 3};
	size_t from = out->n;
	int64_t number;

	(void)how;
	if (!value_signed(v, 10, &number, out))
		return;
	if ((uint32_t)number == 0)
		number = 15; /* to the kernel, none means all */
	for (size_t i = 0; i < LEN(order); i++)
		if (number & (1u << order[i]))
			buf_printf(out, "%s%s", out->n > from ? "," : "", words[order[i]]);
}

const struct reading as_perm = {put_perm, NULL};

static void put_capabilities(const struct value *v, const void *how, struct buf *out)
{
	size_t from = out->n;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	for (; number; number &= number - 1) {
		const char *name = name_of(&table_capabilities, (unsigned)__builtin_ctzll(number));

		if (!name)
			continue;
		if (out->n > from)
			buf_putc(out, ',');
		buf_puts(out, name);
	}
	if (out->n == from)
		buf_puts(out, "none");
}

const struct reading as_capabilities = {put_capabilities, NULL};

/* PER_MASK and ADDR_NO_RANDOMIZE of linux/personality.h. */
#define PERSONALITY_MASK 0xff
#define NO_RANDOMIZE     0x0040000

static void put_personality(const struct value *v, const void *how, struct buf *out)
{
	const char *name;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	name = name_of(&table_personalities, number & PERSONALITY_MASK);
	if (name)
		buf_printf(out, "%s%s", name, number & NO_RANDOMIZE ? "|~ADDR_NO_RANDOMIZE" : "");
	else
		put_in_words(out, "unknown-personality(0x", v->raw);
}

const struct reading as_personality = {put_personality, NULL};

/* SCHED_RESET_ON_FORK of linux/sched.h. */
#define RESET_ON_FORK 0x40000000

static void put_scheduler(const struct value *v, const void *how, struct buf *out)
{
	const char *name;
	uint64_t number;

	(void)how;
	if (!value_number(v, 16, &number, out))
		return;
	name = name_of(&table_sched_policies, number & 15);
	if (name)
		buf_printf(out, "%s%s", name, number & RESET_ON_FORK ? "|SCHED_RESET_ON_FORK" : "");
	else
		put_in_words(out, "unknown-scheduler-policy(0x", v->raw);
}

const struct reading as_scheduler = {put_scheduler, NULL};
