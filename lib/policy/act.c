/*
 * Reads an act out of records. Every function here takes one record or one field of it; what
 * the values mean to a rule is filter.c's business.
 */
#include "policy/act.h"

#include "base/buf.h"
#include "base/num.h"
#include "record/escape.h"

#include <fcntl.h>
#include <linux/audit.h>

#define TEXT_MAX   ((size_t)64 << 10) /* of one decoded value: a line is not longer */
#define PATH_PARTS 4096               /* a path has at most 4096 bytes in the kernel */

struct number_row {
	const char *name;
	unsigned base;
};

static const struct number_row numbers[] = {
#define NUMBER(id, name, base, field) [id] = {name, base},
#include "policy/act.def"
#undef NUMBER
};

/* Which arguments of a call are directories that relative names start from, as a set. */
static const struct {
	const char *call;
	unsigned arguments;
} directories[] = {
	{"openat", 1 << 0},
	{"openat2", 1 << 0},
	{"mkdirat", 1 << 0},
	{"mknodat", 1 << 0},
	{"fchownat", 1 << 0},
	{"futimesat", 1 << 0},
	{"utimensat", 1 << 0},
	{"utimensat_time64", 1 << 0},
	{"newfstatat", 1 << 0},
	{"fstatat64", 1 << 0},
	{"statx", 1 << 0},
	{"unlinkat", 1 << 0},
	{"renameat", 1 << 0 | 1 << 2},
	{"renameat2", 1 << 0 | 1 << 2},
	{"linkat", 1 << 0 | 1 << 2},
	{"symlinkat", 1 << 1},
	{"readlinkat", 1 << 0},
	{"fchmodat", 1 << 0},
	{"fchmodat2", 1 << 0},
	{"faccessat", 1 << 0},
	{"faccessat2", 1 << 0},
	{"execveat", 1 << 0},
	{"name_to_handle_at", 1 << 0},
	{"open_tree", 1 << 0},
	{"open_tree_attr", 1 << 0},
	{"move_mount", 1 << 0 | 1 << 2},
	{"mount_setattr", 1 << 0},
	{"fspick", 1 << 0},
	{"fanotify_mark", 1 << 3},
	{"setxattrat", 1 << 0},
	{"getxattrat", 1 << 0},
	{"listxattrat", 1 << 0},
	{"removexattrat", 1 << 0},
	{"file_getattr", 1 << 0},
	{"file_setattr", 1 << 0},
};

/* By the number of the field, one more than the number of the act. */
static const uint8_t by_field[] = {
#define NUMBER(id, name, base, field) [field] = id + 1,
#include "policy/act.def"
#undef NUMBER
};

enum act_number act_number_of(uint32_t field)
{
	if (field >= LEN(by_field) || by_field[field] == 0)
		return ACT_NUMBERS;
	return (enum act_number)(by_field[field] - 1);
}

const char *act_number_name(enum act_number n)
{
	return n < ACT_NUMBERS ? numbers[n].name : NULL;
}

/* ---- values ---- */

static bool number_of(struct sv text, unsigned base, uint64_t *out)
{
	int64_t negative;

	if (base == 16)
		return num_hex64(text, out);
	if (num_u64(text, out))
		return true;
	/* Ids that are not set are written as -1 by some records. */
	if (!num_i64(text, &negative))
		return false;
	*out = (uint64_t)negative;
	return true;
}

/* Numbers that the kernel writes with %o. */
static bool octal_of(struct sv text, uint64_t *out)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '7')
			return false;
	return text.n > 0 && num_lead_u64(text, 8, out);
}

/* "fd:01" */
static bool device_of(struct sv text, uint32_t *major, uint32_t *minor)
{
	struct sv left, right;
	uint64_t a, b;

	if (!sv_cut(text, ':', &left, &right) || !num_hex64(left, &a) || !num_hex64(right, &b) ||
	    a > UINT32_MAX || b > UINT32_MAX)
		return false;
	*major = (uint32_t)a;
	*minor = (uint32_t)b;
	return true;
}

static bool get_number(const struct record *r, struct sv name, unsigned base, uint64_t *out)
{
	struct field f;

	return record_field(r, name, &f) && number_of(f.value, base, out);
}

