/*
 * For tests of the verifier: a folder, a forged log in it, and what is done to its files. Files of make() are
 * audit.log.2 (lines 0 to 399), audit.log.1 (400 to 726) and audit.log (727 to 1326).
 */
#ifndef AURUM_INTEGRITY_VERIFY_STAGE_TEST_H
#define AURUM_INTEGRITY_VERIFY_STAGE_TEST_H

#include "base/test.h"

#include "integrity/folder.h"
#include "integrity/forge_test.h"

#include <ftw.h>
#include <time.h>
#include <unistd.h>

#define TEST(name) cmocka_unit_test_teardown(name, empty)

static char folder[] = "/tmp/verify-test.XXXXXX";
static char log_path[64];

static inline int unlink_it(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level ? remove(path) : 0;
}

static inline int empty(void **state)
{
	(void)state;
	return nftw(folder, unlink_it, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(log_path, sizeof(log_path), "%s/audit.log", folder);
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* Three files, two starts, hand-overs, a stop. */
static inline void make_with(struct forge *f, bool keeps_leaves)
{
	forge_init(f, 7);
	f->keeps_leaves = keeps_leaves;
	forge_start(f, SEAL_FIRST);
	forge_lines(f, 100);
	forge_checkpoint(f);
	forge_handover(f);
	forge_lines(f, 300);
	forge_rotate(f);
	forge_lines(f, 200);
	forge_checkpoint(f);
	forge_lines(f, 77);
	forge_stop(f);
	forge_start(f, SEAL_CLEAN);
	forge_lines(f, 50);
	forge_checkpoint(f);
	forge_handover(f);
	forge_handover(f);
	forge_rotate(f);
	forge_lines(f, 600);
	forge_stop(f);
}

static inline void make(struct forge *f)
{
	make_with(f, true);
}

static inline void print(const struct verify_result *r)
{
	for (size_t i = 0; i < r->doubts.count; i++)
		print_message("# %s: %s\n", doubt_word(r->doubts.list[i].kind),
			      r->doubts.list[i].text);
	print_message("# verdict %d, end %d, lines %llu to %llu of %llu, change %s\n", r->verdict,
		      r->ends, (unsigned long long)r->first, (unsigned long long)r->end,
		      (unsigned long long)r->size, verify_change_word(r->bad.change));
}

static inline enum verify_verdict verdict(const struct verify_options *o, struct verify_result *r)
{
	struct err e = {0};

	if (verify_run(o, r, &e) != 0) {
		print_message("# %s\n", e.text);
		fail();
	}
	print(r);
	return r->verdict;
}

static inline enum verify_verdict look(const struct forge *f, struct verify_result *r)
{
	const struct verify_options o = forge_options(f, log_path);

	return verdict(&o, r);
}

static inline const struct doubt *doubt_of(const struct verify_result *r, enum doubt_kind kind)
{
	for (size_t i = 0; i < r->doubts.count; i++)
		if (r->doubts.list[i].kind == kind)
			return &r->doubts.list[i];
	return NULL;
}

static inline void path_of(const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", folder, name);
}

static inline void get(const char *name, struct buf *out)
{
	char path[256];

	path_of(name, path);
	*out = BUF_INIT(FORGE_BYTES);
	assert_int_equal(file_read(path, out, NULL), 0);
}

static inline void put(const char *name, struct sv bytes)
{
	forge_put(folder, name, bytes);
}

static inline void drop(const char *name)
{
	char path[256];

	path_of(name, path);
	assert_int_equal(remove(path), 0);
}

static inline void rename_it(const char *from, const char *to)
{
	char x[256], y[256];

	path_of(from, x);
	path_of(to, y);
	assert_int_equal(rename(x, y), 0);
}

/* Replaces bytes [from, to) of a file. */
static inline void splice_file(const char *name, size_t from, size_t to, struct sv with)
{
	struct buf was, is = BUF_INIT(FORGE_BYTES);

	get(name, &was);
	buf_put(&is, sv_head(buf_view(&was), from));
	buf_put(&is, with);
	buf_put(&is, sv_from(buf_view(&was), to));
	put(name, buf_view(&is));
	buf_release(&was);
	buf_release(&is);
}

static inline void flip(const char *name, size_t at, unsigned bit)
{
	struct buf b;

	get(name, &b);
	assert_true(at < b.n);
	b.p[at] = (char)(b.p[at] ^ (1 << bit));
	put(name, buf_view(&b));
	buf_release(&b);
}

static inline void line_of(const char *name, size_t line, size_t *from, size_t *to)
{
	struct buf b;
	struct sv rest, l;
	size_t n = 0;

	get(name, &b);
	for (rest = buf_view(&b); sv_line(&rest, &l) && n < line; n++)
		;
	assert_int_equal(n, line);
	*from = (size_t)(l.p - b.p);
	*to = *from + l.n + 1;
	buf_release(&b);
}

static inline void modify_line(void)
{
	size_t from, to;

	line_of("audit.log", 500, &from, &to);
	splice_file("audit.log", from + 5, from + 6, SV("Z"));
}

static inline void move_over_border(void)
{
	struct buf b;
	size_t from, to;

	get("audit.log", &b);
	line_of("audit.log", 0, &from, &to);
	splice_file("audit.log.1", SIZE_MAX, SIZE_MAX, sv_make(b.p, to));
	splice_file("audit.log", 0, to, SV_EMPTY);
	buf_release(&b);
}

#endif
