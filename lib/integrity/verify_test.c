#include "base/test.h"

#include "integrity/folder.h"
#include "integrity/forge_test.h"

#include <ftw.h>
#include <unistd.h>

static char folder[] = "/tmp/verify-test.XXXXXX";
static char log_path[64];

/* ---- the stage ---- */

static int unlink_it(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	return ftw->level ? remove(path) : 0;
}

static int empty(void **state)
{
	(void)state;
	return nftw(folder, unlink_it, 16, FTW_DEPTH | FTW_PHYS);
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(log_path, sizeof(log_path), "%s/audit.log", folder);
	return 0;
}

static int end(void **state)
{
	(void)state;
	return rmdir(folder);
}

/* Three files, two starts, hand-overs, a stop. */
static void make(struct forge *f)
{
	forge_init(f, 7);
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

static void print(const struct verify_result *r)
{
	for (size_t i = 0; i < r->doubts.count; i++)
		print_message("# %s: %s\n", doubt_word(r->doubts.list[i].kind),
			      r->doubts.list[i].text);
	print_message("# verdict %d, end %d, lines %llu to %llu of %llu, change %s\n", r->verdict,
		      r->ends, (unsigned long long)r->first, (unsigned long long)r->end,
		      (unsigned long long)r->size, verify_change_word(r->bad.change));
}

static enum verify_verdict verdict(const struct verify_options *o, struct verify_result *r)
{
	struct err e = {0};

	if (verify_run(o, r, &e) != 0) {
		print_message("# %s\n", e.text);
		fail();
	}
	print(r);
	return r->verdict;
}

static enum verify_verdict look(const struct forge *f, struct verify_result *r)
{
	const struct verify_options o = forge_options(f, log_path);

	return verdict(&o, r);
}

/* ---- tests ---- */

static void an_untouched_log_is_proven(void **state)
{
	struct verify_result r;
	struct forge f;

	(void)state;
	make(&f);
	forge_write(&f, folder);
	assert_int_equal(look(&f, &r), VERIFY_PROVEN);
	assert_int_equal(r.ends, VERIFY_END_STOP);
	assert_int_equal(r.end, 1327);
	assert_int_equal(r.first, 0);
	assert_int_equal(r.doubts.count, 0);
	forge_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_untouched_log_is_proven, empty),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