/* Text that the kernel quotes or writes in hexadecimal; false when there is none. */
static bool get_text(const struct record *r, struct sv name, struct arena *memory, struct sv *out,
		     bool *no_memory)
{
	CLEANUP(buf_release) struct buf text = BUF_INIT(TEXT_MAX);
	struct field f;
	struct sv value;

	if (!record_field(r, name, &f) || (!f.quote && sv_starts(f.value, SV("("))))
		return false;
	value = f.value;
	if (!f.quote) {
		decode_put(value, &text);
		value = buf_view(&text);
	}
	*out = arena_copy(memory, value);
	if (text.failed || (value.n && !out->p))
		*no_memory = true;
	return !*no_memory;
}

/* ---- paths ---- */

/* Appends the parts of path to those that are there; ".." takes one away. */
static size_t add_parts(struct sv path, struct sv *parts, size_t count, bool is_rooted)
{
	while (path.n) {
		struct sv part;

		(void)sv_cut(path, '/', &part, &path);
		if (part.n == 0 || sv_eq(part, SV(".")))
			continue;
		if (sv_eq(part, SV("..")) && count && !sv_eq(parts[count - 1], SV("..")))
			count--;
		else if (count < PATH_PARTS && !(is_rooted && sv_eq(part, SV(".."))))
			parts[count++] = part;
	}
	return count;
}

struct sv act_path_join(struct sv cwd, struct sv path, struct arena *memory)
{
	struct sv parts[PATH_PARTS];
	bool joins = !sv_starts(path, SV("/"));
	bool is_rooted = !joins || sv_starts(cwd, SV("/"));
	size_t count = joins ? add_parts(cwd, parts, 0, is_rooted) : 0, length = 0;
	char *text = arena_alloc(memory, cwd.n + path.n + 2);

	if (!text)
		return SV_EMPTY;
	count = add_parts(path, parts, count, is_rooted);
	for (size_t i = 0; i < count; i++) {
		if (i || is_rooted)
			text[length++] = '/';
		memcpy(text + length, parts[i].p, parts[i].n);
		length += parts[i].n;
	}
	if (length == 0)
		text[length++] = is_rooted ? '/' : '.';
	return sv_make(text, length);
}

/* Relative names start from the working directory, not from one that an argument names. */
static bool starts_from_cwd(const struct act *a)
{
	const char *call = a->has_call ? syscall_name(a->machine, a->call) : NULL;

	if (!a->has_cwd || !call || a->kind != ACT_CALL)
		return false;
	for (size_t i = 0; i < LEN(directories); i++) {
		if (strcmp(directories[i].call, call) != 0)
			continue;
		for (unsigned k = 0; k < 4; k++)
			if ((directories[i].arguments >> k & 1) &&
			    (!act_says(a, ACT_A0 + k) ||
			     (int32_t)(uint32_t)a->numbers[ACT_A0 + k] != AT_FDCWD))
				return false;
	}
	return true;
}

/* ---- names ---- */

static enum act_use use_of(const struct record *r)
{
	static const char *const uses[] = {
		[ACT_USE_UNKNOWN] = "UNKNOWN", [ACT_USE_NORMAL] = "NORMAL",
		[ACT_USE_PARENT] = "PARENT",   [ACT_USE_DELETE] = "DELETE",
		[ACT_USE_CREATE] = "CREATE",
	};
	struct field f;

	if (record_field(r, SV("nametype"), &f))
		for (size_t i = 0; i < LEN(uses); i++)
			if (sv_eq(f.value, sv_cstr(uses[i])))
				return (enum act_use)i;
	return ACT_USE_UNKNOWN;
}

static void read_file(const struct record *r, struct act_name *n)
{
	struct field dev, rdev, mode;
	uint64_t bits, uid, gid;

	n->has_inode = record_field(r, SV("inode"), &mode);
	n->is_whole = !n->has_inode;
	if (!n->has_inode)
		return;
	if (!get_number(r, SV("inode"), 10, &n->inode) || !record_field(r, SV("dev"), &dev) ||
	    !record_field(r, SV("rdev"), &rdev) || !record_field(r, SV("mode"), &mode) ||
	    !device_of(dev.value, &n->dev_major, &n->dev_minor) ||
	    !device_of(rdev.value, &n->rdev_major, &n->rdev_minor) ||
	    !octal_of(mode.value, &bits) || !get_number(r, SV("ouid"), 10, &uid) ||
	    !get_number(r, SV("ogid"), 10, &gid))
		return;
	n->mode = (uint32_t)bits;
	n->uid = (uint32_t)uid;
	n->gid = (uint32_t)gid;
	n->is_whole = true;
}

static int read_name(const struct act *a, const struct record *r, bool from_cwd,
		     struct arena *memory, struct act_name *n)
{
	bool no_memory = false;
	struct field label;
	struct sv text;

	*n = (struct act_name){.use = use_of(r)};
	read_file(r, n);
	if (record_field(r, SV("obj"), &label))
		n->label = label.value;
	if (!get_text(r, SV("name"), memory, &text, &no_memory))
		return no_memory ? -1 : 0;
	n->path = act_path_join(from_cwd ? a->cwd : SV_EMPTY, text, memory);
	n->known = sv_starts(n->path, SV("/")) ? ACT_PATH_FULL : ACT_PATH_TAIL;
	return n->path.p ? 0 : -1;
}

/* The PATH records, in their order; main is the record that counts them. */
static int read_names(struct act *a, const struct record *main, const struct record *records,
		      size_t count, struct arena *memory)
{
	bool from_cwd = starts_from_cwd(a);
	struct act_name *names;
	size_t total = 0;
	uint64_t items;

	for (size_t i = 0; i < count; i++)
		total += records[i].type == AUDIT_PATH;
	a->has_all_names = total <= ACT_NAMES_MAX && get_number(main, SV("items"), 10, &items) &&
			   items == total;
	total = total < ACT_NAMES_MAX ? total : ACT_NAMES_MAX;
	names = arena_alloc(memory, (total + 1) * sizeof(*names));
	if (!names)
		return -1;
	for (size_t i = 0; i < count && a->name_count < total; i++)
		if (records[i].type == AUDIT_PATH &&
		    read_name(a, &records[i], from_cwd, memory, &names[a->name_count++]) != 0)
			return -1;
	a->names = names;
	return 0;
}

/* ---- the other records ---- */

static void read_numbers(struct act *a, const struct record *r)
{
	for (size_t i = 0; i < LEN(numbers); i++) {
		uint64_t value;

		if (act_says(a, (enum act_number)i) ||
		    !get_number(r, sv_cstr(numbers[i].name), numbers[i].base, &value))
			continue;
		a->numbers[i] = value;
		a->said |= 1u << i;
	}
}

/* success= and exit= stand in the record when the call has a result, and only then. */
static void read_result(struct act *a, const struct record *r)
{
	struct field success, exit;
	bool has_exit = record_field(r, SV("exit"), &exit);

	if (!record_field(r, SV("success"), &success))
		a->result = has_exit ? ACT_RESULT_UNSAID : ACT_NO_RESULT;
	else if (sv_eq(success.value, SV("yes")))
		a->result = ACT_SUCCESS;
	else if (sv_eq(success.value, SV("no")))
		a->result = ACT_FAILURE;
	else
		a->result = ACT_RESULT_UNSAID;
	a->has_exit = has_exit && num_i64(exit.value, &a->exit);
}

static void read_call(struct act *a, const struct record *r)
{
	struct sv name = a->kind == ACT_URING ? SV("uring_op") : SV("syscall");
	uint64_t number;
	struct field f;

	if (get_number(r, name, 10, &number) && number <= UINT32_MAX) {
		a->has_call = true;
		a->call = (uint32_t)number;
	}
	/* An operation has no arguments and no machine: the kernel's are 0 then. */
	if (a->kind == ACT_URING) {
		a->machine = MACHINE_URING;
		a->said |=
			1u << ACT_ARCH | 1u << ACT_A0 | 1u << ACT_A1 | 1u << ACT_A2 | 1u << ACT_A3;
	}
	if (a->kind == ACT_CALL && act_says(a, ACT_ARCH))
		a->machine = machine_of_arch((uint32_t)a->numbers[ACT_ARCH]);
	/* per= is left out when it is 0. */
	if (a->kind == ACT_CALL && !record_field(r, SV("per"), &f)) {
		a->numbers[ACT_PERSONALITY] = 0;
		a->said |= 1u << ACT_PERSONALITY;
	}
	read_result(a, r);
}

/* saddr=0200...: the family is in the byte order of the machine. */
static void read_address(struct act *a, const struct record *r)
{
	uint64_t bytes;
	struct field f;

	if (a->has_family || !record_field(r, SV("saddr"), &f) || f.value.n < 4 ||
	    !num_hex64(sv_head(f.value, 4), &bytes))
		return;
	a->has_family = true;
	if (!act_says(a, ACT_ARCH) || (a->numbers[ACT_ARCH] & __AUDIT_ARCH_LE))
		bytes = bytes >> 8 | (bytes & 0xff) << 8;
	a->family = (uint32_t)bytes;
}

static void read_openat2(struct act *a, const struct record *r)
{
	struct field f;

	a->has_open_flags = record_field(r, SV("oflag"), &f) && octal_of(f.value, &a->open_flags);
}

static int read_cwd(struct act *a, const struct record *r, struct arena *memory)
{
	bool no_memory = false;

	a->has_cwd = get_text(r, SV("cwd"), memory, &a->cwd, &no_memory);
	return no_memory ? -1 : 0;
}

static int read_other(struct act *a, const struct record *r, struct arena *memory)
{
	switch (r->type) {
	case AUDIT_CWD:
		return read_cwd(a, r, memory);
	case AUDIT_SOCKADDR:
		read_address(a, r);
		return 0;
	case AUDIT_OPENAT2:
		read_openat2(a, r);
		return 0;
	default:
		return 0;
	}
}

static int read_subject(struct act *a, const struct record *r, struct arena *memory)
{
	bool no_memory = false;
	struct field f;

	if (!a->has_exe && record_field(r, SV("exe"), &f))
		a->has_exe = get_text(r, SV("exe"), memory, &a->exe, &no_memory) ||
			     (!f.quote && sv_eq(f.value, SV("(null)")));
	if (!a->has_subject && record_field(r, SV("subj"), &f)) {
		a->has_subject = true;
		a->subject = f.value;
	}
	return no_memory ? -1 : 0;
}

/* ---- the whole ---- */

static enum act_kind kind_of(uint32_t type)
{
	if (type == AUDIT_SYSCALL)
		return ACT_CALL;
	if (type == AUDIT_URINGOP)
		return ACT_URING;
	if (type == AUDIT_USER || (type >= AUDIT_FIRST_USER_MSG && type <= AUDIT_LAST_USER_MSG) ||
	    (type >= AUDIT_FIRST_USER_MSG2 && type <= AUDIT_LAST_USER_MSG2))
		return ACT_USER;
	return type >= 1200 && type <= 1299 ? ACT_DAEMON : ACT_KERNEL;
}

/* The record that says what the act is: a system call's, an operation's, else the first. */
static size_t find_main(const struct record *records, size_t count)
{
	size_t uring = count;

	for (size_t i = 0; i < count; i++) {
		if (records[i].type == AUDIT_SYSCALL)
			return i;
		if (records[i].type == AUDIT_URINGOP && uring == count)
			uring = i;
	}
	return uring < count ? uring : 0;
}

static int list_types(struct act *a, const struct record *records, size_t count, size_t at,
		      struct arena *memory)
{
	uint32_t *types = arena_alloc(memory, count * sizeof(*types));

	if (!types)
		return -1;
	for (size_t i = 0; i < count; i++) {
		bool is_operation = records[i].type == AUDIT_URINGOP;

		types[i] = records[i].type;
		a->has_operation |= is_operation && a->kind == ACT_CALL;
		a->calls_at += i < at && !is_operation;
	}
	a->types = types;
	a->type_count = count;
	return 0;
}

int act_read(struct act *out, const struct record *records, size_t count, struct arena *memory)
{
	size_t at = find_main(records, count);
	const struct record *main = &records[at];

	*out = (struct act){.kind = kind_of(main->type),
			    .type = main->type,
			    .type_name = main->type_name,
			    .stamp = main->stamp,
			    .node = main->node,
			    .machine = MACHINE_UNKNOWN,
			    .result = ACT_RESULT_UNSAID};
	if (list_types(out, records, count, at, memory) != 0)
		return -1;
	read_numbers(out, main);
	if (read_subject(out, main, memory) != 0)
		return -1;
	if (out->kind == ACT_CALL || out->kind == ACT_URING)
		read_call(out, main);
	for (size_t i = 0; i < count; i++) {
		if (i != at && out->kind == ACT_KERNEL) {
			read_numbers(out, &records[i]);
			if (read_subject(out, &records[i], memory) != 0)
				return -1;
		}
		if (read_other(out, &records[i], memory) != 0)
			return -1;
	}
	return read_names(out, main, records, count, memory);
}
